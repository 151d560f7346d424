package fn

import (
	"strings"

	"github.com/holdfast-edge/holdfast/tag"
)

// Func is one function. It is immutable and shared by all queries.
type Func struct {
	Name    string   // lower case
	Aliases []string // other names of the same function
	Family  string   // heading of the reference page, such as "math"

	Params  []Param
	Returns Type

	Nulls Nulls
	Fixed Fixed

	// AtSource: the result depends on the row as it came from its source, so it
	// is computed there and kept where the row is joined or grouped.
	AtSource bool
	// Emitted: the result depends on the rows that are given together, so it can
	// only stand in the select list.
	Emitted bool
	// Spread: as a select item the Object that is returned becomes a column for
	// each of its fields.
	Spread bool

	Doc      string // what it does, in sentences
	Examples []Example

	// Exactly one of these is set.
	Scalar    Scalar
	Aggregate func() Aggregate
	Analytic  func() Analytic
	Table     Table

	// Sliding, where set, makes the state of an aggregate for windows that rows
	// leave one by one. An Aggregate that is a Subtractor needs none.
	Sliding func() Subtractor

	// Bind, where set, is called once for a call whose marked parameters
	// (Param.Constant) are known when the query is compiled, and returns what
	// is called instead of Scalar: a place to compile a pattern. constants
	// holds the arguments, Absent where they vary.
	Bind func(constants []tag.Value) (Scalar, error)
}

// Slides returns a state for windows that rows leave one by one, and nil where
// the function has none.
func (f *Func) Slides() Subtractor {
	if f.Sliding != nil {
		return f.Sliding()
	}
	s, _ := f.Aggregate().(Subtractor)
	return s
}

// Kind is where in a query a function may stand.
type Kind uint8

// The kinds of function.
const (
	ScalarKind Kind = iota
	AggregateKind
	AnalyticKind
	TableKind
)

// Kind returns the kind by the implementation that is set.
func (f *Func) Kind() Kind {
	switch {
	case f.Aggregate != nil:
		return AggregateKind
	case f.Analytic != nil:
		return AnalyticKind
	case f.Table != nil:
		return TableKind
	default:
		return ScalarKind
	}
}

// String returns the kind's name.
func (k Kind) String() string {
	return [...]string{"scalar", "aggregate", "analytic", "table"}[k]
}

// Nulls is what a function makes of NULL arguments.
type Nulls uint8

// The treatments of NULL.
const (
	NullGivesNull Nulls = iota // not called: the result is NULL, with the worst quality of the arguments
	NullIsValue                // called with it, and with values of Bad quality as they are
	NullIsSkipped              // an aggregate does not see the row
)

// Fixed is how long a result holds for equal arguments.
type Fixed uint8

// The durations of a result.
const (
	Always Fixed = iota // a pure function: constants are folded
	PerRow              // depends on the row's context: its time, window or metadata
	Never               // differs at each call: evaluated once per row and expression
)

// Param is one parameter.
type Param struct {
	Name     string
	Type     Type
	Optional bool // may be left out, as may all behind it
	Rest     bool // the last one: any number of arguments, none included
	Constant bool // Bind wants it before the first row; of an aggregate or analytic function, it must be one
	Column   bool // must be a column: the function asks about it, not for its value
	Named    bool // the last one: takes all arguments from here on as one Object by their names
	Symbol   bool // is a path of names, which is passed as an Array of their texts and not looked up
	Row      bool // the last one, not written by the caller: the row as an Object

	// Refuse, where set, returns what is wanted instead of a constant that no
	// row can make right; empty where it will do.
	Refuse func(constant tag.Value) (want string)
}

// Example is one line of the reference page that is run as a test: an
// expression over literals and its result as JSON.
type Example struct {
	SQL    string
	Result string
}

// Arity returns the least and the greatest number of arguments; most is -1
// where there is no limit.
func (f *Func) Arity() (least, most int) {
	for _, p := range f.Params {
		switch {
		case p.Rest:
			return least, -1
		case p.Named:
			return least + 1, len(f.Params)
		case !p.Optional:
			least++
		}
		most++
	}
	return least, most
}

// Signature returns the function as the reference page heads it, such as
// "lag(x any [, rows int [, default any]]) any".
func (f *Func) Signature() string {
	var s strings.Builder
	s.WriteString(f.Name + "(")
	open := 0
	for i, p := range f.Params {
		if p.Row {
			continue
		}
		if p.Optional {
			s.WriteString("[")
			open++
		}
		if i > 0 {
			s.WriteString(", ")
		}
		s.WriteString(p.Name)
		if p.Rest {
			s.WriteString("…")
		}
		s.WriteString(" " + p.Type.String())
	}
	s.WriteString(strings.Repeat("]", open) + ") " + f.Returns.String())
	return s.String()
}
