package house

import "fmt"

// A Finding is one breach of a rule: where it stands, and what to do about it.
type Finding struct {
	File string // relative to the module's root
	Line int    // from 1; 0 when the whole file is meant
	What string // the breach and its remedy, for a person
}

// String gives the finding as compilers do, so that editors can jump to it.
func (f Finding) String() string {
	if f.Line == 0 {
		return fmt.Sprintf("%s: %s", f.File, f.What)
	}
	return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.What)
}
