package plan

import (
	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/expr"
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
	return expr.FirstOf(expr.Rows(i)), nil
}

// Rows returns the node of the first column of a query's rows.
func (b *builder) Rows(q *ast.Query) (*expr.Node, error) {
	i, err := b.subquery(q)
	if err != nil {
		return nil, err
	}
	return expr.Rows(i), nil
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
	return expr.Register(link.Register, n.Type)
}
