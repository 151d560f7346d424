package streamsql

import (
	"errors"
	"fmt"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/dialect"
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

	SourceKind = plan.SourceKind
)

// The kinds of source.
const (
	StreamSource = plan.StreamSource
	TableSource  = plan.TableSource
	LookupSource = plan.LookupSource
)

// Exec is one running query, and Options, Emit, Stats and Failure what belongs
// to it; see package exec.
type (
	Exec    = exec.Exec
	Options = exec.Options
	Emit    = exec.Emit
	Stats   = exec.Stats
	Failure = exec.Failure
	Part    = exec.Part
)

// Group runs many queries over one stream and does once what they have in
// common, and Member is one of them; see package exec.
type (
	Group  = exec.Group
	Member = exec.Member
	Shared = exec.Shared
)

// NewGroup returns a group without members.
func NewGroup() *Group { return exec.NewGroup() }

// Query is a compiled query. It is immutable, and may be used concurrently.
type Query struct {
	plan      *plan.Query
	uses      []Use
	functions []string
}

// Compiler is what a text is compiled in: the sources that there are, the
// language, and functions besides the built-in ones.
type Compiler struct {
	Catalog Catalog
	EKuiper bool // the language of eKuiper, otherwise the standard one
	// Functions are user functions, such as those of a wasm.Catalogue. They are of
	// family "user".
	Functions []*fn.Func
}

// Compile compiles one query of the standard dialect. An error is an *Error.
func Compile(text string, catalog Catalog) (*Query, error) {
	return Compiler{Catalog: catalog}.Compile(text)
}

// CompileEKuiper compiles one query in the language of eKuiper. An error is an
// *Error.
func CompileEKuiper(text string, catalog Catalog) (*Query, error) {
	return Compiler{Catalog: catalog, EKuiper: true}.Compile(text)
}

// Compile compiles one query. An error in the text is an *Error.
func (c Compiler) Compile(text string) (*Query, error) {
	tree, err := parse.Query(text, c.dialect())
	if err != nil {
		return nil, wrap(err)
	}
	return c.plan(tree)
}

// CompileStatement compiles a query, or one behind EXPLAIN, which asks for its
// plan instead of its rows. An error in the text is an *Error.
func (c Compiler) CompileStatement(text string) (q *Query, explain bool, err error) {
	statement, err := parse.Statement(text, c.dialect())
	if err != nil {
		return nil, false, wrap(err)
	}
	switch s := statement.(type) {
	case *ast.Query:
		q, err = c.plan(s)
	case *ast.Explain:
		explain = true
		q, err = c.plan(s.Query)
	default:
		at := s.At()
		err = &Error{Line: at.Line, Column: at.Column, Reason: "want a query: SELECT …, or EXPLAIN SELECT …"}
	}
	return q, explain, err
}

func (c Compiler) dialect() ast.Dialect {
	if c.EKuiper {
		return ast.EKuiper
	}
	return ast.Standard
}

func (c Compiler) plan(tree *ast.Query) (*Query, error) {
	functions := dialect.Of(tree.Dialect).Functions
	if len(c.Functions) > 0 {
		var err error
		if functions, err = fn.NewRegistry(functions, c.Functions...); err != nil {
			return nil, fmt.Errorf("take in the user functions: %w", err)
		}
	}
	planned, err := plan.Build(tree, c.Catalog, functions)
	if err != nil {
		return nil, wrap(err)
	}
	return &Query{plan: planned, uses: planned.Uses(), functions: planned.Calls(functions, "user")}, nil
}

// Sources returns the streams and tables that the query reads, each once, with
// the columns that it uses of them. The place of a source is what Exec.Push
// takes.
func (q *Query) Sources() []Use { return q.uses }

// UserFunctions returns the user functions that the query calls, each once, in
// the order of their names.
func (q *Query) UserFunctions() []string { return q.functions }

// Stateful reports whether a running instance remembers anything of the rows
// that it has seen, so that there is something to checkpoint.
func (q *Query) Stateful() bool { return q.plan.Stateful() }

// SharesFilter reports whether each row is judged by itself, in processing time, so
// that a Group evaluates the filter once for all queries that have it.
func (q *Query) SharesFilter() bool { return len(q.plan.Arms) == 1 && q.plan.Arms[0].Shares() }

// New returns a running instance that has seen no row yet.
func (q *Query) New(o Options) *Exec { return exec.New(q.plan, o) }

// Error is what is wrong with a text, and where. Line and Column count from 1,
// columns in characters.
type Error struct {
	Line, Column int
	Reason       string
	Unknown      string // the function that is missing; empty: something else is wrong
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
		return &Error{Line: syntax.Pos.Line, Column: syntax.Pos.Column, Reason: reason}
	case errors.As(err, &meaning):
		return &Error{meaning.Line, meaning.Column, meaning.Reason, meaning.Unknown}
	default:
		return err
	}
}
