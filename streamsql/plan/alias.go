package plan

import (
	"strings"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/expr"
)

// maxCost bounds what an expression that is used by name may cost, about a
// millisecond. Aliases of aliases double what they cost with each use.
const maxCost = 1_000_000

// alias is a select item that others can use by its name.
type alias struct {
	item      *ast.Item
	aggregate bool          // it calls one
	open      bool          // it is being compiled: its own name is the column there
	compiled  [3]*expr.Node // over rows, over groups, over the whole window; nil: not yet
}

// nameAliases notes the items that have a name. Of two of one name the first is
// meant.
func (b *builder) nameAliases() {
	b.aliases = make(map[string]*alias)
	for _, item := range b.syntax.Items {
		key := strings.ToLower(item.Alias.Text)
		if key != "" && b.aliases[key] == nil {
			b.aliases[key] = &alias{item: item, aggregate: b.hasAggregate(item.Expr)}
		}
	}
}

// alias returns the expression that a select item names, nil where none does or
// where that item is just being compiled, or is an aggregate that cannot stand
// here: there the name is the column.
func (b *builder) alias(name string) (*expr.Node, error) {
	a := b.aliases[strings.ToLower(name)]
	switch {
	case a == nil || !b.groups && a.aggregate || b.whole && a.aggregate && mentions(a.item.Expr, name):
		return nil, nil
	case a.open && b.dialect.AliasFirst && a != b.naming:
		return nil, expr.Errorf(a.item.Pos, "%s is made of %s, which is made of %[1]s", name, b.naming.item.Alias.Text)
	case a.open:
		b.blocked = append(b.blocked, a)
		return nil, nil
	}
	b.aliased = true
	n, err := b.expand(a)
	if err == nil && n.Cost > maxCost {
		return nil, expr.Errorf(a.item.Pos, "%s is too large an expression to be used by others", name)
	}
	return n, err
}

// expand compiles the expression of an alias, once unless it met another that
// is being compiled: there that one's name was a column, and elsewhere it is not.
func (b *builder) expand(a *alias) (*expr.Node, error) {
	over := 0
	switch {
	case b.whole && b.groups:
		over = 2
	case b.groups:
		over = 1
	}
	if a.compiled[over] != nil {
		return a.compiled[over], nil
	}
	blocked := len(b.blocked)
	done := b.name(a)
	n, err := b.compile(a.item.Expr)
	done()
	if err != nil {
		return nil, err
	}
	for _, other := range b.blocked[blocked:] {
		if other != a {
			return n, nil
		}
	}
	a.compiled[over] = n
	return n, nil
}

// item compiles one select item, in which its own alias means the column.
func (b *builder) item(item *ast.Item) (*expr.Node, error) {
	a := b.aliases[strings.ToLower(item.Alias.Text)]
	if a == nil || a.open {
		return b.compile(item.Expr)
	}
	defer b.name(a)()
	return b.compile(item.Expr)
}

// name notes that an alias is being compiled, until what it returns is called.
func (b *builder) name(a *alias) (done func()) {
	around := b.naming
	b.naming, a.open = a, true
	return func() { b.naming, a.open = around, false }
}

// namesAggregate reports whether an expression names an item that is an
// aggregate. One that is about a column of its own name, as avg(t) AS t, leaves
// that name to the column.
func (b *builder) namesAggregate(e ast.Expr) bool {
	for _, a := range b.aliases {
		if name := a.item.Alias.Text; a.aggregate && mentions(e, name) && !mentions(a.item.Expr, name) {
			return true
		}
	}
	return false
}

// mentions reports whether an expression has a name of one part.
func mentions(e ast.Expr, name string) (found bool) {
	ast.Walk(e, func(n ast.Node) bool {
		if c, ok := n.(*ast.Column); ok && len(c.Path) == 1 && strings.EqualFold(c.Path[0].Text, name) {
			found = true
		}
		return !found
	})
	return found
}
