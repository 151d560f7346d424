package ast

import "math"

// Op is an operator.
type Op uint8

// The operators. Or to Path are infix, Not to Plus prefix; OpLike to OpMatch
// belong to Like.
const (
	NoOp       Op = iota
	Or            // OR
	And           // AND
	Equal         // =
	NotEqual      // <>
	Is            // IS: equal, and NULL equals NULL
	IsNot         // IS NOT
	OpLike        // LIKE
	OpGlob        // GLOB
	OpRegexp      // REGEXP
	OpMatch       // MATCH
	Less          // <
	LessEq        // <=
	Greater       // >
	GreaterEq     // >=
	BitAnd        // &
	BitOr         // |
	ShiftLeft     // <<
	ShiftRight    // >>
	Add           // +
	Subtract      // -
	Multiply      // *
	Divide        // /
	Modulo        // %
	Concat        // ||
	Arrow         // -> a part of a JSON value, as JSON
	ArrowText     // ->> a part of a JSON value, as a value of SQL
	Not           // NOT
	Negate        // -
	Invert        // ~
	Plus          // + (changes nothing)
	opCount
)

// Precedence orders operators by how tightly they bind; infix operators of one
// precedence associate to the left. The order is SQLite's
// (https://sqlite.org/lang_expr.html, "Operators").
type Precedence uint8

// The precedences, the loosest first.
const (
	LowestPrec Precedence = iota
	OrPrec
	AndPrec
	NotPrec      // NOT
	EqualityPrec // = <> IS IN LIKE GLOB REGEXP MATCH BETWEEN
	OrderPrec    // < <= > >=
	BitPrec      // & | << >>
	SumPrec      // + -
	ProductPrec  // * / %
	ConcatPrec   // || -> ->>
	PrefixPrec   // - + ~
	PrimaryPrec  // everything that needs no parentheses
)

var ops = [opCount]struct {
	text string
	prec Precedence
}{
	Or: {"OR", OrPrec}, And: {"AND", AndPrec}, Not: {"NOT", NotPrec},
	Equal: {"=", EqualityPrec}, NotEqual: {"<>", EqualityPrec},
	Is: {"IS", EqualityPrec}, IsNot: {"IS NOT", EqualityPrec},
	OpLike: {"LIKE", EqualityPrec}, OpGlob: {"GLOB", EqualityPrec},
	OpRegexp: {"REGEXP", EqualityPrec}, OpMatch: {"MATCH", EqualityPrec},
	Less: {"<", OrderPrec}, LessEq: {"<=", OrderPrec},
	Greater: {">", OrderPrec}, GreaterEq: {">=", OrderPrec},
	BitAnd: {"&", BitPrec}, BitOr: {"|", BitPrec},
	ShiftLeft: {"<<", BitPrec}, ShiftRight: {">>", BitPrec},
	Add: {"+", SumPrec}, Subtract: {"-", SumPrec},
	Multiply: {"*", ProductPrec}, Divide: {"/", ProductPrec}, Modulo: {"%", ProductPrec},
	Concat: {"||", ConcatPrec}, Arrow: {"->", ConcatPrec}, ArrowText: {"->>", ConcatPrec},
	Negate: {"-", PrefixPrec}, Invert: {"~", PrefixPrec}, Plus: {"+", PrefixPrec},
}

// String returns the operator as SQL writes it.
func (op Op) String() string { return ops[op].text }

// Precedence returns how tightly the operator binds.
func (op Op) Precedence() Precedence { return ops[op].prec }

// Precedence returns how tightly the node's outermost operator binds.
func (e *Unary) Precedence() Precedence  { return e.Op.Precedence() }
func (e *Binary) Precedence() Precedence { return e.Op.Precedence() }
func (*Like) Precedence() Precedence     { return EqualityPrec }
func (*Between) Precedence() Precedence  { return EqualityPrec }
func (*In) Precedence() Precedence       { return EqualityPrec }
func (*Column) Precedence() Precedence   { return PrimaryPrec }
func (*Star) Precedence() Precedence     { return PrimaryPrec }
func (*Case) Precedence() Precedence     { return PrimaryPrec }
func (*Cast) Precedence() Precedence     { return PrimaryPrec }
func (*Call) Precedence() Precedence     { return PrimaryPrec }
func (*Index) Precedence() Precedence    { return PrimaryPrec }
func (*Slice) Precedence() Precedence    { return PrimaryPrec }
func (*Subquery) Precedence() Precedence { return PrimaryPrec }
func (*Exists) Precedence() Precedence   { return PrimaryPrec }

// Precedence of a negative number is that of its sign, which zero may have, too.
func (e *Literal) Precedence() Precedence {
	if f, ok := e.Value.Float(); ok && math.Signbit(f) {
		return PrefixPrec
	}
	return PrimaryPrec
}
