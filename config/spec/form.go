package spec

// Form is a spec as the console draws it: one entry for a key, nested where mappings are. It is JSON for the browser.
type Form []Entry

// Entry is one key of a form.
type Entry struct {
	Key      string   `json:"key"`
	Doc      string   `json:"doc"`
	Type     string   `json:"type"`  // for people: duration, list of texts
	Shape    string   `json:"shape"` // flag, integer, float, text, list, table, struct or raw
	Default  string   `json:"default,omitempty"`
	Example  string   `json:"example,omitempty"`
	Min      string   `json:"min,omitempty"`
	Max      string   `json:"max,omitempty"`
	Unit     string   `json:"unit,omitempty"`
	Match    string   `json:"match,omitempty"`
	Pattern  string   `json:"pattern,omitempty"`
	Chooses  string   `json:"chooses,omitempty"` // the kind of component that the value names
	Choices  []string `json:"choices,omitempty"` // the only values
	Required bool     `json:"required,omitempty"`
	Advanced bool     `json:"advanced,omitempty"`
	Secret   bool     `json:"secret,omitempty"` // the value refers to a secret
	Fields   Form     `json:"fields,omitempty"` // of the mapping, or of each that the list or table consists of
}

// FormOf draws a spec; nil has no entries.
func FormOf(s *Spec, components Components) Form {
	if s == nil {
		return nil
	}
	form := make(Form, 0, len(s.Fields))
	for i := range s.Fields {
		form = append(form, s.Fields[i].entry(components))
	}
	return form
}

// entry draws one key.
func (f *Field) entry(components Components) Entry {
	e := Entry{
		Key: f.Key, Doc: f.Doc, Type: f.Type.Name, Shape: f.Type.Shape.String(), Default: f.Default, Example: f.Example,
		Min: f.Min, Max: f.Max, Unit: f.Unit, Match: f.Match, Pattern: f.Type.pattern(f), Chooses: f.Chooses,
		Choices: f.Enum, Required: f.Required, Advanced: f.Advanced, Secret: f.Type.Secret,
		Fields: FormOf(f.Type.inner(), components),
	}
	if f.Chooses != "" {
		e.Choices = components.Names(f.Chooses)
	}
	return e
}
