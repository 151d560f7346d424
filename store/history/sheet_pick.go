package history

import (
	"cmp"
	"slices"

	"github.com/holdfast-edge/holdfast/store/codec"
	"github.com/holdfast-edge/holdfast/tag"
)

// unpackedTimes returns the times of the rows.
func (s *sheet) unpackedTimes() []int64 { return decoded(&s.times, s.len()) }

// decoded returns integers that were encoded in this process.
func decoded(all *codec.Integers, n int) []int64 {
	found := make([]int64, n)
	r := codec.NewReader(all.AppendTo(nil))
	if r.Integers(found); r.Err() != nil {
		panic("history: what waits in memory has changed: " + r.Err().Error())
	}
	return found
}

// where returns the places of the rows that are kept, in the order of time.
// Rows of one time stay as they are.
func (s *sheet) where(keep func(at int64, position uint64) bool) []int {
	times, positions := s.unpackedTimes(), decoded(&s.positions, s.len())
	order := make([]int, 0, len(times))
	for i, at := range times {
		if keep(at, uint64(positions[i])) {
			order = append(order, i)
		}
	}
	if s.unordered {
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(times[a], times[b]) })
	}
	return order
}

// pick returns a sheet of some of the rows, in the order given.
func (s *sheet) pick(order []int) *sheet {
	picked := &sheet{within: s.within, incarnation: s.incarnation, fields: slices.Clip(s.fields), columns: make([]column, len(s.columns))}
	times, positions := s.unpackedTimes(), decoded(&s.positions, s.len())
	for _, i := range order {
		picked.note(times[i], uint64(positions[i]))
	}
	values, stamps := make([]tag.Value, s.len()), make([]int64, s.len())
	for i := range s.columns {
		c := &s.columns[i]
		codec.NewReader(c.AppendTo(nil)).Series(values)
		clear(stamps)
		if c.stamps != nil {
			stamps = decoded(c.stamps, s.len())
		}
		for _, from := range order {
			picked.columns[i].add(values[from], stamps[from])
		}
	}
	picked.measure()
	return picked
}
