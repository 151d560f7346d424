package exec

import (
	"github.com/holdfast-edge/holdfast/streamsql/state"
	"github.com/holdfast-edge/holdfast/tag"
)

// record is one row of one input on its way through a staged SELECT.
//
// A view of a batch's row lasts until the next one is made; a kept record owns
// its memory and lasts as long as whoever keeps it. A kept record of an input
// of which not all columns are wanted holds only those in use.
type record struct {
	time     int64 // by which windows go: when it was processed, or in event time its own
	source   int64 // its own
	bound    *binding
	values   []tag.Value
	computed []tag.Value // the registers of before, in their order
	kept     bool
	size     int32  // of a kept record, once it is measured
	place    uint64 // among the rows that wait for the watermark, then among those of a sliding window
}

// keep returns a record that owns its memory.
func (s *staged) keep(r *record) *record {
	if r.kept {
		return r
	}
	k := s.slab.record()
	k.time, k.source, k.kept, k.bound = r.time, r.source, true, r.bound
	s.slab.weight = 0
	k.computed = s.slab.take(len(r.computed))
	s.slab.cloneAll(k.computed, r.computed)
	if s.plan.Inputs[r.bound.input].Star {
		k.values = s.slab.take(len(r.values))
		s.slab.cloneAll(k.values, r.values)
		k.weighed(s.slab.weight)
		return k
	}
	k.bound = s.compact[r.bound.input]
	columns := s.plan.Inputs[r.bound.input].Columns
	k.values = s.slab.take(len(columns))
	for j, i := range columns {
		if slot := r.bound.slots[i]; slot >= 0 {
			k.values[j] = s.slab.clone(r.values[slot])
		}
	}
	k.weighed(s.slab.weight)
	return k
}

// replaceAll makes kept records hold other rows.
func (s *staged) replaceAll(kept, rows []*record) {
	for k, r := range rows {
		if r == nil || kept[k] == nil || r.kept || s.plan.Inputs[k].Star {
			kept[k] = nil
			if r != nil {
				kept[k] = s.keep(r)
			}
			continue
		}
		s.replace(kept[k], r)
	}
}

// replace makes a kept record hold another row of the same input. What is equal
// stays, so that a key that comes again is not cloned again.
func (s *staged) replace(kept, r *record) {
	kept.time, kept.source = r.time, r.source
	for j, i := range s.plan.Inputs[r.bound.input].Columns {
		v := tag.Value{}
		if slot := r.bound.slots[i]; slot >= 0 {
			v = r.values[slot]
		}
		if !kept.values[j].Equal(v) {
			kept.values[j] = s.slab.clone(v)
		}
	}
	if len(kept.computed) != len(r.computed) {
		kept.computed = s.slab.take(len(r.computed))
	}
	s.slab.cloneAll(kept.computed, r.computed)
}

// appendRecord appends a kept record. Its binding goes by number; the bindings
// stand in a part of their own.
func (s *staged) appendRecord(dst []byte, r *record) []byte {
	dst = state.AppendInt(state.AppendInt(dst, r.time), r.source)
	dst = state.AppendInt(dst, int64(s.saved.number(r.bound)))
	return state.AppendValues(state.AppendValues(dst, r.values), r.computed)
}

// restoreRecord reads a record that appendRecord wrote, and gives it the form
// that the query has today.
func (s *staged) restoreRecord(src *reader) *record {
	r := &record{time: src.Int(), source: src.Int()}
	bound, known := s.restored.bound[src.Int()]
	r.values = src.Values()
	computed := src.Values()
	if known && bound == nil {
		return nil // of an input that there is not any more
	}
	if !known || len(r.values) != bound.schema.Len() {
		src.Fail("row")
		return nil
	}
	r.bound = bound
	kept := s.keep(r)
	kept.computed, kept.size = s.restored.computedAs(computed), 0
	return kept
}
