package plan

import (
	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/expr"
	"github.com/holdfast-edge/holdfast/streamsql/fn"
)

// Replace computes analytic calls and expressions that differ at each
// evaluation before the row, once for each place in the text.
func (b *builder) Replace(e ast.Expr) (*expr.Node, error) {
	call, ok := e.(*ast.Call)
	if !ok {
		return nil, nil
	}
	if n := b.replaced[e]; n != nil {
		return n, nil
	}
	f, ok := b.functions.Lookup(call.Name.Text)
	switch {
	case !ok:
		return nil, nil
	case f.Kind() == fn.AnalyticKind:
		return b.analytic(call, f)
	default:
		return nil, nil
	}
}

// analytic plans a call of an analytic function.
func (b *builder) analytic(call *ast.Call, f *fn.Func) (*expr.Node, error) {
	c := b.compiler()
	args, err := c.Arguments(f, call)
	if err != nil {
		return nil, err
	}
	before := Before{Text: ast.Text(call), Func: f, Args: args}
	if over := call.Over; over != nil {
		if before.When, err = b.optional(over.When); err != nil {
			return nil, err
		}
		for _, e := range over.PartitionBy {
			n, err := c.Compile(e)
			if err != nil {
				return nil, err
			}
			before.Partition = append(before.Partition, n)
		}
	}
	return b.before(call, before), nil
}

func (b *builder) optional(e ast.Expr) (*expr.Node, error) {
	if e == nil {
		return nil, nil
	}
	return b.compiler().Compile(e)
}

// before gives what is computed before the row a register.
func (b *builder) before(e ast.Expr, before Before) *expr.Node {
	before.Register = b.plan.Registers
	b.plan.Registers++
	b.plan.Before = append(b.plan.Before, before)
	n := expr.Register(before.Register, before.Func.Returns)
	b.replaced[e] = n
	return n
}

// Star returns the columns of a star as one Object.
func (b *builder) Star(s *ast.Star) (*expr.Node, error) {
	return nil, expr.Errorf(s.Pos, "* cannot stand here")
}

// Subquery is not planned yet in an expression over rows.
func (b *builder) Subquery(q *ast.Query) (*expr.Node, error) {
	return nil, expr.Errorf(q.Pos, "a query cannot stand here")
}

// Rows is not planned yet in an expression over rows.
func (b *builder) Rows(q *ast.Query) (*expr.Node, error) {
	return nil, expr.Errorf(q.Pos, "a query cannot stand here")
}
