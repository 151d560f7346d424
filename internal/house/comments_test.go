package house

import "testing"

func TestAPackageSaysOnceWhatItIsFor(t *testing.T) {
	tree := parse(t, map[string]string{
		"said/doc.go":          "// Package said is for this.\npackage said\n",
		"said/other.go":        "package said\n",
		"said/said_test.go":    "// Package said_test is left alone.\npackage said_test\n",
		"unsaid/unsaid.go":     "package unsaid\n",
		"twice/a.go":           "// Package twice is for this.\npackage twice\n",
		"twice/b.go":           "// Package twice is for that.\npackage twice\n",
		"cmd/holdfast/main.go": "// Command holdfast runs a node.\npackage main\n",
		"cmd/other/main.go":    "// Runs something.\npackage main\n",
		"tests/only_test.go":   "package tests\n",
	})
	wantFindings(t, CheckPackageComments(tree),
		"unsaid/unsaid.go:1: package unsaid has 0 package comments, it needs one",
		"twice/a.go:2: package twice has 2 package comments, it needs one",
		`cmd/other/main.go:1: the package comment starts with "Command other "`,
	)
}

func TestAnExportedNameStatesItsContractOnce(t *testing.T) {
	tree := parse(t, map[string]string{
		"a/a.go": `package a

// Source gives values.
type Source interface {
	// Next gives the next value.
	Next() int
	Bare()
}

type T[E any] struct{}

func (T[E]) Next() int      { return 0 }
func (T[E]) String() string { return "" }
func (T[E]) Bare()          {}
func (*T[E]) Pointer()      {}

// Told says what it does.
func (T[E]) Told()   {}
func (T[E]) hidden() {}

type t struct{}

func (t) Hidden() {}

func Function() {}
func Next()     {}

// The states of a device.
const (
	Polling = 1
	Stopped = 2
)

const (
	Good = 1 // measured now
	Bad  = 2
	none = 3
)
`,
		"a/a_test.go":   "package a\n\ntype T struct{}\n\nfunc (T) Run() {}\n",
		"cmd/c/main.go": "package main\n\ntype T struct{}\n\nfunc (T) Run() {}\n",
	})
	wantFindings(t, CheckComments(tree),
		"a/a.go:10: the exported name T says nothing of its contract",
		"a/a.go:14: the exported name Bare says nothing of its contract",
		"a/a.go:15: the exported name Pointer says nothing of its contract",
		"a/a.go:25: the exported name Function says nothing of its contract",
		"a/a.go:26: the exported name Next says nothing of its contract",
		"a/a.go:36: the exported name Bad says nothing of its contract",
	)
}
