package expr

import (
	"slices"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/value"
)

// conjunction compiles a chain of ANDs. Where no part can fail, the cheap ones
// come first: it makes no difference but to the time it takes.
func (c *Compiler) conjunction(e *ast.Binary) (*Node, error) {
	operands := chain(e, ast.And, nil)
	parts, err := c.all(operands...)
	if err != nil {
		return nil, err
	}
	parts = c.conditions(operands, parts)
	if !fails(parts...) && !c.Dialect.Strict {
		slices.SortStableFunc(parts, func(a, b *Node) int { return a.Cost - b.Cost })
	}
	return c.And(parts...), nil
}

func (c *Compiler) disjunction(e *ast.Binary) (*Node, error) {
	operands := chain(e, ast.Or, nil)
	parts, err := c.all(operands...)
	if err != nil {
		return nil, err
	}
	if c.Dialect.Strict {
		return strictLogic(value.True, c.conditions(operands, parts)), nil
	}
	return or(parts...), nil
}

// chain returns the operands of a chain of one operator in their order.
func chain(e ast.Expr, op ast.Op, operands []ast.Expr) []ast.Expr {
	if b, ok := e.(*ast.Binary); ok && b.Op == op {
		return chain(b.R, op, chain(b.L, op, operands))
	}
	return append(operands, e)
}

// Conjuncts returns the operands of the ANDs at the top of an expression.
func Conjuncts(e ast.Expr) []ast.Expr { return chain(e, ast.And, nil) }

// And returns the conjunction, which stops at the first part that is False.
func (c *Compiler) And(parts ...*Node) *Node {
	if c.Dialect.Strict {
		return strictLogic(value.False, parts)
	}
	if len(parts) == 2 {
		return andTwo(parts[0], parts[1])
	}
	tests, holds := testsOf(parts)
	n := testNode(costSimple+cost(parts...), func(f *Frame) value.Truth {
		truth := value.True
		for _, test := range tests {
			if truth = truth.And(test(f)); truth == value.False {
				break
			}
		}
		return truth
	})
	n.Holds = func(f *Frame) bool {
		for _, part := range holds {
			if !part(f) {
				return false
			}
		}
		return true
	}
	n.Parts = parts
	return fold(n, parts...)
}

func andTwo(left, right *Node) *Node {
	l, r := left.Test, right.Test
	n := testNode(costSimple+cost(left, right), func(f *Frame) value.Truth {
		truth := l(f)
		if truth == value.False {
			return truth
		}
		return truth.And(r(f))
	})
	first, second := left.Holds, right.Holds
	n.Holds = func(f *Frame) bool { return first(f) && second(f) }
	n.Parts = []*Node{left, right}
	return fold(n, left, right)
}

// or stops at the first part that is True.
func or(parts ...*Node) *Node {
	tests, holds := testsOf(parts)
	n := testNode(costSimple+cost(parts...), func(f *Frame) value.Truth {
		truth := value.False
		for _, test := range tests {
			if truth = truth.Or(test(f)); truth == value.True {
				break
			}
		}
		return truth
	})
	n.Holds = func(f *Frame) bool {
		for _, part := range holds {
			if part(f) {
				return true
			}
		}
		return false
	}
	return fold(n, parts...)
}

func not(n *Node) *Node {
	test := n.Test
	return fold(testNode(n.Cost+costLeaf, func(f *Frame) value.Truth { return test(f).Not() }), n)
}

func testsOf(nodes []*Node) ([]Test, []Condition) {
	tests, holds := make([]Test, len(nodes)), make([]Condition, len(nodes))
	for i, n := range nodes {
		tests[i], holds[i] = n.Test, n.Holds
	}
	return tests, holds
}
