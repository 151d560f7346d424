package plan

import (
	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/expr"
	"github.com/holdfast-edge/holdfast/streamsql/fn"
)

// Numbering is a row_number() OVER (…): the places of the rows, or groups, that
// are given together, counted anew in each partition.
type Numbering struct {
	Text      string
	Register  int
	Partition []*expr.Node
	Order     []Order
}

// numbering plans a call with OVER of a function about the rows that are given
// together.
func (b *builder) numbering(call *ast.Call, f *fn.Func) (*expr.Node, error) {
	if call.Over.When != nil {
		return nil, expr.Errorf(call.Over.When.At(), "WHEN is for analytic functions; %s has PARTITION BY and ORDER BY", f.Name)
	}
	if inner := b.emittedOf(call.Over); inner != nil {
		return nil, expr.Errorf(inner.Pos, "%s cannot stand in OVER", f.Name)
	}
	if _, err := b.compiler().Arguments(f, call); err != nil {
		return nil, err
	}
	n := Numbering{Text: ast.Text(call)}
	var err error
	if n.Partition, err = b.compileAll(call.Over.PartitionBy); err != nil {
		return nil, err
	}
	for _, term := range call.Over.OrderBy {
		x, err := b.compile(term.Expr)
		if err != nil {
			return nil, err
		}
		n.Order = append(n.Order, b.orderOf(x, term))
	}
	n.Register = b.register()
	b.plan.Numberings = append(b.plan.Numberings, n)
	b.replaced[call] = expr.Register(n.Register, f.Returns)
	return b.replaced[call], nil
}

// emittedOf returns the first call in an OVER of a function about the rows that
// are given together.
func (b *builder) emittedOf(o *ast.Over) *ast.Call {
	for _, e := range o.PartitionBy {
		if call := b.emitted(e); call != nil {
			return call
		}
	}
	for _, term := range o.OrderBy {
		if call := b.emitted(term.Expr); call != nil {
			return call
		}
	}
	return nil
}
