package expr

import (
	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// compare returns left op right.
func (c *Compiler) compare(at ast.Pos, op ast.Op, left, right *Node) *Node {
	r := relationOf(op)
	if c.Dialect.Strict {
		return strictCompare(at, op, left, right)
	}
	left, right = withAffinity(left, right)
	var k *Comparison
	switch {
	case left.Column >= 0 && right.Const && !right.Value.IsNull():
		k = &Comparison{left.Column, r, right.Value}
	case right.Column >= 0 && left.Const && !left.Value.IsNull():
		k = &Comparison{right.Column, r.Mirror(), left.Value}
	default:
		return fold(r.compares(left, right), left, right)
	}
	n := k.Op.comparesConstant(k.Column, k.Constant)
	n.Comparison = k
	return n
}

// withAffinity converts the operands of a comparison as SQLite does.
func withAffinity(left, right *Node) (l, r *Node) {
	toLeft, toRight := conversions(left.Affinity, right.Affinity)
	return applied(toLeft, left), applied(toRight, right)
}

// conversions returns what is applied to either side of a comparison of two that
// have affinities, None for nothing (datatype3.html §4.2).
func conversions(left, right value.Affinity) (toLeft, toRight value.Affinity) {
	switch {
	case left.IsNumeric() && !right.IsNumeric():
		return value.None, value.Numeric
	case right.IsNumeric() && !left.IsNumeric():
		return value.Numeric, value.None
	case left == value.Textual && right == value.None:
		return value.None, value.Textual
	case right == value.Textual && left == value.None:
		return value.Textual, value.None
	default:
		return value.None, value.None
	}
}

// applied returns the node with an affinity applied to its value.
func applied(a value.Affinity, n *Node) *Node {
	if a == value.None {
		return n
	}
	eval := n.Eval
	return fold(valueNode(n.Cost+costSimple, n.Type, func(f *Frame) tag.Value { return a.Apply(eval(f)) }), n)
}

// strictCompare fails where the types differ. With NULL no comparison holds, and
// it is False, not Unknown.
func strictCompare(at ast.Pos, op ast.Op, left, right *Node) *Node {
	r, name := relationOf(op), op.String()
	l, m := left.Eval, right.Eval
	n := testNode(costSimple+cost(left, right), func(f *Frame) value.Truth {
		a, b := l(f), m(f)
		if a.IsNull() || b.IsNull() {
			return value.False
		}
		order, err := value.StrictCompare(name, a, b)
		if err != nil {
			f.Fail(&RowError{at, err})
			return value.Unknown
		}
		return value.Is(r.Holds(order))
	})
	n.Fails = true
	return fold(n, left, right)
}

// is returns left IS right, in which NULL is the same as NULL.
func is(left, right *Node, not bool) *Node {
	left, right = withAffinity(left, right)
	l, r := left.Eval, right.Eval
	return fold(testNode(costSimple+cost(left, right), func(f *Frame) value.Truth {
		return value.Is(value.Same(l(f), r(f)) != not)
	}), left, right)
}

// isTruth returns x IS TRUE and the like.
func isTruth(x *Node, want, not bool) *Node {
	test, truth := x.Test, value.Is(want)
	return fold(testNode(costSimple+x.Cost, func(f *Frame) value.Truth {
		return value.Is((test(f) == truth) != not)
	}), x)
}

// between returns low <= x AND x <= high.
func (c *Compiler) between(e *ast.Between) (*Node, error) {
	nodes, err := c.all(e.X, e.Low, e.High)
	if err != nil {
		return nil, err
	}
	if e.Not && c.Dialect.Strict {
		return or(c.compare(e.Pos, ast.Less, nodes[0], nodes[1]), c.compare(e.Pos, ast.Greater, nodes[0], nodes[2])), nil
	}
	n := c.And(
		c.compare(e.Pos, ast.GreaterEq, nodes[0], nodes[1]),
		c.compare(e.Pos, ast.LessEq, nodes[0], nodes[2]),
	)
	if e.Not {
		return not(n), nil
	}
	return n, nil
}
