package rule

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/holdfast-edge/holdfast/broker"
	"github.com/holdfast-edge/holdfast/store/log"
	"github.com/holdfast-edge/holdfast/supervisor"
	"github.com/holdfast-edge/holdfast/tag"
)

// durable is the actor of a rule that reads its input from the log, behind the
// commit, in a goroutine of its own:
//
//	cursor ──▶ query ──▶ its own stream, logged before …
//	  ▲                └▶ … the checkpoint: state and position in one …
//	  └── acknowledged … ◀── … which is committed with or before these
//
// After a crash the cursor delivers again what was not acknowledged. What the
// checkpoint has seen is passed over; what is behind it is evaluated again, as
// tag.Replay if it had been evaluated before, or was there before the node was
// started: so nothing is written to a device because of it. What the rule gives
// is given again, too; with event time it is equal to what it gave before.
type durable struct {
	core
	asked   []func() // to be told when the cursor is open
	reading bool     // it is
}

// Bounds of what is evaluated between two checkpoints.
const (
	unkept       = 4096            // entries
	defaultEvery = 5 * time.Second // where the rule says nothing
)

// started says that the cursor is open.
type started struct{}

// Receive is the actor.
func (r *durable) Receive(ctx actor.Context) {
	switch msg := ctx.Message().(type) {
	case *actor.Started:
		supervisor.Report(ctx, "opening", "") // a cursor that is new begins where the log ends when it is open: nobody is told before that it runs
		self := ctx.Self()
		supervisor.Go(ctx, "read", func(c context.Context) error {
			return ended(c, r.run(c, func() { r.env.System.Send(self, started{}) }))
		})
	case started:
		supervisor.Report(ctx, "running", "")
		r.reading = true
		r.settled()
	case Settle: // what waits in the log waits there for whoever comes, too
		r.asked = append(r.asked, answer(r.env.System, ctx.Sender()))
		r.settled()
	case supervisor.GoFailed:
		r.memory.failed()
		supervisor.Fail(ctx, msg.Err)
	}
}

func (r *durable) settled() {
	if r.reading {
		for _, tell := range r.asked {
			tell()
		}
		r.asked = nil
	}
}

// ended tells why reading is over: nil where it was told to stop.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		err = nil // what failed, failed because of that
	}
	return err
}

// reader is the part of a durable rule that reads.
type reader struct {
	*durable
	cursor   *log.Cursor
	sources  map[string]place
	pending  []log.Entry // evaluated, and not acknowledged
	position uint64      // of the last entry that the query has seen
	ticked   bool        // since the last checkpoint: windows may have closed
	withheld bool        // output was in hand when the rule was told to stop
	due      time.Time   // of the next checkpoint
}

// place is where the rows of a stream go: a source of the query, and where that
// is a device of several groups the group.
type place struct {
	source, group int
	view          *broker.View
}

func (r *durable) run(ctx context.Context, running func()) error {
	d := &reader{durable: r, sources: map[string]place{}}
	r.give = func(b *tag.Batch) error { return d.publish(ctx, b) }
	options := log.CursorOptions{SingleLane: true, FromNow: true, Window: 2 * unkept, Quota: log.Quota{Bytes: r.env.MaxBacklog}}
	for source, in := range r.config.Inputs {
		if err := d.add(source, in, &options); err != nil {
			return supervisor.Permanent(err)
		}
	}
	r.attach = d.attach
	if err := r.open(); err != nil {
		return err
	}
	d.position = r.memory.seen()
	cursor, err := r.env.Log.Cursor(LogName(r.config.Name), options)
	if err != nil {
		return err
	}
	defer cursor.Close()
	d.cursor = cursor
	running()
	return d.read(ctx)
}

// publish gives output away, and waits for room.
func (d *reader) publish(ctx context.Context, b *tag.Batch) error {
	err := d.output.Publish(ctx, b)
	d.withheld = d.withheld || err != nil && ctx.Err() != nil
	return err
}

