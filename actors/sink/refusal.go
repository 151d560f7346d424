package sink

import (
	"context"
	"errors"
	"fmt"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/store/log"
	"github.com/holdfast-edge/holdfast/tag"
)

// refusal is what the far end will never take.
type refusal struct {
	entry   log.Entry
	sent    *tag.Batch // as it was sent; nil for a gap
	failure *sinks.Failure
}

// runs are the rows that it is about.
func (r refusal) runs() []log.Rows {
	if r.sent == nil {
		return nil
	}
	if r.failure.Rows == nil {
		return []log.Rows{{From: 0, To: r.sent.Len()}}
	}
	runs := make([]log.Rows, 0, len(r.failure.Rows))
	for _, rows := range r.failure.Rows {
		runs = append(runs, log.Rows(rows))
	}
	return runs
}

// rows counts them.
func (r refusal) rows() (n uint64) {
	if r.sent == nil {
		return r.entry.Rows()
	}
	for _, run := range r.runs() {
		n += uint64(run.To - run.From)
	}
	return n
}

// errHeld says that a sink waits for a person. It is tried again slowly.
var errHeld = errors.New("the far end refuses a record, and on_error.refused is hold")

// mourn settles refusals until ctx is done. It has a goroutine of its own, since
// a dead letter waits for the disk, and an acknowledgement must not.
func (d *delivery) mourn(ctx context.Context, stop context.CancelCauseFunc) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-d.refusals.more:
		}
		for _, r := range d.refusals.take() {
			if err := d.settle(ctx, r); err != nil {
				stop(err)
				return
			}
		}
	}
}

// settle does with one refusal as the configuration says.
func (d *delivery) settle(ctx context.Context, r refusal) error {
	switch {
	case r.sent == nil:
		d.cursor.Ack(r.entry)
		d.meter.reject(r.rows(), r.failure)
		return nil
	case d.config.OnError.Refused == config.RefusedHold:
		d.meter.note(r.failure)
		return &sinks.Failure{Permanent: true, Err: fmt.Errorf("%w: %w", errHeld, r.failure.Err)}
	case d.config.OnError.Refused == config.RefusedDeadLetter:
		if err := d.bury(ctx, d.letters.of(r, d.now())); err != nil {
			return fmt.Errorf("put refused records on %s: %w", d.config.OnError.DeadLetter, err)
		}
		d.meter.DeadLetters.Add(r.rows())
	}
	if d.cursor.Reject(r.entry, tag.Rejected, r.runs()...) {
		d.meter.Acked.Add(r.entry.Rows() - r.rows())
		d.meter.reject(r.rows(), r.failure)
		d.noticed()
	}
	return nil
}
