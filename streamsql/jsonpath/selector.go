package jsonpath

import (
	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// name selects a field (RFC 9535 §2.3.1).
type name string

func (n name) selectFrom(s *search, v tag.Value) {
	if v.IsNull() || v.Kind() != tag.ObjectKind {
		return
	}
	if field, ok := v.Object().Lookup(string(n)); ok {
		s.take(field)
	}
}

// place selects an element, from the end where negative (§2.3.3).
type place int64

func (p place) selectFrom(s *search, v tag.Value) {
	if v.Kind() != tag.Array {
		return
	}
	if element := value.Element(v, tag.IntOf(int64(p))); element.Kind() != tag.Absent {
		s.take(element)
	}
}

// wildcard selects everything inside a value (§2.3.2).
type wildcard struct{}

func (wildcard) selectFrom(s *search, v tag.Value) { children(v, s.take) }

// span selects elements from one place to another in steps (§2.3.4).
type span struct {
	from, to *int64 // nil where not given
	step     int64
}

func (p span) selectFrom(s *search, v tag.Value) {
	list := v.Array()
	if v.IsNull() || len(list) == 0 {
		return
	}
	n := int64(len(list))
	switch {
	case p.step > 0:
		from, to := resolve(p.from, 0, 0, n, n), resolve(p.to, n, 0, n, n)
		for i := from; i < to; i += p.step {
			s.take(list[i])
		}
	case p.step < 0:
		from, to := resolve(p.from, n-1, -1, n-1, n), resolve(p.to, -1, -1, n-1, n)
		for i := from; i > to; i += p.step {
			s.take(list[i])
		}
	}
}

// resolve returns a place among n, counted from the beginning and between low
// and high, or what stands for a missing one.
func resolve(at *int64, missing, low, high, n int64) int64 {
	if at == nil {
		return missing
	}
	i := *at
	if i < 0 {
		i += n
	}
	return min(max(i, low), high)
}

// filter selects what a condition holds for (§2.3.5).
type filter struct{ condition condition }

func (f filter) selectFrom(s *search, v tag.Value) {
	children(v, func(child tag.Value) {
		s.steps++
		if s.steps <= maxSteps && f.condition.holds(s, child) {
			s.take(child)
		}
	})
}
