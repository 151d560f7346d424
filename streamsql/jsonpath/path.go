package jsonpath

import "github.com/holdfast-edge/holdfast/tag"

// Path is a parsed path. It is immutable and may be used concurrently.
type Path struct {
	text     string
	segments []segment
	singular bool
}

// String returns the path as it was written.
func (p *Path) String() string { return p.text }

// Singular reports whether the path names one place, so that it finds one value
// or none: it consists of names and places only.
func (p *Path) Singular() bool { return p.singular }

// segment takes values to values inside them.
type segment struct {
	selectors  []selector
	descendant bool // also inside what is inside
}

// selector calls yield with what it selects inside a value.
type selector interface {
	selectFrom(s *search, v tag.Value)
}

// singular reports whether the segments select one place each.
func singular(segments []segment) bool {
	for _, s := range segments {
		if s.descendant || len(s.selectors) != 1 {
			return false
		}
		switch s.selectors[0].(type) {
		case name, place:
		default:
			return false
		}
	}
	return true
}
