package plan

import (
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
	Dialect *dialect.Dialect
	Inputs  []*Input
	Columns []Column // the layout

	Before []Before     // computed for each row before Filter, into registers
	Filter *expr.Node   // WHERE; nil: every row
	Items  []Item       // what the output is made of
	Fields []tag.Field  // the columns of the output; nil where they depend on the rows
	Groups []*expr.Node // GROUP BY without the window

	Registers int // how many there are
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

// Before is something that is computed once for each row before the filter: an
// analytic call, or an expression that differs each time it is evaluated.
type Before struct {
	Text      string // identifies it in a snapshot
	Register  int
	Expr      *expr.Node // evaluated where there is no Call
	Func      *fn.Func   // the analytic function
	Args      []*expr.Node
	When      *expr.Node   // nil: every row counts
	Partition []*expr.Node // a state for each value of these
}

// Item is one column, or several, of the output.
type Item struct {
	Name      string
	Expr      *expr.Node // nil for a Star
	Star      *Star
	Spread    bool // Expr is an Object whose fields are the columns
	Table     *TableCall
	Invisible bool
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
