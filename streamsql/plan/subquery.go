package plan

import (
	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/expr"
	"github.com/holdfast-edge/holdfast/streamsql/value"
)

// Subquery is a query in an expression: it is run over the rows that its tables
// hold at that moment.
type Subquery struct {
	*Query
}

// Link is a column of the query around a subquery, which the subquery sees as a
// register.
type Link struct {
	Register int        // of the subquery
	Outer    *expr.Node // over the row around it
}

// within is a catalog for a subquery: its inputs are the rows at one moment.
type within struct{ Catalog }

// Bounded reports that the inputs end.
func (within) Bounded() bool { return true }

// subquery plans a query in an expression and returns its place.
func (b *builder) subquery(q *ast.Query) (int, error) {
	planned, err := build(q, within{b.catalog}, b.functions, b)
	if err != nil {
		return 0, err
	}
	if !b.catalogIsBounded() {
		for _, use := range planned.Uses() {
			if use.Kind == StreamSource {
				return 0, expr.Errorf(q.Pos, "a query in an expression can read tables; %s is a stream", use.Name)
			}
		}
	}
	b.plan.Subqueries = append(b.plan.Subqueries, Subquery{planned})
	return len(b.plan.Subqueries) - 1, nil
}

// Subquery returns the node of a query that stands for one value: the first
// column of its first row, or NULL.
func (b *builder) Subquery(q *ast.Query) (*expr.Node, error) {
	i, err := b.subquery(q)
	if err != nil {
		return nil, err
	}
	n := expr.FirstOf(expr.Rows(i))
	n.Affinity = b.plan.Subqueries[i].affinity()
	return n, nil
}

// affinity is that of the first column, as in SQLite (datatype3.html §3.2).
func (q *Query) affinity() value.Affinity {
	for _, item := range q.Arms[len(q.Arms)-1].Items {
		switch {
		case item.Invisible:
		case item.Expr != nil && !item.Spread:
			return item.Expr.Affinity
		default:
			return value.Blob
		}
	}
	return value.None
}

// affinityOf is that of a column of a derived table: of what it is made of in the
// first arm where that has one.
func (q *Query) affinityOf(name string) value.Affinity {
	for _, arm := range q.Arms {
		for _, item := range arm.Items {
			if item.Name != name || item.Expr == nil || item.Invisible {
				continue
			}
			if item.Expr.Affinity != value.None {
				return item.Expr.Affinity
			}
		}
	}
	return value.None
}

// Rows returns the node of the first column of a query's rows.
func (b *builder) Rows(q *ast.Query) (*expr.Node, error) {
	i, err := b.subquery(q)
	if err != nil {
		return nil, err
	}
	n := expr.Rows(i)
	n.Affinity = b.plan.Subqueries[i].affinity()
	return n, nil
}

// linked resolves a name in the query around this one; nil where there is none
// or it has no such name.
func (b *builder) linked(c *ast.Column) *expr.Node {
	if b.outer == nil {
		return nil
	}
	n, err := b.outer.Column(c)
	if err != nil {
		return nil
	}
	link := Link{Register: b.register(), Outer: n}
	b.plan.Links = append(b.plan.Links, link)
	inner := expr.Register(link.Register, n.Type)
	inner.Affinity = n.Affinity
	return inner
}
