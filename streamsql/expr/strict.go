package expr

import (
	"fmt"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// Condition returns the node of what WHERE and its like ask for. In a strict
// dialect a value that is neither a truth nor NULL is an error of the row; in the
// standard one it is what value.TruthOf says.
func (c *Compiler) Condition(at ast.Pos, n *Node) *Node {
	if !c.Dialect.Strict || n.Type == fn.Bool {
		return n
	}
	eval := n.Eval
	t := testNode(n.Cost+costLeaf, func(f *Frame) value.Truth {
		v := eval(f)
		if !v.IsNull() && v.Kind() != tag.Bool {
			f.Fail(&RowError{at, fmt.Errorf("a condition is %s: want true or false", v.Kind())})
			return value.Unknown
		}
		return value.TruthOf(v)
	})
	t.Fails = true
	return fold(t, n)
}

// conditions returns the nodes as conditions.
func (c *Compiler) conditions(exprs []ast.Expr, nodes []*Node) []*Node {
	for i, n := range nodes {
		nodes[i] = c.Condition(exprs[i].At(), n)
	}
	return nodes
}

// holdsAs returns whether an arm of CASE holds: in a strict dialect only where its
// condition is true, and not a number or a text that counts as such elsewhere.
func (c *Compiler) holdsAs(n *Node) Condition {
	if !c.Dialect.Strict || n.Type == fn.Bool {
		return n.Holds
	}
	eval := n.Eval
	return func(f *Frame) bool {
		v := eval(f)
		return v.Kind() == tag.Bool && v.Bool()
	}
}

// strictLogic returns the AND or OR of a dialect in which NULL with anything is
// NULL. It stops at the first part that decides: a False of AND, a True of OR.
func strictLogic(decides value.Truth, parts []*Node) *Node {
	tests, _ := testsOf(parts)
	n := testNode(costSimple+cost(parts...), func(f *Frame) value.Truth {
		truth := tests[0](f)
		for _, test := range tests[1:] {
			if truth == decides {
				return truth
			}
			if next := test(f); truth == value.Unknown || next == value.Unknown {
				truth = value.Unknown
			} else {
				truth = next
			}
		}
		return truth
	})
	if decides == value.False {
		n.Parts = parts
	}
	return fold(n, parts...)
}
