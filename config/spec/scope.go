package spec

import "strings"

// scope is what was chosen around a value: the driver of the device that a tag belongs to. nil is nothing.
type scope struct {
	kind, name string
	known      bool // the component exists
	outer      *scope
}

// String names all that was chosen, the innermost first.
func (s *scope) String() string {
	var all strings.Builder
	for ; s != nil; s = s.outer {
		all.WriteString(s.kind + " " + s.name + "\n")
	}
	return all.String()
}

// find gives the innermost choice of a kind.
func (s *scope) find(kind string) (*scope, bool) {
	for ; s != nil; s = s.outer {
		if s.kind == kind {
			return s, true
		}
	}
	return nil, false
}
