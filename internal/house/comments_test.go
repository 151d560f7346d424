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

func TestAnExportedMethodStatesItsContractOnce(t *testing.T) {
	tree := parse(t, map[string]string{
		"a/a.go": `package a

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
`,
		"a/a_test.go":   "package a\n\ntype T struct{}\n\nfunc (T) Run() {}\n",
		"cmd/c/main.go": "package main\n\ntype T struct{}\n\nfunc (T) Run() {}\n",
	})
	wantFindings(t, CheckMethodComments(tree),
		"a/a.go:13: the exported method Bare says nothing of its contract",
		"a/a.go:14: the exported method Pointer says nothing of its contract",
	)
}
