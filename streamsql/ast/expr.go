package ast

import "github.com/holdfast-edge/holdfast/tag"

// Expr is an expression.
type Expr interface {
	Node
	// Precedence is how tightly the node's outermost operator binds.
	Precedence() Precedence
}

// Literal is a constant: Null, Bool, Int, Float, String or Bytes. An integer
// outside 64 bits is a Float, as in SQLite.
type Literal struct {
	Pos
	Value tag.Value
}

// Column is a name, or names joined by dots. Which of them is a stream, which
// a column and which a field inside its value, the text does not tell:
// `a.b.c` may be column b of stream a and field c of its value.
type Column struct {
	Pos
	Path []Name // at least one
}

// Star is `*` or `t.*`, in a select list or as an argument.
type Star struct {
	Pos
	Stream  Name    // zero Text: all streams
	Except  []Name  // EXCEPT (…)
	Replace []*Item // REPLACE (expr AS name, …): every one has an alias
}

// Unary is a prefix operator: Not, Negate, Plus or Invert.
type Unary struct {
	Pos
	Op Op
	X  Expr
}

// Binary is an infix operator. Is and IsNot beside a Bool literal are SQLite's
// test of truth (`x IS TRUE`), beside any other operand a comparison in which
// NULL equals NULL.
type Binary struct {
	Pos
	Op   Op
	L, R Expr
}

// Like is a match of text against a pattern.
type Like struct {
	Pos
	Op      Op // OpLike, OpGlob, OpRegexp or OpMatch
	Not     bool
	X       Expr
	Pattern Expr
	Escape  Expr // nil: none; only with OpLike
}

// Between is `x BETWEEN low AND high`, both bounds included.
type Between struct {
	Pos
	Not       bool
	X         Expr
	Low, High Expr
}

// In is membership. Exactly one of Query and Array is set, or neither and List
// counts, which may be empty.
type In struct {
	Pos
	Not   bool
	X     Expr
	List  []Expr
	Query *Query
	Array Expr // a value that is an array
}

// Case is CASE with an operand to compare (`CASE x WHEN 1 THEN …`) or without
// one (`CASE WHEN x > 1 THEN …`).
type Case struct {
	Pos
	Operand Expr // nil: none
	Whens   []*When
	Else    Expr // nil: NULL
}

// When is one arm of a Case.
type When struct {
	Pos
	Cond, Result Expr
}

// Cast is CAST(x AS type).
type Cast struct {
	Pos
	X    Expr
	Type *Type
}

// Call is a function. Args may hold a *Star (`count(*)`,
// `collect(* EXCEPT (a))`).
type Call struct {
	Pos
	Name     Name
	Distinct bool
	Args     []Expr
	Filter   Expr  // FILTER (WHERE …); nil: every row
	Over     *Over // nil: none
}

// Over is OVER (PARTITION BY … ORDER BY … WHEN …). An empty one is `OVER ()`.
type Over struct {
	Pos
	PartitionBy []Expr
	OrderBy     []*Order
	When        Expr // nil: always
}

// Index is `x[i]`: an element of an array counted from 0, negative from the
// end, or the field of an object that i names. A field of anything but a plain
// name is an Index too, with a String literal: `x[0].b` is `x[0]['b']`, and so
// is eKuiper's `x[0]->b`.
type Index struct {
	Pos
	X, I Expr
}

// Slice is `x[low:high]`: from low, up to but without high.
type Slice struct {
	Pos
	X         Expr
	Low, High Expr // nil: from the start, to the end
}

// Subquery is a query that stands for the one value it gives.
type Subquery struct {
	Pos
	Query *Query
}

// Exists is EXISTS (query). NOT EXISTS is a Not over it.
type Exists struct {
	Pos
	Query *Query
}
