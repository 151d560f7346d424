package fn

import (
	"github.com/holdfast-edge/holdfast/streamsql/state"
	"github.com/holdfast-edge/holdfast/tag"
)

// Aggregate is the state of one aggregate over one group. It is owned by one
// running query and not safe for concurrent use.
//
//	new ── Add, Add, Merge … ──▶ Result (any number of times)
type Aggregate interface {
	// Add takes one row's arguments. It must not keep args, and clones values
	// that it keeps. An error leaves the state as it was.
	Add(c *Context, args []tag.Value) error
	// Merge takes in the rows of a state of the same function over rows that
	// came later. It leaves other unchanged and shares nothing with it that
	// either changes later.
	Merge(other Aggregate)
	// Result returns the value over all rows so far.
	Result(c *Context) (tag.Value, error)
	// AppendState appends the state in a form that RestoreState reads.
	AppendState(dst []byte) []byte
	// RestoreState takes in a state that AppendState wrote; src keeps the error.
	RestoreState(src *state.Reader)
}

// Subtractor is an Aggregate that can forget its oldest row exactly. Sliding
// windows use it to move on without a second look at the rows that stay.
type Subtractor interface {
	Aggregate
	// Subtract undoes the Add of the oldest row that is still in the state.
	Subtract(c *Context, args []tag.Value)
}

// Analytic is the state of one analytic call over one partition.
type Analytic interface {
	// Step takes one row's arguments and returns the value at that row. when
	// tells whether the row counts: OVER (WHEN …) held, or there was none.
	// Step must not keep args, and clones values that it keeps.
	Step(c *Context, args []tag.Value, when bool) (tag.Value, error)
	// AppendState appends the state in a form that RestoreState reads.
	AppendState(dst []byte) []byte
	// RestoreState takes in a state that AppendState wrote; src keeps the error.
	RestoreState(src *state.Reader)
}
