package ast

// Dialect is the language that a text was written in. The tree is the same for
// both; what differs is how some operators behave on values, which package
// plan looks up here.
type Dialect uint8

const (
	// Standard is the language of Holdfast: SQLite's expressions and clauses
	// with windows, nested values and analytic functions added.
	Standard Dialect = iota
	// EKuiper is the language of LF Edge eKuiper: double quotes are text,
	// `a->b` is a field, comparison operators all bind alike.
	EKuiper
)

// String returns the dialect's name as configurations write it.
func (d Dialect) String() string {
	if d == EKuiper {
		return "ekuiper"
	}
	return "standard"
}

// Statement is one complete text: a *Query, a *CreateStream or an *Explain.
type Statement interface {
	Node
	statement()
}

// Query is one SELECT or several of them under UNION ALL, then sorted and cut.
type Query struct {
	Pos
	Dialect Dialect
	Arms    []*Select // at least one; the names of the first name the output
	OrderBy []*Order  // a term may be an alias or an expression of the first arm
	Limit   Expr      // nil: all
	Offset  Expr      // nil: from the first; only with Limit
}

// Select is one SELECT without its ORDER BY and LIMIT.
type Select struct {
	Pos
	Distinct bool
	Items    []*Item // at least one
	From     Source  // nil: one row without columns
	Joins    []*Join // in order: each joins what stands before it with its own source
	Where    Expr    // nil: every row
	GroupBy  []Expr  // without the window
	Window   *Window // nil: none
	Having   Expr    // nil: every group
}

// Item is one entry of a select list, or of a REPLACE list.
type Item struct {
	Pos
	Expr  Expr
	Alias Name // zero Text: none
	// Invisible items can be used by others but are not in the output
	// (`a + b AS ab INVISIBLE`).
	Invisible bool
}

// Order is one term of an ORDER BY.
type Order struct {
	Pos
	Expr  Expr
	Desc  bool
	Nulls NullOrder
}

// NullOrder says where NULL sorts.
type NullOrder uint8

// The places of NULL. By default it is the smallest of all values, as in
// SQLite: first when ascending, last when descending.
const (
	NullsDefault NullOrder = iota
	NullsFirst
	NullsLast
)

// Explain asks for the plan of a query instead of its rows.
type Explain struct {
	Pos
	Query *Query
}

func (*Query) statement()        {}
func (*CreateStream) statement() {}
func (*Explain) statement()      {}
