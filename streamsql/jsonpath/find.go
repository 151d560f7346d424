package jsonpath

import (
	"errors"

	"github.com/holdfast-edge/holdfast/tag"
)

// ErrTooMany is what a path gives that finds more than maxFound values, or
// looks at more than maxSteps on the way.
var ErrTooMany = errors.New("the path finds too many values")

const (
	maxFound = 1 << 16
	maxSteps = 1 << 20
)

// Find returns the values that the path finds inside v, in the order in which
// they stand there. They share v's memory.
func (p *Path) Find(v tag.Value) ([]tag.Value, error) {
	s := search{root: v}
	found := s.follow(p.segments, v)
	if s.steps > maxSteps || len(found) > maxFound {
		return nil, ErrTooMany
	}
	return found, nil
}

// search is one run of a path over a value.
type search struct {
	root  tag.Value
	steps int // values looked at
	found []tag.Value
}

// follow returns what the segments find from v on.
func (s *search) follow(segments []segment, v tag.Value) []tag.Value {
	outer := s.found
	at := []tag.Value{v}
	for _, seg := range segments {
		s.found = nil
		for _, v := range at {
			s.apply(seg, v)
		}
		at = s.found
	}
	s.found = outer
	return at
}

func (s *search) apply(seg segment, v tag.Value) {
	if s.steps++; s.steps > maxSteps {
		return
	}
	for _, sel := range seg.selectors {
		sel.selectFrom(s, v)
	}
	if seg.descendant {
		children(v, func(child tag.Value) { s.apply(seg, child) })
	}
}

// take adds a value to those found, unless there are too many already.
func (s *search) take(v tag.Value) {
	s.steps++
	if len(s.found) <= maxFound && s.steps <= maxSteps {
		s.found = append(s.found, v)
	}
}

// children calls yield with each element or field of a value.
func children(v tag.Value, yield func(tag.Value)) {
	if v.IsNull() {
		return
	}
	for _, element := range v.Array() {
		yield(element)
	}
	if o := v.Object(); o != nil {
		for i := range o.Len() {
			_, field := o.At(i)
			yield(field)
		}
	}
}
