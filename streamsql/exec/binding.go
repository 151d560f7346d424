package exec

import (
	"github.com/holdfast-edge/holdfast/streamsql/plan"
	"github.com/holdfast-edge/holdfast/tag"
)

// binding tells where in the rows of one schema the columns of a layout stand.
type binding struct {
	schema *tag.Schema
	slots  []int32 // by column of the layout; -1 where the schema has none
}

// bind returns the binding of an input's columns to a schema.
func bind(s *plan.Select, input int, schema *tag.Schema) *binding {
	b := &binding{schema: schema, slots: make([]int32, len(s.Columns))}
	for i, column := range s.Columns {
		b.slots[i] = -1
		if column.Input != input {
			continue
		}
		if slot, ok := plan.Find(schema, column.Name); ok {
			b.slots[i] = int32(slot)
		}
	}
	return b
}
