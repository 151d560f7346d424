package proof

import (
	"cmp"
	"slices"
)

// span is sequences from From up to but not including To.
type span struct{ from, to uint64 }

// set is sequences of one stream and life. What follows each other is one span,
// so that a complete stream takes no more room than its two ends.
type set struct {
	spans  []span
	sorted bool
	twice  uint64 // sequences that were added again
}

// add adds sequences.
func (s *set) add(from, to uint64) {
	if from >= to {
		return
	}
	if n := len(s.spans); n > 0 && s.spans[n-1].to == from {
		s.spans[n-1].to = to
		return
	}
	s.spans = append(s.spans, span{from, to})
	s.sorted = len(s.spans) == 1
	if len(s.spans)%compactEvery == 0 {
		s.compact()
	}
}

// compactEvery is how many spans may stand unordered.
const compactEvery = 1 << 16

// compact orders the spans and joins them.
func (s *set) compact() {
	if s.sorted {
		return
	}
	slices.SortFunc(s.spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	kept := s.spans[:0]
	for _, next := range s.spans {
		n := len(kept)
		if n == 0 || next.from > kept[n-1].to {
			kept = append(kept, next)
			continue
		}
		if both := min(kept[n-1].to, next.to); both > next.from {
			s.twice += both - next.from
		}
		kept[n-1].to = max(kept[n-1].to, next.to)
	}
	s.spans, s.sorted = kept, true
}

// count returns how many sequences there are.
func (s *set) count() (n uint64) {
	s.compact()
	for _, p := range s.spans {
		n += p.to - p.from
	}
	return n
}

// without returns the sequences of p that are not in the set.
func (s *set) without(p span) (missing []span) {
	s.compact()
	i, _ := slices.BinarySearchFunc(s.spans, p.from, func(q span, at uint64) int { return cmp.Compare(q.to, at+1) })
	for ; i < len(s.spans) && s.spans[i].from < p.to; i++ {
		if q := s.spans[i]; q.from > p.from {
			missing = append(missing, span{p.from, q.from})
		}
		p.from = max(p.from, s.spans[i].to)
	}
	if p.from < p.to {
		missing = append(missing, p)
	}
	return missing
}

// all returns the sequences in order.
func (s *set) all() []span {
	s.compact()
	return slices.Clone(s.spans)
}

// bounds returns the first sequence and the one behind the last; zero where
// there is none.
func (s *set) bounds() span {
	s.compact()
	if len(s.spans) == 0 {
		return span{}
	}
	return span{s.spans[0].from, s.spans[len(s.spans)-1].to}
}
