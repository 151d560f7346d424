package expr

import (
	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// in compiles membership in a list, an array or the rows of a query.
func (c *Compiler) in(e *ast.In) (*Node, error) {
	x, err := c.Compile(e.X)
	if err != nil {
		return nil, err
	}
	n, err := c.membership(e, x)
	if err != nil {
		return nil, err
	}
	if e.Not {
		return not(n), nil
	}
	return n, nil
}

func (c *Compiler) membership(e *ast.In, x *Node) (*Node, error) {
	switch query := c.queryOf(e); {
	case query != nil:
		rows, err := c.Scope.Rows(query)
		if err != nil {
			return nil, err
		}
		toLeft, toItems := conversions(x.Affinity, rows.Affinity)
		return c.inArray(applied(toLeft, x), rows, toItems), nil
	case e.Array != nil:
		array, err := c.Compile(e.Array)
		if err != nil {
			return nil, err
		}
		return c.inArray(x, array, value.None), nil
	default:
		list, err := c.all(e.List...)
		if err != nil {
			return nil, err
		}
		return c.inList(x, list), nil
	}
}

// queryOf is the query among whose rows something is to be. As in SQLite it may
// stand in parentheses of its own, as if it were a list of one.
func (c *Compiler) queryOf(e *ast.In) *ast.Query {
	if len(e.List) == 1 && !c.Dialect.Strict {
		if only, ok := e.List[0].(*ast.Subquery); ok {
			return only.Query
		}
	}
	return e.Query
}

// inList returns x = a OR x = b OR …, with an index where all of them are
// constant.
func (c *Compiler) inList(x *Node, list []*Node) *Node {
	if len(list) == 0 {
		return Constant(tag.BoolOf(false)) // whatever x is, as in SQLite
	}
	items := make([]Eval, len(list))
	constants := make([]tag.Value, len(list))
	constant := true
	for i, item := range list {
		item = applied(x.Affinity, item)
		items[i], constants[i] = item.Eval, item.Value
		constant = constant && item.Const
	}
	strict, eval := c.Dialect.Strict, x.Eval
	if constant && !strict {
		set := newSet(constants)
		return fold(testNode(x.Cost+costSimple, func(f *Frame) value.Truth { return set.has(eval(f)) }), x)
	}
	n := testNode(x.Cost+cost(list...)+costSimple, func(f *Frame) value.Truth {
		v := eval(f)
		found := value.False
		for _, item := range items {
			if found = found.Or(c.equals(v, item(f))); found == value.True {
				break
			}
		}
		return found
	})
	return fold(n, append(list, x)...)
}

// equals is = for membership: a strict dialect finds values of different types
// different instead of failing, and a NULL in the list no member instead of
// unknown.
func (c *Compiler) equals(x, item tag.Value) value.Truth {
	if c.Dialect.Strict {
		if x.IsNull() {
			return value.Unknown
		}
		return value.Is(!item.IsNull() && value.Compare(x, item) == 0)
	}
	return value.Equal(x, item)
}

// inArray returns membership in the elements of an array value, to which an
// affinity is applied. What is no array has no elements.
func (c *Compiler) inArray(x, array *Node, to value.Affinity) *Node {
	eval, of := x.Eval, array.Eval
	strict := c.Dialect.Strict
	return fold(testNode(x.Cost+array.Cost+costText, func(f *Frame) value.Truth {
		v, elements := eval(f), of(f)
		if elements.IsNull() && !strict {
			return value.Unknown
		}
		found := value.False
		for _, item := range elements.Array() {
			if found = found.Or(c.equals(v, to.Apply(item))); found == value.True {
				break
			}
		}
		return found
	}), x, array)
}
