package plan

import (
	"slices"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/dialect"
	"github.com/holdfast-edge/holdfast/streamsql/expr"
	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/tag"
)

// Query is a planned query. It is immutable and may run any number of times at
// once.
type Query struct {
	AST     *ast.Query
	Dialect *dialect.Dialect
	Arms    []*Select // of the UNION ALL, one where there is none
}

// Select is one planned SELECT.
type Select struct {
	Syntax  *ast.Select
	Dialect *dialect.Dialect
	Inputs  []*Input // the one of FROM, then one for each join
	Columns []Column // the layout

	Before     []Before     // computed for each row, into registers
	Window     *Window      // nil: none
	Joins      []Join       // Joins[i] adds Inputs[i+1]
	Filter     *expr.Node   // WHERE; nil: every row
	FilterKey  string       // equal for filters that mean the same; empty where that is not known
	Groups     []*expr.Node // GROUP BY without the window
	GroupTexts []string     // identify Groups in a snapshot
	Grouped    bool         // the output has a row for each group, otherwise for each row
	Aggregates []Aggregate  // computed for each group, into registers
	Whole      []Aggregate  // of WHERE: computed over all rows of a window before it is evaluated
	Extreme    int          // the aggregate whose row stands for the group, -1: the first row does
	After      []Before     // analytic calls over groups
	ShareKey   string       // equal for windows that hold the same; empty where they are not shared
	Having     *expr.Node   // nil: every group; without Grouped of all rows together
	Numberings []Numbering  // counted over what passed HAVING, into registers
	Items      []Item       // what the output is made of
	Fields     []tag.Field  // the columns of the output; nil where they depend on the rows
	Distinct   bool
	Order      []Order
	OrderTexts []string
	Limit      Limit
	Subqueries []Subquery // in expressions
	Links      []Link     // of a subquery: what it takes from the query around it
	Nested     bool       // it is a subquery, whose inputs are kept
	Bounded    bool       // the inputs end: without a window, all of their rows are one set

	Registers int // how many there are

	functions *fn.Registry
	private   bool // a window, group or aggregate means something that its text does not tell
}

// Input is one entry of FROM or JOIN.
type Input struct {
	Pos     ast.Pos
	Label   string // what its columns are qualified with
	Stream  string // name of the stream or table; empty for a derived one
	Source  Source
	Query   *Query // of a derived input, nil otherwise
	Columns []int  // which columns of the layout are its own
	Star    bool   // all of its columns are used
}

// Column is one column of the layout.
type Column struct {
	Input int
	Name  string
	Kind  tag.Kind // Absent where it varies
}

// Before is something that is computed once for each row before the filter, or
// for each group before HAVING: an analytic call, or an expression about what
// only the row as it came knows.
type Before struct {
	Text      string // identifies it in a snapshot
	Input     int    // whose rows it is about
	Register  int
	Expr      *expr.Node // evaluated where there is no Func
	Func      *fn.Func   // the analytic function
	Args      []*expr.Node
	When      *expr.Node   // nil: every row counts
	Partition []*expr.Node // a state for each value of these
}

// Window is the window of a GROUP BY. The conditions that do not belong to its
// kind are nil.
type Window struct {
	*ast.Window
	Filter    *expr.Node   // which rows enter
	When      *expr.Node   // sliding: which rows trigger
	Begin     *expr.Node   // state: which rows open it; without Emit: the value whose change closes it
	Emit      *expr.Node   // state: which rows close it
	Partition []*expr.Node // a window for each value of these
}

// Join adds an input to those before it.
type Join struct {
	Kind ast.JoinKind
	Keys []Key      // must be equal
	On   *expr.Node // what else must hold; nil: nothing
}

// Key is an equality that a join can look rows up by.
type Key struct {
	Left, Right *expr.Node // over the inputs before, over the input that is added
	Column      string     // of a lookup table: what Right is
	By          string     // of a lookup table: what Left is, as text
}

// Aggregate is one aggregate of the groups.
type Aggregate struct {
	Text     string // identifies it in a snapshot
	Call     *ast.Call
	Register int
	Func     *fn.Func
	Args     []*expr.Node
	Filter   *expr.Node // nil: every row
	Distinct bool       // each value once
}

// Item is one column, or several, of the output.
type Item struct {
	Name      string
	Pos       ast.Pos
	Expr      *expr.Node // nil for a Star and a Table
	Star      *Star
	Table     *TableCall
	Spread    bool // Expr is an Object whose fields are the columns
	Invisible bool // used by others, and not in the output
	FromStar  bool // stands for a star over a fixed schema
}

// Star is all columns of an input that come with its rows. Over an input of a
// fixed schema a star is planned as its columns.
type Star struct {
	Input  int
	Except map[string]bool // lower case
}

// TableCall is a call of a table function as a select item.
type TableCall struct {
	Func *fn.Func
	Args []*expr.Node
}

// Order is one term of an ORDER BY.
type Order struct {
	Expr       *expr.Node
	Desc       bool
	NullsFirst bool
}

// Limit is how many rows of an emission are given, and how many are left out
// first.
type Limit struct {
	Rows   int64 // -1: all
	Offset int64
}

// Stateful reports whether the query remembers anything of the rows that it has
// seen.
func (q *Query) Stateful() bool {
	for _, arm := range q.Arms {
		if !arm.IsDirect() || len(arm.Before) > 0 || arm.varies() {
			return true
		}
	}
	return false
}

// varies reports whether a row gives anything that depends on more than the row.
func (s *Select) varies() bool {
	for _, item := range s.Items {
		if item.Expr != nil && item.Expr.Varies {
			return true
		}
	}
	return s.Filter != nil && s.Filter.Varies
}

// IsDirect reports whether each row of the one input gives a row, or none, at
// once and by itself.
func (s *Select) IsDirect() bool {
	if s.Nested || len(s.Subqueries) > 0 || len(s.Whole) > 0 || len(s.Numberings) > 0 || s.Bounded && (s.Distinct || len(s.Order) > 0) {
		return false
	}
	if s.Distinct && slices.ContainsFunc(s.Items, func(i Item) bool { return i.Table != nil }) {
		return false // a row gives several
	}
	return len(s.Inputs) == 1 && s.Inputs[0].Query == nil && s.Inputs[0].Source.Kind == StreamSource && s.Window == nil && !s.Grouped &&
		s.Having == nil && s.Limit == Limit{Rows: -1}
}
