package config

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/holdfast-edge/holdfast/config/document"
	"github.com/holdfast-edge/holdfast/config/spec"
)

// Template is a device written once for many. A site that was parsed has none: its devices are what became of them.
type Template struct {
	Origin     Origin
	Name       string       `yaml:"name" required:"true" match:"name" doc:"The template's name; devices use it with template." example:"meter"`
	Parameters []Parameter  `yaml:"parameters" doc:"What differs from one device to the other."`
	Device     spec.Written `yaml:"device" required:"true" doc:"The keys of a device, without its name. In their values ${parameter} stands for the parameter, $${ for ${ itself; a value that is only ${parameter} has the parameter's type."`
}

// Parameter is one thing that the devices of a template differ in.
type Parameter struct {
	Name    string       `yaml:"name" required:"true" match:"name" doc:"The parameter's name." example:"base"`
	Type    string       `yaml:"type" default:"text" enum:"text,int,float,bool" doc:"What its values are."`
	Default spec.Written `yaml:"default" doc:"The value where a device gives none; without it, every device has to." example:"0"`
	Doc     string       `yaml:"description" doc:"What it is, for people." example:"register of the first value"`
}

// Check refuses names given twice, defaults of another type, and a device that is no mapping.
func (t *Template) Check(report Report) {
	names := firsts{}
	for i := range t.Parameters {
		p, at := &t.Parameters[i], fmt.Sprintf("parameters[%d]", i)
		names.addWithin("template", "parameter", p.Name, at, report)
		if p.Default.Node != nil {
			if _, err := p.value(p.Default.Node); err != nil {
				report(at+".default", err)
			}
		}
	}
	if t.Device.Kind != document.Mapping {
		report("device", &Problem{What: "want the keys of a device, this is " + t.Device.Kind.String()})
	}
	for _, key := range []string{"name", "template", "with"} {
		if _, given := t.Device.Entry(key); given {
			report("device."+key, &Problem{What: fmt.Sprintf("%q is what a device that uses the template has of its own", key), Fix: "remove the key"})
		}
	}
}

// value returns a value as one of the parameter's type.
func (p *Parameter) value(n *document.Node) (*document.Node, error) {
	is := *n
	switch number, err := strconv.ParseFloat(n.Text, 64); {
	case !n.Scalar():
	case p.Type == "text":
		is.Kind = document.Text
		return &is, nil
	case p.Type == "bool" && n.Kind == document.Bool, p.Type == "float" && n.Kind == document.Number && err == nil:
		return n, nil
	case p.Type == "int" && n.Kind == document.Number && err == nil && number == math.Trunc(number):
		return n, nil
	}
	return nil, &Problem{What: fmt.Sprintf("the parameter %s is of type %s, this is %s", p.Name, p.Type, shown(n)), Fix: "change the value, or the parameter's type"}
}

// shown tells a value within a message.
func shown(n *document.Node) string {
	if n.Scalar() {
		return strconv.Quote(n.Text)
	}
	return n.Kind.String()
}

// arguments returns the value of every parameter for a use of the template.
func (t *Template) arguments(with *document.Node, report func(document.Place, error)) map[string]*document.Node {
	var names []string
	values := map[string]*document.Node{}
	for i := range t.Parameters {
		p := &t.Parameters[i]
		names = append(names, p.Name)
		given, ok := with.Entry(p.Name)
		switch {
		case ok:
			v, err := p.value(given.Value)
			if err != nil {
				report(given.Value.Place, err)
			}
			values[p.Name] = v
		case p.Default.Node != nil:
			values[p.Name], _ = p.value(p.Default.Node) // checked with the template
		default:
			values[p.Name] = nil
			report(with.Place, &Problem{What: fmt.Sprintf("template %q needs the parameter %s", t.Name, p.Name), Fix: fmt.Sprintf("add with: {%s: …}", p.Name)})
		}
	}
	for _, e := range with.Entries {
		if !slices.Contains(names, e.Key) {
			report(e.Place, &Problem{What: fmt.Sprintf("template %q has no parameter %q", t.Name, e.Key), Fix: DidYouMean(e.Key, names)})
		}
	}
	return values
}
