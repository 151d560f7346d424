package expr

import (
	"cmp"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// Relation is a comparison operator as the set of orders that it accepts.
type Relation uint8

// The relations.
const (
	Less      Relation = 1
	Equal     Relation = 2
	LessEq             = Less | Equal
	Greater   Relation = 4
	NotEqual           = Less | Greater
	GreaterEq          = Greater | Equal
)

// relationOf returns the relation of an operator, 0 for one that is none.
func relationOf(op ast.Op) Relation {
	switch op {
	case ast.Equal:
		return Equal
	case ast.NotEqual:
		return NotEqual
	case ast.Less:
		return Less
	case ast.LessEq:
		return LessEq
	case ast.Greater:
		return Greater
	case ast.GreaterEq:
		return GreaterEq
	default:
		return 0
	}
}

// Holds reports whether the relation accepts the result of a comparison, which
// is -1, 0 or 1.
func (r Relation) Holds(order int) bool { return r>>(order+1)&1 != 0 }

// Mirror returns the relation that holds for b, a where r holds for a, b.
func (r Relation) Mirror() Relation { return r&Equal | r&Less<<2 | r&Greater>>2 }

// compares returns a test of two nodes by value.Compare.
func (r Relation) compares(left, right *Node) Test {
	l, m := left.Eval, right.Eval
	return func(f *Frame) value.Truth {
		a, b := l(f), m(f)
		if a.IsNull() || b.IsNull() {
			return value.Unknown
		}
		return value.Is(r.Holds(value.Compare(a, b)))
	}
}

// comparesConstant returns a test of a column against a constant that is not
// NULL, with a short way for the kinds that it usually meets.
func (r Relation) comparesConstant(column int, constant tag.Value) Test {
	switch constant.Kind() {
	case tag.Int, tag.Float:
		return r.comparesNumber(column, constant)
	case tag.String:
		if r == Equal {
			return equalsText(column, constant.Str())
		}
	}
	return func(f *Frame) value.Truth {
		v := f.Column(column)
		if v.IsNull() {
			return value.Unknown
		}
		return value.Is(r.Holds(value.Compare(v, constant)))
	}
}

func (r Relation) comparesNumber(column int, constant tag.Value) Test {
	number, _ := constant.Float()
	whole, isInt := constant.Int()
	return func(f *Frame) value.Truth {
		v := f.Column(column)
		switch {
		case v.IsNull():
			return value.Unknown
		case isInt && v.Kind() == tag.Int:
			i, _ := v.Int()
			return value.Is(r.Holds(cmp.Compare(i, whole)))
		case !isInt && v.Kind() == tag.Float:
			x, _ := v.Float()
			return value.Is(r.Holds(cmp.Compare(x, number)))
		default:
			return value.Is(r.Holds(value.Compare(v, constant)))
		}
	}
}

func equalsText(column int, text string) Test {
	return func(f *Frame) value.Truth {
		v := f.Column(column)
		if v.IsNull() {
			return value.Unknown
		}
		return value.Is(v.Kind() == tag.String && v.Str() == text)
	}
}
