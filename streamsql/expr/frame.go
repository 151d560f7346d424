package expr

import (
	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// Frame is what expressions are evaluated on: one row, what was computed
// before, and scratch space. It belongs to one running query.
type Frame struct {
	// Row holds the values of the row, and Slots where in it each column of the
	// layout stands: -1 where the row does not have it.
	Row   []tag.Value
	Slots []int32
	// Registers hold what was computed before the expression: results of
	// aggregates and analytic functions, and whatever is evaluated only once.
	Registers []tag.Value
	// Times returns the source time of a value in Row.
	Times func(slot int) int64

	// Fields calls yield with each column that the row has of an input.
	Fields func(input int, yield func(name string, v tag.Value))

	// Subqueries return the rows of the queries that stand in expressions.
	Subqueries []func(*Frame) tag.Value

	Context fn.Context

	stack []tag.Value // arguments of calls under evaluation
	err   error
}

// Column returns the value of a column of the layout, Absent where the row does
// not have it.
func (f *Frame) Column(i int) tag.Value {
	if slot := f.Slots[i]; slot >= 0 {
		return f.Row[slot]
	}
	return tag.Value{}
}

// Fail notes the error of the row, unless it has one.
func (f *Frame) Fail(err error) {
	if f.err == nil {
		f.err = err
	}
}

// Failed reports whether the row has an error.
func (f *Frame) Failed() bool { return f.err != nil }

// Err returns the error of the row and forgets it.
func (f *Frame) Err() error {
	err := f.err
	f.err = nil
	return err
}

// columnTime returns the source time of a column's value.
func (f *Frame) columnTime(i int) int64 {
	if slot := f.Slots[i]; slot >= 0 && f.Times != nil {
		return f.Times(int(slot))
	}
	return f.Context.RowTime
}

// Eval evaluates an expression to a value.
type Eval func(f *Frame) tag.Value

// Condition evaluates an expression to whether it is True. It need not find out
// whether it is False or Unknown otherwise.
type Condition func(f *Frame) bool

// Test evaluates an expression to a truth.
type Test func(f *Frame) value.Truth
