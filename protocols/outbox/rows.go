package outbox

import (
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/tag"
)

// Rows puts values into rows: one of each group, and more where a tag has changed several times, so that no change is lost
// and they stay in order.
type Rows struct {
	widths  []int // of the groups' rows
	waiting []grouped
	newest  []int // the newest row of each group among those that wait, from 1; 0: none
}

// Value is a value of a tag, and when it was that: ns, 0 being when it arrived.
type Value struct {
	Group, Slot int
	Value       tag.Value
	Stamp       int64
	Origin      tag.Origin
}

// Put puts a value into the newest row of its group, or into a new one: where that has one of the tag already, is of
// another origin, or is one of the past and of another instant.
func (r *Rows) Put(v Value) {
	if n := r.newest[v.Group]; n == 0 || !takes(r.waiting[n-1].row, v) {
		row := protocols.NewRow(r.widths[v.Group])
		row.Origin = v.Origin
		r.waiting = append(r.waiting, grouped{v.Group, row})
		r.newest[v.Group] = len(r.waiting)
	}
	row := r.waiting[r.newest[v.Group]-1].row
	row.Values[v.Slot], row.Stamps[v.Slot] = v.Value, v.Stamp
}

// takes reports whether a row has room for a value.
func takes(row protocols.Row, v Value) bool {
	return row.Origin == v.Origin && row.Values[v.Slot].Kind() == tag.Absent && (v.Origin == tag.Live || instantOf(row) == v.Stamp)
}

// instantOf returns the time of a row of the past, whose values are of one instant.
func instantOf(row protocols.Row) int64 {
	for _, stamp := range row.Stamps {
		if stamp != 0 {
			return stamp
		}
	}
	return 0
}

// keep drops the oldest beyond so many, and returns how many those were.
func (r *Rows) keep(most int) (dropped int) {
	if dropped = len(r.waiting) - most; dropped <= 0 {
		return 0
	}
	clear(r.waiting[:dropped])
	r.waiting = r.waiting[dropped:]
	for group, n := range r.newest {
		r.newest[group] = max(n-dropped, 0)
	}
	return dropped
}

// take empties the rows and returns what was in them.
func (r *Rows) take() []grouped {
	taken := r.waiting
	r.waiting = nil
	clear(r.newest)
	return taken
}
