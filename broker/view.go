package broker

import (
	"fmt"

	"github.com/holdfast-edge/holdfast/tag"
)

// View makes one stream of the groups of a device: each row of a group becomes
// a row of all the device's tags, in which those of the other groups are as last
// seen, with the times at which they were. It is pure and has one owner.
type View struct {
	schema *tag.Schema
	rows   *tag.Builder
	offset []int // slot of each group's first tag
	last   []tag.Value
	times  []int64
}

// NewView returns the view of groups, whose tags stand in the schema one group
// after the other.
func NewView(schema *tag.Schema, groups []*tag.Schema) (*View, error) {
	v := &View{
		schema: schema, rows: tag.NewBuilder(schema, 1),
		last: make([]tag.Value, schema.Len()), times: make([]int64, schema.Len()),
	}
	next := 0
	for _, g := range groups {
		v.offset = append(v.offset, next)
		next += g.Len()
	}
	if next != schema.Len() {
		return nil, fmt.Errorf("view of %s: %d tags in its groups, %d in its schema", schema.Name(), next, schema.Len())
	}
	return v, nil
}

// Widen returns the rows of one group as rows of the device.
func (v *View) Widen(group int, b *tag.Batch) *tag.Batch {
	at := v.offset[group]
	for i := range b.Len() {
		for slot, value := range b.Row(i) {
			if value.Kind() != tag.Absent {
				v.last[at+slot], v.times[at+slot] = value, b.ValueTime(i, slot)
			}
		}
		copy(v.rows.Row(b.Time(i)), v.last)
		for slot, t := range v.times {
			if t != 0 {
				v.rows.Stamp(slot, t)
			}
		}
	}
	return v.rows.Derived(b.Origin(), b.Hops())
}
