package expr

import (
	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/tag"
)

// object returns the node of an Object that holds expressions by their names:
// a column under its own, anything else under its text, a star's columns each.
func (c *Compiler) object(exprs []ast.Expr) (*Node, error) {
	nodes, err := c.all(exprs...)
	if err != nil {
		return nil, err
	}
	names, isStar := make([]string, len(exprs)), make([]bool, len(exprs))
	for i, e := range exprs {
		names[i] = NameOf(e)
		_, isStar[i] = e.(*ast.Star)
	}
	if len(exprs) == 1 && isStar[0] {
		return nodes[0], nil
	}
	return valueNode(costText+cost(nodes...), fn.Object, func(f *Frame) tag.Value {
		var keys []string
		var values []tag.Value
		for i, n := range nodes {
			v := n.Eval(f)
			if !isStar[i] {
				keys, values = append(keys, names[i]), append(values, v)
				continue
			}
			o := v.Object()
			for j := range o.Len() {
				key, field := o.At(j)
				keys, values = append(keys, key), append(values, field)
			}
		}
		return ObjectOf(keys, values)
	}), nil
}

// ObjectOf returns an Object of names and values, which it keeps.
func ObjectOf(names []string, values []tag.Value) tag.Value {
	o, err := tag.NewObject(names, values)
	if err != nil {
		panic(err) // as many names as values, by construction
	}
	return tag.ObjectOf(o)
}

// NameOf returns what a column of the output is called that has no alias: a
// column's own name, a function's name, or the text of the expression.
func NameOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Column:
		return e.Path[len(e.Path)-1].Text
	case *ast.Call:
		return e.Name.Text
	default:
		return ast.Text(e)
	}
}
