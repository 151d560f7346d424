package spec

import (
	"encoding/json"
	"maps"
	"reflect"
	"strings"
)

// Schema is the JSON Schema (draft 2020-12) of a spec as plain JSON values, for editors and other programs. It says
// what the tags say; the checks of types and components go further. Where a mapping chooses a component, the schema has
// one branch for each.
func Schema(s *Spec, components Components) map[string]any {
	w := schemaWriter{components: components, definitions: map[string]any{}}
	root := w.structure(s, nil)
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	if len(w.definitions) > 0 {
		root["$defs"] = w.definitions
	}
	return root
}

type schemaWriter struct {
	components  Components
	definitions map[string]any // by kind and name of a component: the whole mapping that chooses it
}

// structure describes a mapping.
func (w schemaWriter) structure(s *Spec, in *scope) map[string]any {
	for i := range s.Fields {
		if f := &s.Fields[i]; f.Chooses != "" {
			return w.choice(s, f, in)
		}
	}
	return w.keys(s, in)
}

// choice describes a mapping that chooses a component: by its name, one definition holds.
func (w schemaWriter) choice(s *Spec, f *Field, in *scope) map[string]any {
	names := w.components.Names(f.Chooses)
	branches := make([]any, 0, len(names))
	for _, name := range names {
		definition := strings.ReplaceAll(f.Chooses+"-"+name, " ", "-")
		w.definitions[definition] = w.keys(s, &scope{kind: f.Chooses, name: name, known: true, outer: in})
		branches = append(branches, map[string]any{
			"if":   map[string]any{"properties": map[string]any{f.Key: map[string]any{"const": name}}},
			"then": map[string]any{"$ref": "#/$defs/" + definition},
		})
	}
	choice := w.field(f, in)
	choice["enum"] = names
	described := map[string]any{"type": "object", "properties": map[string]any{f.Key: choice}}
	if other := s.inPlaceOf(f.Key); other != "" {
		described["anyOf"] = []any{map[string]any{"required": []string{f.Key}}, map[string]any{"required": []string{other}}}
	} else {
		described["required"] = []string{f.Key}
	}
	if len(branches) > 0 {
		described["allOf"] = branches
	}
	return described
}

// keys describes a mapping with what is chosen for it.
func (w schemaWriter) keys(s *Spec, in *scope) map[string]any {
	properties := map[string]any{}
	required := w.properties(properties, s, in)
	for _, o := range s.options {
		if chosen, ok := in.find(o.kind); ok && o.from == "" {
			if options := w.components.Options(o.kind, chosen.name, o.part); options != nil {
				required = append(required, w.properties(properties, options, in)...)
			}
		}
	}
	described := map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		described["required"] = required
	}
	if f, ok := s.scalar(); ok {
		return map[string]any{"anyOf": []any{w.field(f, in), described}}
	}
	return described
}

// properties describes the keys of one spec and lists those that are required.
func (w schemaWriter) properties(into map[string]any, s *Spec, in *scope) (required []string) {
	for i := range s.Fields {
		f := &s.Fields[i]
		into[f.Key] = w.field(f, in)
		if f.Required {
			required = append(required, f.Key)
		}
	}
	return required
}

// field describes one key.
func (w schemaWriter) field(f *Field, in *scope) map[string]any {
	described := w.typed(f, f.Type, in)
	if f.Single {
		described = map[string]any{"anyOf": []any{w.typed(f, f.Type.Elem, in), described}}
	}
	described["description"] = f.Doc
	if f.fallback.IsValid() {
		described["default"] = encoder{}.value(f.fallback, f.Type, nil)
	}
	if f.Example != "" {
		described["examples"] = []any{f.exampleValue()}
	}
	return described
}

// exampleValue is the example as JSON has it.
func (f *Field) exampleValue() any {
	if f.Type.Shape == Integer || f.Type.Shape == Float || f.Type.Shape == Flag {
		return json.RawMessage(f.Example)
	}
	return f.Example
}

// typed describes the values of a type, held against what the field says of each.
func (w schemaWriter) typed(f *Field, t *Type, in *scope) map[string]any {
	switch t.Shape {
	case Struct:
		return maps.Clone(w.structure(t.Spec, in))
	case List:
		return f.bounded(map[string]any{"type": "array", "items": w.typed(f, t.Elem, in)}, "minItems", "maxItems")
	case Raw:
		return map[string]any{}
	case Table:
		return f.bounded(map[string]any{"type": "object", "additionalProperties": w.typed(f, t.Elem, in)}, "minProperties", "maxProperties")
	default:
		return f.word(t)
	}
}

// word describes one word: its type, choices, bounds and pattern.
func (f *Field) word(t *Type) map[string]any {
	word := map[string]any{}
	switch t.Shape {
	case Flag:
		word["type"] = "boolean"
	case Integer:
		word["type"] = "integer"
	case Float:
		word["type"] = "number"
	default:
		word["type"] = "string"
	}
	if f.Enum != nil {
		word["enum"] = f.Enum
	}
	if f.Type == t && (t.Shape == Integer || t.Shape == Float) {
		f.bounded(word, "minimum", "maximum")
	}
	if unsigned(t.goType) && f.min == nil {
		word["minimum"] = 0
	}
	if pattern := t.pattern(f); pattern != "" {
		word["pattern"] = pattern
	}
	return word
}

// pattern is that of the type or, where it has none, of the field's match.
func (t *Type) pattern(f *Field) string {
	if t.Pattern == "" {
		return pattern(f.Match)
	}
	return t.Pattern
}

// bounded adds the bounds under the words that the schema has for them.
func (f *Field) bounded(described map[string]any, least, most string) map[string]any {
	if f.min != nil {
		described[least] = json.Number(f.Min)
	}
	if f.max != nil {
		described[most] = json.Number(f.Max)
	}
	return described
}

// unsigned tells whether a Go type holds no negative number.
func unsigned(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Kind() >= reflect.Uint && t.Kind() <= reflect.Uint64
}
