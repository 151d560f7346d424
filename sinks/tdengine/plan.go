package tdengine

import (
	"slices"
	"strings"

	"github.com/holdfast-edge/holdfast/sinks/template"
	"github.com/holdfast-edge/holdfast/tag"
)

// plan is where the rows of one schema go.
type plan struct {
	schema     *tag.Schema
	names      []string // of the columns, by slot; empty for a field that is a tag
	superTable template.Bound
	table      template.Bound
	tags       []template.Bound // in the order of tagNames
}

type planKey = *tag.Schema

// plansMax bounds what is remembered.
const plansMax = 1024

// plan returns the plan of a schema.
func (p *poster) plan(schema *tag.Schema, site string) *plan {
	p.mu.Lock()
	defer p.mu.Unlock()
	if known := p.plans[schema]; known != nil {
		return known
	}
	o := p.options
	bind := func(t template.Template) template.Bound { return t.Bind(site, schema.Name(), schema, nil) }
	made := &plan{schema: schema, superTable: bind(o.SuperTable), table: bind(o.Table)}
	for slot := range schema.Len() {
		made.names = append(made.names, p.columnFor(made, schema.Field(slot).Name))
	}
	for _, name := range o.tagNames() {
		switch name {
		case tagSite:
			made.tags = append(made.tags, constant("{site}").Bind(site, "", nil, nil))
		case tagStream:
			made.tags = append(made.tags, constant("{stream}").Bind("", schema.Name(), nil, nil))
		default:
			made.tags = append(made.tags, bind(o.Tags[name]))
		}
	}
	if len(p.plans) >= plansMax {
		clear(p.plans)
	}
	p.plans[schema] = made
	return made
}

// columnFor is the name of a field's column. A field that a tag of its name
// holds has none.
func (p *poster) columnFor(made *plan, field string) string {
	name := columnName(field)
	for tag, from := range p.options.Tags {
		if !strings.EqualFold(tag, name) {
			continue
		}
		if from.String() == "{"+field+"}" {
			return ""
		}
		name = legal("_"+name, longestColumn-1)
	}
	return made.unused(name)
}

// unused keeps the names of columns apart that have become equal.
func (p *plan) unused(name string) string {
	for slices.Contains(p.names, name) {
		name = legal("_"+name, longestColumn-1)
	}
	return name
}

// constant is a template of ours, which parses.
func constant(text string) template.Template {
	t, _ := template.Parse(text)
	return t
}
