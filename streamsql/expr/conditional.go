package expr

import (
	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// caseOf compiles CASE. Arms behind the one that holds are not evaluated.
func (c *Compiler) caseOf(e *ast.Case) (*Node, error) {
	var parts []*Node
	conditions, results := make([]Condition, len(e.Whens)), make([]Eval, len(e.Whens))
	var operand *Node
	if e.Operand != nil {
		var err error
		if operand, err = c.Compile(e.Operand); err != nil {
			return nil, err
		}
	}
	for i, when := range e.Whens {
		condition, err := c.condition(operand, when)
		if err != nil {
			return nil, err
		}
		result, err := c.Compile(when.Result)
		if err != nil {
			return nil, err
		}
		conditions[i], results[i] = c.holdsAs(condition), result.Eval
		parts = append(parts, condition, result)
	}
	otherwise := Null()
	if e.Else != nil {
		var err error
		if otherwise, err = c.Compile(e.Else); err != nil {
			return nil, err
		}
	}
	parts = append(parts, otherwise)
	n := valueNode(cost(parts...), fn.Any, func(f *Frame) tag.Value {
		for i, holds := range conditions {
			if holds(f) {
				return results[i](f)
			}
		}
		return otherwise.Eval(f)
	})
	return fold(n, parts...), nil
}

// condition returns what makes an arm hold: its own condition, or that it
// equals the operand.
func (c *Compiler) condition(operand *Node, when *ast.When) (*Node, error) {
	n, err := c.Compile(when.Cond)
	if err != nil || operand == nil {
		return n, err
	}
	return c.compare(when.Pos, ast.Equal, operand, n), nil
}

func (c *Compiler) cast(e *ast.Cast) (*Node, error) {
	x, err := c.Compile(e.X)
	if err != nil {
		return nil, err
	}
	to := value.AffinityOf(e.Type.Name)
	n := apply1(x, fn.Any, func(v tag.Value) tag.Value { return value.Cast(v, to) })
	n.Affinity = to
	if to == value.Boolean {
		n.Affinity = value.Numeric
	}
	return n, nil
}
