package expr

import (
	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

func (c *Compiler) unary(e *ast.Unary) (*Node, error) {
	x, err := c.Compile(e.X)
	if err != nil {
		return nil, err
	}
	switch e.Op {
	case ast.Not:
		return not(c.Condition(e.X.At(), x)), nil
	case ast.Plus:
		plain := *x
		plain.Affinity = value.None
		return &plain, nil
	case ast.Invert:
		return apply1(x, fn.Int, value.Invert), nil
	default:
		return apply1(x, fn.Number, value.Negate), nil
	}
}

func apply1(x *Node, t fn.Type, op func(tag.Value) tag.Value) *Node {
	eval := x.Eval
	return fold(valueNode(costSimple+x.Cost, t, func(f *Frame) tag.Value { return op(eval(f)) }), x)
}

func (c *Compiler) binary(e *ast.Binary) (*Node, error) {
	switch e.Op {
	case ast.And:
		return c.conjunction(e)
	case ast.Or:
		return c.disjunction(e)
	}
	sides, err := c.all(e.L, e.R)
	if err != nil {
		return nil, err
	}
	left, right := sides[0], sides[1]
	switch e.Op {
	case ast.Is, ast.IsNot:
		if want, ok := truthLiteral(e.R); ok {
			return isTruth(left, want, e.Op == ast.IsNot), nil
		}
		return is(left, right, e.Op == ast.IsNot), nil
	case ast.Arrow, ast.ArrowText:
		return c.arrow(e, left, right), nil
	}
	if relationOf(e.Op) != 0 {
		return c.compare(e.Pos, e.Op, left, right), nil
	}
	return c.arithmetic(e, left, right), nil
}

// truthLiteral returns the truth that an expression is a literal of: TRUE and
// FALSE, and membership in an empty list of what calls no function, which
// SQLite reads as those.
func truthLiteral(e ast.Expr) (truth, ok bool) {
	switch e := e.(type) {
	case *ast.Literal:
		return e.Value.Bool(), e.Value.Kind() == tag.Bool
	case *ast.In:
		return e.Not, e.Query == nil && e.Array == nil && len(e.List) == 0 && !calls(e.X)
	default:
		return false, false
	}
}

// calls reports whether an expression calls a function, as LIKE does too.
func calls(e ast.Expr) bool {
	found := false
	ast.Walk(e, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.Call, *ast.Like:
			found = true
		}
		return !found
	})
	return found
}

// arithmetic returns the node of an operator that computes a value.
func (c *Compiler) arithmetic(e *ast.Binary, left, right *Node) *Node {
	op, t := operator(e.Op)
	if c.Dialect.Strict && e.Op != ast.Concat {
		return strict(e, left, right, t)
	}
	l, r := left.Eval, right.Eval
	spent := costSimple + cost(left, right)
	if e.Op == ast.Concat {
		n := valueNode(spent+costText, t, func(f *Frame) tag.Value {
			v := value.Concat(l(f), r(f))
			if err := fn.Bounded(v); err != nil {
				f.Fail(&RowError{e.Pos, err})
				return tag.NullOf(tag.Good)
			}
			return v
		})
		n.Fails = true
		return fold(n, left, right)
	}
	return fold(valueNode(spent, t, func(f *Frame) tag.Value { return op(l(f), r(f)) }), left, right)
}

// operator returns what an operator of the standard dialect computes.
func operator(op ast.Op) (func(a, b tag.Value) tag.Value, fn.Type) {
	switch op {
	case ast.Add:
		return value.Add, fn.Number
	case ast.Subtract:
		return value.Subtract, fn.Number
	case ast.Multiply:
		return value.Multiply, fn.Number
	case ast.Divide:
		return value.Divide, fn.Number
	case ast.Modulo:
		return value.Modulo, fn.Number
	case ast.BitAnd:
		return value.And, fn.Int
	case ast.BitOr:
		return value.Or, fn.Int
	case ast.ShiftLeft:
		return value.ShiftLeft, fn.Int
	case ast.ShiftRight:
		return value.ShiftRight, fn.Int
	default:
		return value.Concat, fn.Text
	}
}

// strict returns the node of an operator for which a wrong type is an error.
func strict(e *ast.Binary, left, right *Node, t fn.Type) *Node {
	op := value.StrictArithmetic
	if e.Op == ast.BitAnd || e.Op == ast.BitOr || e.Op == ast.ShiftLeft || e.Op == ast.ShiftRight {
		op = value.StrictBits
	}
	l, r, name := left.Eval, right.Eval, e.Op.String()
	n := valueNode(costSimple+cost(left, right), t, func(f *Frame) tag.Value {
		v, err := op(name, l(f), r(f))
		if err != nil {
			f.Fail(&RowError{e.Pos, err})
			return tag.NullOf(tag.Good)
		}
		return v
	})
	n.Fails = true
	return fold(n, left, right)
}
