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
	groups []viewed
	last   []tag.Value
	times  []int64
}

// viewed is a group, and where its tags are in the rows of the device.
type viewed struct {
	first, tags int
	of          *tag.Schema // of the rows that came last
	slots       []int       // for each of their columns; -1: the device has no such tag
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
		v.groups = append(v.groups, viewed{first: next, tags: g.Len()})
		next += g.Len()
	}
	if next != schema.Len() {
		return nil, fmt.Errorf("view of %s: %d tags in its groups, %d in its schema", schema.Name(), next, schema.Len())
	}
	return v, nil
}

// Widen returns the rows of one group as rows of the device. Rows from before the
// tags of the group were changed have those of its tags that there still are.
func (v *View) Widen(group int, b *tag.Batch) *tag.Batch {
	slots := v.slots(group, b.Schema())
	for i := range b.Len() {
		for slot, value := range b.Row(i) {
			if to := slots[slot]; to >= 0 && value.Kind() != tag.Absent {
				v.last[to], v.times[to] = value, b.ValueTime(i, slot)
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

// slots returns where the columns of rows of a group stand in those of the device.
func (v *View) slots(group int, s *tag.Schema) []int {
	g := &v.groups[group]
	if g.of == s {
		return g.slots
	}
	g.of, g.slots = s, make([]int, s.Len())
	for slot := range g.slots {
		to, ok := v.schema.Slot(s.Field(slot).Name)
		if !ok || to < g.first || to >= g.first+g.tags {
			to = -1
		}
		g.slots[slot] = to
	}
	return g.slots
}

// Known calls visit with each tag that was seen, as it was last, and when.
func (v *View) Known(visit func(name string, value tag.Value, at int64)) {
	for slot, value := range v.last {
		if value.Kind() != tag.Absent {
			visit(v.schema.Field(slot).Name, value, v.times[slot])
		}
	}
}

// Learn tells how a tag was last, and when. Others than those of the device are
// passed over.
func (v *View) Learn(name string, value tag.Value, at int64) {
	if slot, ok := v.schema.Slot(name); ok {
		v.last[slot], v.times[slot] = value, at
	}
}
