package house

import "testing"

func TestNamedConstantsAreNoState(t *testing.T) {
	tree := parse(t, map[string]string{"a/a.go": `package a

import (
	"errors"
	"regexp"
	"sync"
)

var (
	ErrGone = errors.New("gone")
	names   = map[int]string{1: "one"}
	word    = regexp.MustCompile("[a-z]+")
	buffers = sync.Pool{New: func() any { return new([]byte) }}
	_       = names
)

type t struct{ names map[int]string }

func f(in t) string {
	names := map[int]string{}
	names[2] = names[1]
	in.names[3] = "three"
	return names[1]
}
`})
	wantFindings(t, CheckState(tree))
}

func TestAPackageVariableThatChangesIsFound(t *testing.T) {
	tree := parse(t, map[string]string{
		"a/a.go": "package a\n\nvar count int\n\nvar table = map[int]struct{ n int }{}\n\nvar current *int\n",
		"a/b.go": `package a

func f() {
	count++
	count = 3
	table[1] = struct{ n int }{}
	delete(table, 1)
	clear((table))
	_ = &count
	*current = 4
}
`,
		"a/a_test.go": "package a\n\nfunc g() { count = 5 }\n",
	})
	wantFindings(t, CheckState(tree),
		"a/b.go:4: the package variable count changes here: give it an owner and pass it in",
		"a/b.go:5: the package variable count changes here: give it an owner and pass it in",
		"a/b.go:6: the package variable table changes here: give it an owner and pass it in",
		"a/b.go:7: the package variable table changes here: give it an owner and pass it in",
		"a/b.go:8: the package variable table changes here: give it an owner and pass it in",
		"a/b.go:9: the package variable count changes here: give it an owner and pass it in",
		"a/b.go:10: the package variable current changes here: give it an owner and pass it in",
	)
}

func TestAPackageVariableMadeToHoldStateIsFound(t *testing.T) {
	tree := parse(t, map[string]string{"a/a.go": `package a

import (
	"sync"
	"sync/atomic"
)

var lock sync.Mutex
var count atomic.Int64
var current atomic.Pointer[int]
var shared = &struct{}{}
var known = sync.Map{}
var requests chan int
var replies = make(chan int)
var last = new(int)
`})
	wantFindings(t, CheckState(tree),
		"a/a.go:8: the package variable lock holds state: give it an owner and pass it in",
		"a/a.go:9: the package variable count holds state: give it an owner and pass it in",
		"a/a.go:10: the package variable current holds state: give it an owner and pass it in",
		"a/a.go:12: the package variable known holds state: give it an owner and pass it in",
		"a/a.go:13: the package variable requests holds state: give it an owner and pass it in",
		"a/a.go:14: the package variable replies holds state: give it an owner and pass it in",
		"a/a.go:15: the package variable last holds state: give it an owner and pass it in",
	)
}
