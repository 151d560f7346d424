package postgres

import (
	"slices"

	"github.com/holdfast-edge/holdfast/tag"
)

// plan is where the rows of one schema go.
type plan struct {
	schema  *tag.Schema
	table   string
	columns []column // by slot
}

// plansMax bounds what is remembered.
const plansMax = 1024

func (p *poster) plan(schema *tag.Schema, site string) *plan {
	p.mu.Lock()
	defer p.mu.Unlock()
	if known := p.plans[schema]; known != nil {
		return known
	}
	made := &plan{schema: schema, table: legal(string(p.options.Table.Bind(site, schema.Name(), schema, nil).AppendRow(nil, nil)), longestName)}
	for slot := range schema.Len() {
		f := schema.Field(slot)
		name := columnName(f.Name)
		for slices.ContainsFunc(made.columns, func(c column) bool { return c.name == name }) {
			name = legal("_"+name, longestName)
		}
		made.columns = append(made.columns, column{name: name, kind: kindOf(f.Kind)})
	}
	if len(p.plans) >= plansMax {
		clear(p.plans)
	}
	p.plans[schema] = made
	return made
}

// group is the rows of a request that go into one table.
type group struct {
	table   string
	columns []column // beside our own
	runs    []run
}

// run is a batch and the places of its fields among the columns of its group.
type run struct {
	plan  *plan
	batch *tag.Batch
	at    []int // by slot
}

func (g *group) add(plan *plan, b *tag.Batch) {
	r := run{plan: plan, batch: b}
	for _, c := range plan.columns {
		i := slices.IndexFunc(g.columns, func(have column) bool { return have.name == c.name })
		if i < 0 {
			i = len(g.columns)
			g.columns = append(g.columns, c)
		}
		r.at = append(r.at, i)
	}
	g.runs = append(g.runs, r)
}
