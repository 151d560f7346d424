package exec

import (
	"fmt"

	"github.com/holdfast-edge/holdfast/tag"
)

// Mend puts a query in order that has panicked in Push, Tick or Resume, for an
// owner that has caught the panic: the row in hand is counted and sampled as one
// that failed with the cause, what was complete before it is emitted, and the
// query goes on with the state that it had, in fresh working memory.
//
// b is the batch that was pushed, nil for Tick and Resume. next is the row of it
// that is to be pushed next: one behind that in hand, or all of its rows, which
// are then counted as failed, where the query is not a single SELECT over a
// stream, so that nobody knows what has seen them. After an error the query must
// not be used: its state does not hold.
func (e *Exec) Mend(now int64, b *tag.Batch, cause error, emit Emit) (next int, err error) {
	if b != nil {
		next = b.Len()
		if e.isSimple() {
			next = min(e.row+1, b.Len())
		}
		e.stats.Failed += uint64(max(next-e.row-1, 0))
		e.stats.RowsIn -= uint64(b.Len() - next) // they are counted when they are pushed again
	}
	return next, e.mend(now, b, cause, e.counted(emit))
}

// mend counts the row in hand as failed and renews what runs.
func (e *Exec) mend(now int64, b *tag.Batch, cause error, emit Emit) error {
	e.fail(now, cause, b, e.row)
	return e.renew(emit)
}

// isSimple reports whether the query is one SELECT that sees the batches that
// are pushed.
func (e *Exec) isSimple() bool {
	return len(e.query.Arms) == 1 && len(e.query.Arms[0].Inputs) == 1 &&
		e.query.Arms[0].Inputs[0].Query == nil && len(e.query.Arms[0].Subqueries) == 0
}

// renew replaces what runs by its like with the same state.
func (e *Exec) renew(emit Emit) error {
	snapshot := e.Snapshot()
	former := e.arms
	e.arms = nil
	e.build()
	if err := e.Restore(snapshot); err != nil {
		return fmt.Errorf("go on behind a panic: %w", err)
	}
	for i, a := range former {
		e.arms[i].inherit(a, emit)
	}
	return nil
}

// inherit takes over the output, and emits what is complete in it.
func (d *direct) inherit(from arm, emit Emit) {
	if former, ok := from.(*direct); ok {
		d.output = former.output
		d.output.cut(d.output.complete)
		d.output.flush(former.origin, former.hops, emit)
	}
}

// inherit takes over the output; of a window that was being given nothing is
// complete.
func (s *staged) inherit(from arm, _ Emit) {
	if former, ok := from.(*staged); ok {
		s.output = former.output
		s.output.cut(0)
		s.output.complete = 0
	}
	if s.reorder != nil {
		s.reorder.halfway = true
	}
}
