package exec

import (
	"github.com/holdfast-edge/holdfast/streamsql/plan"
	"github.com/holdfast-edge/holdfast/tag"
)

// binding tells where in the rows of one schema of one input the columns of a
// layout stand.
type binding struct {
	plan   *plan.Select
	input  int
	schema *tag.Schema
	slots  []int32 // by column of the layout; -1 where the rows have none
	last   int     // the highest of the slots, -1 for none
}

// mostBindings bounds how many schemas a SELECT remembers: columns come and go
// with other rules for as long as the node runs.
const mostBindings = 64

// bindings are those that a SELECT has met. A stream has one schema, and a few
// more where columns were added to it.
type bindings struct {
	plan *plan.Select
	all  []*binding
}

func newBindings(p *plan.Select) bindings { return bindings{plan: p} }

// of returns the binding of an input to a schema.
func (b *bindings) of(input int, schema *tag.Schema) *binding {
	for i := len(b.all) - 1; i >= 0; i-- {
		if known := b.all[i]; known.schema == schema && known.input == input {
			return known
		}
	}
	bound := bind(b.plan, input, schema)
	if len(b.all) >= mostBindings {
		b.all = append([]*binding(nil), b.all[1:]...)
	}
	b.all = append(b.all, bound)
	return bound
}

func bind(p *plan.Select, input int, schema *tag.Schema) *binding {
	b := &binding{plan: p, input: input, schema: schema, slots: make([]int32, len(p.Columns)), last: -1}
	for i, column := range p.Columns {
		b.slots[i] = -1
		if column.Input != input {
			continue
		}
		if slot, ok := plan.Find(schema, column.Name); ok {
			b.slots[i], b.last = int32(slot), max(b.last, slot)
		}
	}
	return b
}
