package streamsql

import (
	"slices"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/dialect"
	"github.com/holdfast-edge/holdfast/streamsql/expr"
	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/streamsql/parse"
	"github.com/holdfast-edge/holdfast/streamsql/plan"
	"github.com/holdfast-edge/holdfast/tag"
)

// Expression is a scalar expression over the columns of one row, for where there is a value to be had and no query: no
// aggregates, no windows, no subqueries. It is immutable.
type Expression struct {
	node    *expr.Node
	columns []int
	slots   []int32
}

// CompileExpression compiles an expression over rows of a schema. An error in the text is an *Error.
func CompileExpression(text string, schema *tag.Schema) (*Expression, error) {
	tree, err := parse.Expr(text, ast.Standard)
	if err != nil {
		return nil, wrap(err)
	}
	s := &rowScope{schema: schema, slots: make([]int32, schema.Len())}
	for i := range s.slots {
		s.slots[i] = int32(i)
	}
	d := dialect.Standard()
	node, err := (&expr.Compiler{Dialect: d, Functions: d.Functions, Scope: s}).Compile(tree)
	if err != nil {
		return nil, wrap(err)
	}
	return &Expression{node: node, columns: s.columns, slots: s.slots}, nil
}

// Columns returns the slots of the columns that the expression reads, each once.
func (e *Expression) Columns() []int { return e.columns }

// Type returns what its values can be.
func (e *Expression) Type() fn.Type { return e.node.Type }

// Eval evaluates the expression on a row of the schema, of a source time in ns since the Unix epoch.
func (e *Expression) Eval(row []tag.Value, at int64) (tag.Value, error) {
	f := expr.Frame{Row: row, Slots: e.slots, Context: fn.Context{Now: at, RowTime: at}}
	v := e.node.Eval(&f)
	return v, f.Err()
}

// rowScope knows the columns of one row, and nothing else.
type rowScope struct {
	schema  *tag.Schema
	slots   []int32
	columns []int
}

// Column is described at expr.Scope.
func (s *rowScope) Column(c *ast.Column) (*expr.Node, error) {
	name := c.Path[0].Text
	slot, ok := plan.Find(s.schema, name)
	if !ok {
		var known []string
		for _, f := range s.schema.Fields() {
			known = append(known, f.Name)
		}
		return nil, expr.Errorf(c.Pos, "no column is called %s%s", name, expr.Suggest(name, known))
	}
	if !slices.Contains(s.columns, slot) {
		s.columns = append(s.columns, slot)
	}
	n := expr.Column(slot, s.schema.Field(slot).Kind)
	for _, member := range c.Path[1:] {
		n = expr.Field(n, member.Text)
	}
	return n, nil
}

// Replace is described at expr.Scope: everything is compiled where it stands.
func (s *rowScope) Replace(e ast.Expr) (*expr.Node, error) {
	call, ok := e.(*ast.Call)
	if !ok {
		return nil, nil
	}
	if f, known := fn.Standard().Resolve(call.Name.Text, len(call.Args)); known && (f.AtSource || f.Emitted) {
		return nil, expr.Errorf(call.Pos, "%s can only stand in a query", f.Name)
	}
	return nil, nil
}

// Star is described at expr.Scope.
func (s *rowScope) Star(star *ast.Star) (*expr.Node, error) {
	return nil, expr.Errorf(star.Pos, "* can only stand in a query: name the columns")
}

// Subquery is described at expr.Scope.
func (s *rowScope) Subquery(q *ast.Query) (*expr.Node, error) { return nil, noQuery(q) }

// Rows is described at expr.Scope.
func (s *rowScope) Rows(q *ast.Query) (*expr.Node, error) { return nil, noQuery(q) }

func noQuery(q *ast.Query) error {
	return expr.Errorf(q.At(), "a query cannot stand in an expression over one row")
}
