package jsonpath

import (
	"slices"

	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// condition is what stands in a filter.
type condition interface {
	holds(s *search, element tag.Value) bool
}

// either holds where one of its parts does, both where all do.
type (
	either []condition
	both   []condition
)

func (e either) holds(s *search, element tag.Value) bool {
	return slices.ContainsFunc(e, func(c condition) bool { return c.holds(s, element) })
}

func (b both) holds(s *search, element tag.Value) bool {
	return !slices.ContainsFunc(b, func(c condition) bool { return !c.holds(s, element) })
}

type not struct{ condition condition }

func (n not) holds(s *search, element tag.Value) bool { return !n.condition.holds(s, element) }

// exists holds where a path finds anything.
type exists struct{ operand operand }

func (e exists) holds(s *search, element tag.Value) bool {
	_, ok := e.operand.value(s, element)
	return ok
}

// comparison holds where two operands compare as the operator says (§2.3.5.2.2):
// nothing equals nothing, and only numbers and texts have an order.
type comparison struct {
	left, right operand
	op          string
}

func (c comparison) holds(s *search, element tag.Value) bool {
	a, okA := c.left.value(s, element)
	b, okB := c.right.value(s, element)
	equal := okA == okB && (!okA || sameValue(a, b))
	switch c.op {
	case "==":
		return equal
	case "!=":
		return !equal
	}
	ordered := okA && okB && orderable(a, b)
	order := 0
	if ordered {
		order = value.Compare(a, b)
	}
	switch c.op {
	case "<":
		return ordered && order < 0
	case "<=":
		return equal || ordered && order < 0
	case ">":
		return ordered && order > 0
	default:
		return equal || ordered && order > 0
	}
}

// sameValue tells true from 1, which SQL takes for equal.
func sameValue(a, b tag.Value) bool {
	return (a.Kind() == tag.Bool) == (b.Kind() == tag.Bool) && value.Same(a, b)
}

func orderable(a, b tag.Value) bool {
	number := a.Kind().IsNumber() && b.Kind().IsNumber()
	return !a.IsNull() && !b.IsNull() && (number || a.Kind() == tag.String && b.Kind() == tag.String)
}

// operand is a literal, or the one value that a path finds.
type operand struct {
	literal  tag.Value
	isPath   bool
	fromRoot bool
	segments []segment
}

// value returns the operand's value and whether there is one.
func (o operand) value(s *search, element tag.Value) (tag.Value, bool) {
	if !o.isPath {
		return o.literal, true
	}
	from := element
	if o.fromRoot {
		from = s.root
	}
	found := s.follow(o.segments, from)
	if len(found) == 0 {
		return tag.Value{}, false
	}
	return found[0], true
}
