package expr

import (
	"fmt"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/dialect"
	"github.com/holdfast-edge/holdfast/streamsql/fn"
)

// Scope tells what the names in an expression mean.
type Scope interface {
	// Column returns the node of a name.
	Column(c *ast.Column) (*Node, error)
	// Replace returns the node of an expression that is not compiled where it
	// stands but computed elsewhere, such as an aggregate; nil for any other.
	Replace(e ast.Expr) (*Node, error)
	// Star returns the columns that a star stands for as one Object.
	Star(s *ast.Star) (*Node, error)
	// Subquery returns the node of a query that stands for one value.
	Subquery(q *ast.Query) (*Node, error)
	// Rows returns a node whose value is an Array of the first column of a
	// query's rows.
	Rows(q *ast.Query) (*Node, error)
}

// Compiler compiles expressions of one scope.
type Compiler struct {
	Dialect   *dialect.Dialect
	Functions *fn.Registry
	Scope     Scope
}

// Compile returns the node of an expression. Errors are *Error, with the
// position in the user's text.
func (c *Compiler) Compile(e ast.Expr) (*Node, error) {
	if n, err := c.Scope.Replace(e); n != nil || err != nil {
		return n, err
	}
	switch e := e.(type) {
	case *ast.Literal:
		return Constant(e.Value), nil
	case *ast.Column:
		return c.Scope.Column(e)
	case *ast.Star:
		return c.Scope.Star(e)
	case *ast.Unary:
		return c.unary(e)
	case *ast.Binary:
		return c.binary(e)
	case *ast.Like:
		return c.like(e)
	case *ast.Between:
		return c.between(e)
	case *ast.In:
		return c.in(e)
	case *ast.Case:
		return c.caseOf(e)
	case *ast.Cast:
		return c.cast(e)
	case *ast.Call:
		return c.CompileCall(e)
	default:
		return c.nested(e)
	}
}

// nested compiles what reaches into a value or another query.
func (c *Compiler) nested(e ast.Expr) (*Node, error) {
	switch e := e.(type) {
	case *ast.Index:
		return c.index(e)
	case *ast.Slice:
		return c.slice(e)
	case *ast.Subquery:
		return c.Scope.Subquery(e.Query)
	case *ast.Exists:
		return c.exists(e)
	default:
		return nil, Errorf(e.At(), "%T is no expression", e)
	}
}

// all compiles several expressions.
func (c *Compiler) all(exprs ...ast.Expr) ([]*Node, error) {
	nodes := make([]*Node, len(exprs))
	for i, e := range exprs {
		n, err := c.Compile(e)
		if err != nil {
			return nil, err
		}
		nodes[i] = n
	}
	return nodes, nil
}

// Error is what is wrong with a query, and where in the user's text.
type Error struct {
	ast.Pos
	Reason  string
	Unknown string // the function that is missing; empty: something else is wrong
}

// Error returns "line:column: reason".
func (e *Error) Error() string { return e.Pos.String() + ": " + e.Reason }

// Errorf returns an *Error.
func Errorf(at ast.Pos, format string, args ...any) *Error {
	return &Error{Pos: at, Reason: fmt.Sprintf(format, args...)}
}

// RowError is why an expression failed on a row, and where in the query.
type RowError struct {
	ast.Pos
	Err error
}

// Error returns "line:column: cause".
func (e *RowError) Error() string { return e.Pos.String() + ": " + e.Err.Error() }

// Unwrap returns the cause.
func (e *RowError) Unwrap() error { return e.Err }
