package expr

import (
	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/tag"
)

// lazy compiles the functions that do not evaluate all of their arguments, so
// that an error of one that is not needed is none: coalesce and iif. It returns
// nil for any other.
func (c *Compiler) lazy(e *ast.Call, f *fn.Func) (*Node, error) {
	switch f.Name {
	case "iif":
		if len(e.Args) < 2 {
			return nil, nil
		}
		return c.caseOf(caseOfCall(e))
	case "coalesce":
		return c.coalesce(e)
	default:
		return nil, nil
	}
}

// caseOfCall returns iif as the CASE that it means: conditions with a value each,
// and perhaps a value for when none holds.
func caseOfCall(e *ast.Call) *ast.Case {
	choice, args := &ast.Case{Pos: e.Pos}, e.Args
	for ; len(args) > 1; args = args[2:] {
		choice.Whens = append(choice.Whens, &ast.When{Pos: e.Pos, Cond: args[0], Result: args[1]})
	}
	if len(args) > 0 {
		choice.Else = args[0]
	}
	return choice
}

// coalesce returns the node of the first value that is not NULL.
func (c *Compiler) coalesce(e *ast.Call) (*Node, error) {
	if len(e.Args) == 0 {
		return nil, nil
	}
	nodes, err := c.all(e.Args...)
	if err != nil {
		return nil, err
	}
	return fold(valueNode(cost(nodes...), fn.Any, func(f *Frame) (v tag.Value) {
		for _, n := range nodes {
			if v = n.Eval(f); !v.IsNull() {
				break
			}
		}
		return v
	}), nodes...), nil
}
