package history

import (
	"github.com/holdfast-edge/holdfast/tag"
)

// tail is the rows of one stream that are not written yet.
type tail struct {
	id     tag.StreamID
	name   string
	sheets []*sheet
	spare  *sheet // written, whose room the next one takes
	newest int64  // time of the newest row that has come in; 0: none has
}

// sheet returns the one for a row, the last one as a rule. A sheet has rows of
// one stretch of time, as wide as shards are, and of one life of the log.
func (t *tail) sheet(at int64, incarnation uint64, width int64) *sheet {
	for i := len(t.sheets) - 1; i >= 0; i-- {
		s := t.sheets[i]
		if s.within.has(at) && s.incarnation == incarnation && s.len() < maxBlockRows {
			return s
		}
	}
	s := t.spare
	if t.spare = nil; s == nil {
		s = &sheet{}
	}
	from := floor(at, width)
	s.within, s.incarnation = slot{from, from + width}, incarnation
	t.sheets = append(t.sheets, s)
	return s
}

// has reports whether there may be rows with times in a slot.
func (t *tail) has(within slot) bool {
	for _, s := range t.sheets {
		if s.meets(within) {
			return true
		}
	}
	return false
}

// meets reports whether there may be rows with times in a slot.
func (s *sheet) meets(within slot) bool { return s.max >= within.from && s.min < within.to }

// isWithin reports whether all rows have times in a slot.
func (s *sheet) isWithin(within slot) bool { return s.min >= within.from && s.max < within.to }

// without takes the rows with times in a slot out, and returns how many they
// are, how many values they have, present or not, and by how many octets the
// rest is smaller.
func (t *tail) without(gone slot) (rows, values, octets int) {
	kept := t.sheets[:0]
	for _, s := range t.sheets {
		rest := s.without(gone)
		if rest != nil {
			kept = append(kept, rest)
		}
		rows, values, octets = rows+s.len(), values+s.values(), octets+s.size
		if rest != nil {
			rows, values, octets = rows-rest.len(), values-rest.values(), octets-rest.size
		} else if s.reset(); s.places == nil && s.schema != nil && len(s.columns) == s.schema.Len() {
			t.spare = s
		}
	}
	clear(t.sheets[len(kept):])
	t.sheets = kept
	return rows, values, octets
}

// without returns the rows with times outside a slot, or nil.
func (s *sheet) without(gone slot) *sheet {
	switch {
	case s.isWithin(gone):
		return nil
	case !s.meets(gone):
		return s
	}
	rest := s.pick(s.where(func(at int64, _ uint64) bool { return !gone.has(at) }))
	if rest.len() == 0 {
		return nil
	}
	return rest
}

// values returns how many values there are, present or not.
func (s *sheet) values() int { return s.len() * len(s.columns) }

// first returns the time of a row that waits.
func (t *tail) first() (int64, bool) {
	if len(t.sheets) == 0 {
		return 0, false
	}
	return t.sheets[0].min, true
}

// has reports whether a time is in the slot.
func (s slot) has(at int64) bool { return at >= s.from && at < s.to }
