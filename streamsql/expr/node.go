package expr

import (
	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// Node is a compiled expression and what is known about it. It is immutable.
type Node struct {
	Eval Eval // never nil
	Test Test // never nil
	// Holds is never nil. It may evaluate less of the expression than Test.
	Holds Condition

	Const  bool      // always Value
	Value  tag.Value // where Const
	Column int       // the column of the layout that it is, or NoColumn

	Type     fn.Type        // what its values can be
	Affinity value.Affinity // what comparisons make of the other side
	Cost     int            // of an evaluation, in about nanoseconds
	Fails    bool           // may note an error, so it must not be evaluated where the query would not

	// Parts are what a conjunction is of; nil for anything else.
	Parts []*Node
	// Varies tells that the value depends on more than the columns of the row.
	Varies bool
	// Comparison is set for a column beside a constant, so that many rules can
	// be told apart by an index instead of one after the other.
	Comparison *Comparison
}

// NoColumn is the Column of a Node that is more than one.
const NoColumn = -1

// Comparison is column op constant.
type Comparison struct {
	Column   int
	Op       Relation
	Constant tag.Value
}

// Costs of the parts of an expression, by which conjuncts are ordered.
const (
	costLeaf   = 1
	costSimple = 3
	costText   = 30
	costCall   = 20
)

// valueNode is a node that is evaluated to a value first.
func valueNode(cost int, t fn.Type, eval Eval) *Node {
	return &Node{
		Eval: eval, Test: func(f *Frame) value.Truth { return value.TruthOf(eval(f)) },
		Holds:  func(f *Frame) bool { return value.TruthOf(eval(f)) == value.True },
		Column: NoColumn, Type: t, Cost: cost,
	}
}

// testNode is a node that is evaluated to a truth first.
func testNode(cost int, test Test) *Node {
	return &Node{
		Test: test, Eval: func(f *Frame) tag.Value { return test(f).Value() },
		Holds:  func(f *Frame) bool { return test(f) == value.True },
		Column: NoColumn, Type: fn.Bool, Cost: cost,
	}
}

// Constant returns the node of a value.
func Constant(v tag.Value) *Node {
	truth := value.TruthOf(v)
	return &Node{
		Eval: func(*Frame) tag.Value { return v }, Test: func(*Frame) value.Truth { return truth },
		Holds: func(*Frame) bool { return truth == value.True },
		Const: true, Value: v, Column: NoColumn, Type: fn.TypeOf(v.Kind()),
	}
}

// Column returns the node of a column of the layout whose values are of a kind,
// Absent where that varies.
func Column(i int, kind tag.Kind) *Node {
	n := valueNode(costLeaf, fn.TypeOf(kind), func(f *Frame) tag.Value { return f.Column(i) })
	n.Column = i
	n.Affinity = value.Blob // as a column without a type has in SQLite
	return n
}

// Register returns the node of a register.
func Register(i int, t fn.Type) *Node {
	n := valueNode(costLeaf, t, func(f *Frame) tag.Value { return f.Registers[i] })
	n.Varies = true
	return n
}

// Null is the node of NULL.
func Null() *Node { return Constant(tag.NullOf(tag.Good)) }

// cost returns what evaluating all nodes costs.
func cost(nodes ...*Node) int {
	sum := 0
	for _, n := range nodes {
		sum += n.Cost
	}
	return sum
}

// fails reports whether evaluating any of the nodes may note an error.
func fails(nodes ...*Node) bool {
	for _, n := range nodes {
		if n.Fails {
			return true
		}
	}
	return false
}

// fold returns the constant that the node always is where all its parts are
// constant, and the node itself otherwise. One that fails is left to fail when
// a row is evaluated, where CASE may never come to it.
func fold(n *Node, parts ...*Node) *Node {
	n.Fails = n.Fails || fails(parts...)
	for _, part := range parts {
		n.Varies = n.Varies || part.Varies
	}
	for _, part := range parts {
		if !part.Const {
			return n
		}
	}
	var f Frame
	v := n.Eval(&f)
	if f.Err() != nil {
		n.Fails = true
		return n
	}
	c := Constant(v)
	c.Affinity = n.Affinity
	return c
}
