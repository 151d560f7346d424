package expr

import (
	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// set is the constants of an IN list, indexed by what rows usually bring.
type set struct {
	ints    map[int64]struct{}
	texts   map[string]struct{}
	others  []tag.Value // of any other kind
	hasNull bool
}

func newSet(constants []tag.Value) *set {
	s := &set{ints: make(map[int64]struct{}), texts: make(map[string]struct{})}
	for _, v := range constants {
		i, isInt := v.Int()
		switch {
		case v.IsNull():
			s.hasNull = true
		case v.Kind() == tag.Int && isInt:
			s.ints[i] = struct{}{}
		case v.Kind() == tag.String:
			s.texts[v.Str()] = struct{}{}
		default:
			s.others = append(s.others, v)
		}
	}
	return s
}

// has returns v IN (…).
func (s *set) has(v tag.Value) value.Truth {
	if v.IsNull() {
		return value.Unknown
	}
	switch {
	case s.contains(v):
		return value.True
	case s.hasNull:
		return value.Unknown
	default:
		return value.False
	}
}

func (s *set) contains(v tag.Value) bool {
	n := v
	if v.Kind() == tag.Bool || v.Kind() == tag.Time {
		n = value.Number(v)
	}
	switch {
	case v.Kind() == tag.String:
		_, found := s.texts[v.Str()]
		return found
	case n.Kind() == tag.Int:
		if i, _ := n.Int(); s.containsInt(i) {
			return true
		}
	case n.Kind() == tag.Float:
		f, _ := n.Float()
		if i := int64(f); float64(i) == f && value.Compare(tag.IntOf(i), n) == 0 && s.containsInt(i) {
			return true
		}
	}
	for _, other := range s.others {
		if value.Compare(v, other) == 0 {
			return true
		}
	}
	return false
}

func (s *set) containsInt(i int64) bool {
	_, found := s.ints[i]
	return found
}
