package expr

import (
	"math"

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

// compares returns the node of a comparison of two nodes by value.Compare.
func (r Relation) compares(left, right *Node) *Node {
	l, m := left.Eval, right.Eval
	return comparing(costSimple+cost(left, right), r, func(f *Frame) (int, bool) {
		a, b := l(f), m(f)
		if a.IsNull() || b.IsNull() {
			return 0, false
		}
		return value.Compare(a, b), true
	})
}

// comparing makes a node of what orders two values and reports whether neither
// is NULL.
func comparing(spent int, r Relation, order func(f *Frame) (int, bool)) *Node {
	n := testNode(spent, func(f *Frame) value.Truth {
		c, ok := order(f)
		if !ok {
			return value.Unknown
		}
		return value.Is(r.Holds(c))
	})
	n.Holds = func(f *Frame) bool {
		c, ok := order(f)
		return ok && r.Holds(c)
	}
	return n
}

// comparesConstant returns the node of a comparison of a column with a constant
// that is not NULL, with a short way for the kinds that it usually meets.
func (r Relation) comparesConstant(column int, constant tag.Value) *Node {
	number, isNumber := constant.Float()
	switch {
	case constant.Kind().IsNumber() && isNumber && math.Abs(number) < exact:
		return r.comparesNumber(column, number, constant)
	case constant.Kind() == tag.String && r == Equal:
		return equalsText(column, constant.Str())
	}
	return comparing(costSimple, r, func(f *Frame) (int, bool) {
		v := f.Column(column)
		if v.IsNull() {
			return 0, false
		}
		return value.Compare(v, constant), true
	})
}

// exact bounds the integers that a float holds exactly.
const exact = 1 << 53

// comparesNumber returns the node of a comparison of a column with a number. An
// Int is compared as a float where that loses nothing.
func (r Relation) comparesNumber(column int, number float64, constant tag.Value) *Node {
	n := testNode(costSimple, func(f *Frame) value.Truth {
		v := f.Column(column)
		if v.IsNull() {
			return value.Unknown
		}
		return value.Is(r.holdsFor(v, number, constant))
	})
	n.Holds = func(f *Frame) bool {
		v := f.Column(column)
		return !v.IsNull() && r.holdsFor(v, number, constant)
	}
	return n
}

// holdsFor compares a value that is not NULL with a number.
func (r Relation) holdsFor(v tag.Value, number float64, constant tag.Value) bool {
	x, isNumber := v.Float()
	if !isNumber || x <= -exact || x >= exact {
		return r.Holds(value.Compare(v, constant))
	}
	return r&Less != 0 && x < number || r&Equal != 0 && x == number || r&Greater != 0 && x > number
}

func equalsText(column int, text string) *Node {
	n := testNode(costSimple, func(f *Frame) value.Truth {
		v := f.Column(column)
		if v.IsNull() {
			return value.Unknown
		}
		return value.Is(v.Kind() == tag.String && v.Str() == text)
	})
	n.Holds = func(f *Frame) bool {
		v := f.Column(column)
		return v.Kind() == tag.String && v.Str() == text && !v.Quality().IsBad()
	}
	return n
}
