package expr

import (
	"fmt"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// Field returns the node of a field of an object: Absent where the value is
// none or has none of that name.
func Field(x *Node, name string) *Node {
	return apply1(x, fn.Any, func(v tag.Value) tag.Value { return value.Member(v, name) })
}

// arrow compiles x -> path and x ->> path.
func (c *Compiler) arrow(e *ast.Binary, left, right *Node) *Node {
	l, r, asText := left.Eval, right.Eval, e.Op == ast.ArrowText
	return fold(valueNode(costText+cost(left, right), fn.Any, func(f *Frame) tag.Value {
		v := value.Extract(l(f), r(f))
		if asText && (v.Kind() == tag.Array || v.Kind() == tag.ObjectKind) {
			return value.Cast(v, value.Textual)
		}
		return v
	}), left, right)
}

// index compiles x[i]. A field by its name may always be missing; an element of
// an array may not where the dialect is strict.
func (c *Compiler) index(e *ast.Index) (*Node, error) {
	nodes, err := c.all(e.X, e.I)
	if err != nil {
		return nil, err
	}
	if i := nodes[1]; i.Const && i.Value.Kind() == tag.String {
		return Field(nodes[0], i.Value.Str()), nil
	}
	x, i, strict := nodes[0].Eval, nodes[1].Eval, c.Dialect.Strict
	n := valueNode(costSimple+cost(nodes...), fn.Any, func(f *Frame) tag.Value {
		of, at := x(f), i(f)
		v := value.Element(of, at)
		if strict && v.Kind() == tag.Absent && at.Kind() != tag.String {
			outside(f, e.Pos, of)
		}
		return v
	})
	n.Fails = strict
	return fold(n, nodes...), nil
}

// slice compiles x[low:high].
func (c *Compiler) slice(e *ast.Slice) (*Node, error) {
	x, err := c.Compile(e.X)
	if err != nil {
		return nil, err
	}
	low, high := Null(), Null()
	if e.Low != nil {
		if low, err = c.Compile(e.Low); err != nil {
			return nil, err
		}
	}
	if e.High != nil {
		if high, err = c.Compile(e.High); err != nil {
			return nil, err
		}
	}
	eval, from, to, strict := x.Eval, low.Eval, high.Eval, c.Dialect.Strict
	if strict && neverReaches(low, high) {
		return nil, Errorf(e.Pos, "the part from %d to %d ends before it begins", value.Int(low.Value), value.Int(high.Value))
	}
	n := valueNode(costSimple+cost(x, low, high), fn.Any, func(f *Frame) tag.Value {
		of := eval(f)
		v := value.Slice(of, from(f), to(f))
		if strict && v.Kind() == tag.Absent {
			outside(f, e.Pos, of)
		}
		return v
	})
	n.Fails = strict
	return fold(n, x, low, high), nil
}

// neverReaches says that the constant bounds of a part lie the wrong way round,
// however many elements there are.
func neverReaches(low, high *Node) bool {
	if !low.Const || !high.Const || low.Value.IsNull() || high.Value.IsNull() {
		return false
	}
	from, to := value.Int(low.Value), value.Int(high.Value)
	return from > to && (from < 0) == (to < 0)
}

// outside fails a row for an index that gives nothing, unless there is nothing
// to index: NULL has NULLs for its elements.
func outside(f *Frame, at ast.Pos, of tag.Value) {
	switch {
	case of.IsNull():
	case of.Kind() != tag.Array:
		f.Fail(&RowError{at, fmt.Errorf("%s has no elements: only arrays are indexed by number", of.Kind())})
	default:
		f.Fail(&RowError{at, fmt.Errorf("index is outside of the %d elements", len(of.Array()))})
	}
}

// exists compiles EXISTS (query).
func (c *Compiler) exists(e *ast.Exists) (*Node, error) {
	rows, err := c.Scope.Rows(e.Query)
	if err != nil {
		return nil, err
	}
	eval := rows.Eval
	return testNode(rows.Cost, func(f *Frame) value.Truth { return value.Is(len(eval(f).Array()) > 0) }), nil
}
