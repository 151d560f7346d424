package streamsql

import (
	"errors"
	"fmt"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/exec"
	"github.com/holdfast-edge/holdfast/streamsql/expr"
	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/streamsql/parse"
	"github.com/holdfast-edge/holdfast/streamsql/plan"
)

// Catalog, Source and Sources tell what the names in FROM are; see package
// plan. Sources is a Catalog over a map.
type (
	Catalog = plan.Catalog
	Source  = plan.Source
	Sources = plan.Sources
	Use     = plan.Use
)

// The kinds of source.
const (
	StreamSource = plan.StreamSource
	TableSource  = plan.TableSource
)

// Exec is one running query, and Options, Emit, Stats and Failure what belongs
// to it; see package exec.
type (
	Exec    = exec.Exec
	Options = exec.Options
	Emit    = exec.Emit
	Stats   = exec.Stats
	Failure = exec.Failure
)

// Group runs many queries over one stream and does once what they have in
// common, and Member is one of them; see package exec.
type (
	Group  = exec.Group
	Member = exec.Member
)

// NewGroup returns a group without members.
func NewGroup() *Group { return exec.NewGroup() }

// Query is a compiled query. It is immutable, and may be used concurrently.
type Query struct {
	plan *plan.Query
	uses []Use
}

// Compile compiles one query of the standard dialect. An error is an *Error.
func Compile(text string, catalog Catalog) (*Query, error) {
	return compile(text, ast.Standard, catalog, nil)
}

// CompileWith is Compile with functions besides the built-in ones: a registry
// over fn.Standard, such as one of the functions of a wasm.Slot.
func CompileWith(text string, catalog Catalog, functions *fn.Registry) (*Query, error) {
	return compile(text, ast.Standard, catalog, functions)
}

// CompileEKuiper compiles one query in the language of eKuiper. An error is an
// *Error.
func CompileEKuiper(text string, catalog Catalog) (*Query, error) {
	return compile(text, ast.EKuiper, catalog, nil)
}

func compile(text string, d ast.Dialect, catalog Catalog, functions *fn.Registry) (*Query, error) {
	tree, err := parse.Query(text, d)
	if err != nil {
		return nil, wrap(err)
	}
	planned, err := plan.Build(tree, catalog, functions)
	if err != nil {
		return nil, wrap(err)
	}
	return &Query{plan: planned, uses: planned.Uses()}, nil
}

// Sources returns the streams and tables that the query reads, each once, with
// the columns that it uses of them. The place of a source is what Exec.Push
// takes.
func (q *Query) Sources() []Use { return q.uses }

// New returns a running instance that has seen no row yet.
func (q *Query) New(o Options) *Exec { return exec.New(q.plan, o) }

// Error is what is wrong with a text, and where. Line and Column count from 1,
// columns in characters.
type Error struct {
	Line, Column int
	Reason       string
}

// Error returns "line:column: reason".
func (e *Error) Error() string { return fmt.Sprintf("%d:%d: %s", e.Line, e.Column, e.Reason) }

// wrap makes an *Error of what the parser and the planner return.
func wrap(err error) error {
	var syntax *parse.Error
	var meaning *expr.Error
	switch {
	case errors.As(err, &syntax):
		reason := syntax.Message
		if syntax.Hint != "" {
			reason += "; " + syntax.Hint
		}
		return &Error{syntax.Pos.Line, syntax.Pos.Column, reason}
	case errors.As(err, &meaning):
		return &Error{meaning.Line, meaning.Column, meaning.Reason}
	default:
		return err
	}
}
