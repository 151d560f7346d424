package plan

import (
	"slices"
	"strings"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/expr"
	"github.com/holdfast-edge/holdfast/tag"
)

// orderBy plans ORDER BY.
func (b *builder) orderBy() error {
	for _, term := range b.query.OrderBy {
		n, err := b.orderTerm(term.Expr)
		if err != nil {
			return err
		}
		b.plan.OrderTexts = append(b.plan.OrderTexts, ast.Text(term))
		b.plan.Order = append(b.plan.Order, b.orderOf(n, term))
	}
	b.representative()
	return nil
}

// orderOf returns a term whose expression is compiled.
func (b *builder) orderOf(n *expr.Node, term *ast.Order) Order {
	first := !term.Desc
	switch {
	case b.dialect.NullsLast:
		first = false
	case term.Nulls != ast.NullsDefault:
		first = term.Nulls == ast.NullsFirst
	}
	return Order{Expr: n, Desc: term.Desc, NullsFirst: first}
}

// orderTerm compiles a term: the place of a select item, the name of one, or an
// expression.
func (b *builder) orderTerm(e ast.Expr) (*expr.Node, error) {
	if n, err := b.ordinal(e); n != nil || err != nil {
		return n, err
	}
	if call := b.emitted(e); call != nil {
		return nil, expr.Errorf(call.Pos, "%s can only stand in the select list: name it there and sort by its name", call.Name.Text)
	}
	if c, ok := e.(*ast.Column); ok && len(c.Path) == 1 {
		for _, item := range b.syntax.Items {
			if item.Alias.Text != "" && strings.EqualFold(item.Alias.Text, c.Path[0].Text) {
				return b.itemOverGroups(item)
			}
		}
	}
	return b.overGroups(e)
}

// ordinal returns the select item whose place a number is; nil where the
// expression is no number.
func (b *builder) ordinal(e ast.Expr) (*expr.Node, error) {
	literal, ok := e.(*ast.Literal)
	if !ok || literal.Value.Kind() != tag.Int {
		return nil, nil
	}
	b.aliased = true // the number means an item of this query
	i, _ := literal.Value.Int()
	if slices.ContainsFunc(b.syntax.Items, isStar) {
		return b.behindStar(e, i)
	}
	if i < 1 || i > int64(len(b.syntax.Items)) {
		return nil, expr.Errorf(e.At(), "column %d: the select list has %d", i, len(b.syntax.Items))
	}
	return b.itemOverGroups(b.syntax.Items[i-1])
}

// behindStar returns the column of the output whose place a number is, where the
// select list has a star.
func (b *builder) behindStar(e ast.Expr, i int64) (*expr.Node, error) {
	if b.plan.Fields == nil {
		return nil, expr.Errorf(e.At(), "column %d stands behind a star: name the column", i)
	}
	if i < 1 || i > int64(len(b.plan.Fields)) {
		return nil, expr.Errorf(e.At(), "column %d: the output has %d", i, len(b.plan.Fields))
	}
	named := func(item Item) bool { return item.Name == b.plan.Fields[i-1].Name }
	return b.plan.Items[slices.IndexFunc(b.plan.Items, named)].Expr, nil
}

func isStar(item *ast.Item) bool {
	_, is := item.Expr.(*ast.Star)
	return is
}

func (b *builder) itemOverGroups(item *ast.Item) (*expr.Node, error) {
	defer func(before bool) { b.groups = before }(b.groups)
	b.groups = true
	return b.item(item)
}

// limit plans LIMIT and OFFSET, which are constants.
func (b *builder) limit() (err error) {
	b.plan.Limit = Limit{Rows: -1}
	if b.plan.Limit.Rows, err = b.constant(b.query.Limit, -1); err != nil {
		return err
	}
	b.plan.Limit.Rows = max(b.plan.Limit.Rows, -1)
	b.plan.Limit.Offset, err = b.constant(b.query.Offset, 0)
	b.plan.Limit.Offset = max(b.plan.Limit.Offset, 0)
	return err
}

func (b *builder) constant(e ast.Expr, otherwise int64) (int64, error) {
	if e == nil {
		return otherwise, nil
	}
	n, err := b.compile(e)
	if err != nil {
		return 0, err
	}
	i, ok := n.Value.Int()
	if !n.Const || !ok {
		return 0, expr.Errorf(e.At(), "want a constant whole number")
	}
	return i, nil
}
