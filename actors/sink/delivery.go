package sink

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/internal/trace"
	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/sinks/shape"
	"github.com/holdfast-edge/holdfast/store/log"
	"github.com/holdfast-edge/holdfast/supervisor"
	"github.com/holdfast-edge/holdfast/tag"
)

// errLost says that a connection ended without a reason of its own.
var errLost = errors.New("connection to the far end lost")

// delivery moves entries from a cursor to a writer until one of them ends. It
// lives in the sink's goroutine; the writer's acknowledgements come from others.
type delivery struct {
	config   *config.Sink
	writer   sinks.Writer
	cursor   *log.Cursor
	meter    *Meter
	now      func() time.Time
	shaper   *shape.Shaper
	letters  *letterForm
	bury     func(context.Context, *tag.Batch) error // commits dead letters
	noticed  func()                                  // tells the actor that something was refused; must not block
	refusals *refusals
	tracer   *trace.Tracer
}

// run delivers until ctx is done, and then returns nil, or until the far end
// cannot be delivered to any more, and then returns why.
func (d *delivery) run(ctx context.Context) error {
	ctx, stop := context.WithCancelCause(ctx)
	var watching sync.WaitGroup
	defer watching.Wait()
	defer stop(nil)
	watching.Go(func() { d.watch(ctx, stop) })
	watching.Go(func() {
		if failure := supervisor.Guard(func() { d.mourn(ctx, stop) }); failure != nil {
			stop(failure)
		}
	})
	for {
		entry, err := d.cursor.Next(ctx)
		if err == nil {
			err = d.send(ctx, entry, stop)
		}
		if err != nil {
			return ended(ctx, err)
		}
	}
}

// watch ends the delivery when the connection is lost. It returns with ctx.
func (d *delivery) watch(ctx context.Context, stop context.CancelCauseFunc) {
	select {
	case <-d.writer.Lost():
		stop(errLost)
	case <-ctx.Done():
	}
}

func (d *delivery) send(ctx context.Context, e log.Entry, stop context.CancelCauseFunc) error {
	way := sinks.Delivery{Gap: e.Gap}
	if e.Batch != nil {
		shaped, wanted, err := d.shaper.Apply(e.Batch)
		if err != nil {
			return err
		}
		if !wanted {
			if d.cursor.Reject(e, tag.Withheld) {
				d.meter.Withheld.Add(e.Rows())
			}
			return nil
		}
		way.Batch = shaped
	}
	d.meter.Sent.Add(e.Rows())
	d.tracer.Handed(d.config.Name, e.Batch)
	answered := func(err error) {
		d.tracer.Answered(d.config.Name, e.Batch, err)
		d.done(e, way.Batch, err, stop)
	}
	err := d.writer.Send(ctx, way, answered)
	if permanent(err) && !d.lost() { // it cannot even be said to the far end: that is as if it had refused it
		answered(err)
		return nil
	}
	return err
}

// lost reports whether the connection has ended: what Send says then is why.
func (d *delivery) lost() bool {
	select {
	case <-d.writer.Lost():
		return true
	default:
		return false
	}
}

// permanent reports whether an error is for good.
func permanent(err error) bool {
	f, ok := errors.AsType[*sinks.Failure](err)
	return ok && f.Permanent
}

// done passes what the far end has, or will never take; any other failure ends
// the connection.
func (d *delivery) done(e log.Entry, sent *tag.Batch, err error, stop context.CancelCauseFunc) {
	if err == nil {
		if d.cursor.Ack(e) {
			d.meter.acked(e.Rows(), e.Gap != nil, d.now())
		}
		return
	}
	if f, ok := errors.AsType[*sinks.Failure](err); ok && f.Permanent { // whose rows are known
		d.refusals.put(refusal{entry: e, sent: sent, failure: f})
		return
	}
	stop(err)
}

// ended tells why a delivery is over: nil for a sink that was told to stop.
func ended(ctx context.Context, err error) error {
	cause := context.Cause(ctx)
	switch {
	case cause == nil:
		return err
	case errors.Is(cause, context.Canceled):
		return nil
	default:
		return cause
	}
}
