package exec

import (
	"fmt"
	"time"
)

// Bounds of what one query keeps, so that a sender of ever new values cannot use
// up the memory, nor a stream for which the others wait. A row that would go beyond is an error.
const (
	// maxStates is how many partitions a window has; groups a pane; different values an
	// aggregate of DISTINCT ones; and partitions an analytic call, of which the longest
	// unused go, as do those of windows that only rows close.
	maxStates = 100_000
	maxJoined = 1_000_000 // rows of a join in one window

	maxWaiting = 100_000 // rows that wait for the watermark; beyond that it moves on

	maxHeld = 256 << 20 // octets of what open windows keep, see held; of the rows that wait for the watermark; and of what an emission is ordered by
)

var errTooJoined = fmt.Errorf("the join of one window has more than %d rows", maxJoined)

// states returns how many states there may be.
func (o *Options) states() int {
	if o.States > 0 {
		return o.States
	}
	return maxStates
}

// errTooMany is the error of a value for which there would be one state more.
func (o *Options) errTooMany() error {
	return fmt.Errorf("more than %d different values to keep a state for", o.states())
}

// errAhead is the error of a row of event time that no clock has seen yet.
func errAhead(t int64, ahead time.Duration) error {
	return fmt.Errorf("the row's time, %s, is more than %v ahead of the clock and of all rows before it: set the clock of its source, or the node's",
		time.Unix(0, t).UTC().Format(time.RFC3339), ahead)
}