// add makes the reader read an input.
func (d *reader) add(source int, in broker.Input, options *log.CursorOptions) error {
	var v *broker.View
	if len(in.Streams) > 1 {
		var err error
		if v, err = broker.NewView(in.Schema, in.Groups); err != nil {
			return err
		}
	}
	for group, name := range in.Streams {
		d.sources[name] = place{source: source, group: group, view: v}
		options.Streams = append(options.Streams, name)
	}
	return nil
}

// read evaluates entries until ctx is done, and then keeps the state, unless that
// has given what nobody has got: then what is behind the last checkpoint is read
// again by whoever comes.
func (d *reader) read(ctx context.Context) error {
	d.due = d.env.Now().Add(d.every())
	for ctx.Err() == nil {
		if err := d.step(ctx); err != nil && ctx.Err() == nil {
			d.keepFailed()
			return err
		}
		if len(d.pending) >= unkept || d.isFresh() && !d.env.Now().Before(d.due) {
			d.keep()
		}
	}
	if !d.withheld {
		d.keep()
	}
	return nil
}

// step does what is to be done next, when that has come.
func (d *reader) step(ctx context.Context) error {
	e, err := d.next(ctx)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		d.ticked = true
		return d.tick(d.env.Now().UnixNano())
	case err != nil:
		return err
	default:
		return d.take(e)
	}
}

// next waits for an entry, at most until the query or a checkpoint is due.
func (d *reader) next(ctx context.Context) (log.Entry, error) {
	wait, ok := d.untilTick()
	if until := d.due.Sub(d.env.Now()); d.isFresh() && (!ok || until < wait) {
		wait, ok = until, true
	}
	if !ok {
		return d.cursor.Next(ctx)
	}
	timed, cancel := context.WithTimeout(ctx, max(wait, 0))
	defer cancel()
	return d.cursor.Next(timed)
}

func (d *reader) every() time.Duration {
	if d.config.Checkpoint > 0 {
		return d.config.Checkpoint
	}
	return defaultEvery
}

// take evaluates an entry.
func (d *reader) take(e log.Entry) error {
	if e.Gap != nil {
		d.meter.Dropped.Add(e.Gap.Count)
		d.pending = append(d.pending, e)
		return nil
	}
	if e.Position <= d.position {
		d.pending = append(d.pending, e) // the state has seen it
		return nil
	}
	d.position = e.Position
	d.pending = append(d.pending, e)
	b := e.Batch
	if d.memory.passed(e.Position) {
		b = b.As(tag.Replay)
	}
	at, ok := d.sources[b.Schema().Name()]
	if !ok {
		return nil
	}
	if at.view != nil {
		b = at.view.Widen(at.group, b)
	}
	if err := d.evaluate(d.env.Now().UnixNano(), at.source, b); err != nil {
		return fmt.Errorf("evaluate entry %d: %w", e.Position, err)
	}
	return nil
}

// keep has the state committed, and acknowledges what it has seen.
func (d *reader) keep() {
	if d.isFresh() {
		d.memory.keep(d.query, d.position)
		d.acknowledge()
	}
	d.due = d.env.Now().Add(d.every())
}

// isFresh reports whether the state has changed since the last checkpoint, or
// entries wait for one.
func (d *reader) isFresh() bool { return len(d.pending) > 0 || d.ticked }

func (d *reader) acknowledge() {
	d.ticked = false
	for _, e := range d.pending {
		d.cursor.Ack(e)
	}
	clear(d.pending)
	d.pending = d.pending[:0]
}

// keepFailed keeps the state of a rule that has panicked too often, if that
// holds: behind the entry in hand, so that the rule does not meet it again.
func (d *reader) keepFailed() {
	if supervisor.Guard(func() { d.memory.keep(d.query, d.position) }) == nil {
		d.acknowledge()
	}
}
