package remotewrite

import (
	"maps"
	"slices"
	"strings"

	"github.com/holdfast-edge/holdfast/sinks/template"
	"github.com/holdfast-edge/holdfast/tag"
)

// plan is how the rows of one schema become series.
type plan struct {
	fields []fieldPlan // by slot
}

// fieldPlan is how one field becomes a series.
type fieldPlan struct {
	metric  string
	labels  []label // those that every row has
	vary    []boundLabel
	encoded []byte // all labels, where none varies
}

type boundLabel struct {
	name  string
	value template.Bound
}

// plansMax bounds what is remembered.
const plansMax = 1024

func (p *poster) plan(schema *tag.Schema, site string) *plan {
	p.mu.Lock()
	defer p.mu.Unlock()
	if known := p.plans[schema]; known != nil {
		return known
	}
	made := &plan{}
	for slot := range schema.Len() {
		made.fields = append(made.fields, p.planField(schema, schema.Field(slot), site))
	}
	if len(p.plans) >= plansMax {
		clear(p.plans)
	}
	p.plans[schema] = made
	return made
}

func (p *poster) planField(schema *tag.Schema, field tag.Field, site string) fieldPlan {
	f := fieldPlan{metric: metricName(named(p.options.Metric, site, schema.Name(), field.Name))}
	f.labels = []label{{"__name__", f.metric}, {"site", site}}
	for _, name := range slices.Sorted(maps.Keys(p.options.Labels)) {
		bound := withField(p.options.Labels[name], field.Name).Bind(site, schema.Name(), schema, nil)
		if bound.IsConstant() {
			f.labels = append(f.labels, label{name, string(bound.AppendRow(nil, nil))})
		} else {
			f.vary = append(f.vary, boundLabel{name, bound})
		}
	}
	if len(f.vary) == 0 {
		f.encoded = encodeLabels(f.labels)
	}
	return f
}

// named is a template that knows of no row.
func named(t template.Template, site, stream, field string) string {
	return string(withField(t, field).Bind(site, stream, nil, nil).AppendRow(nil, nil))
}

// withField puts a field's name in the place of {field}.
func withField(t template.Template, field string) template.Template {
	quoted := strings.NewReplacer("{", "{{", "}", "}}").Replace(field)
	with, err := template.Parse(strings.ReplaceAll(t.String(), "{field}", quoted))
	if err != nil {
		return t
	}
	return with
}

// of returns the encoded labels for a row.
func (f *fieldPlan) of(row []tag.Value) []byte {
	if f.encoded != nil {
		return f.encoded
	}
	labels := slices.Clone(f.labels)
	for _, v := range f.vary {
		labels = append(labels, label{v.name, string(v.value.AppendRow(nil, row))})
	}
	return encodeLabels(labels)
}

// encodeLabels sorts labels by name, as remote write wants them, and leaves out
// those without a value, which mean the same.
func encodeLabels(labels []label) []byte {
	labels = slices.DeleteFunc(slices.Clone(labels), func(l label) bool { return l.value == "" })
	slices.SortFunc(labels, func(a, b label) int { return strings.Compare(a.name, b.name) })
	return appendLabels(nil, labels)
}

// metricName is a text as a metric's name: [a-zA-Z_:][a-zA-Z0-9_:]*.
func metricName(text string) string { return legal(text, ":") }

// labelName is a text as a label's name.
func labelName(text string) string { return legal(text, "") }

func legal(text, also string) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '_', strings.ContainsRune(also, r):
			return r
		default:
			return '_'
		}
	}, text)
	if name == "" || name[0] >= '0' && name[0] <= '9' {
		name = "_" + name
	}
	return name
}
