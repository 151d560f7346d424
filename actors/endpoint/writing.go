package endpoint

import (
	"errors"
	"fmt"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/holdfast-edge/holdfast/actors/write"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
)

// errNoAnswer refuses to spend the connection's time on a unit that is known
// not to answer.
var errNoAnswer = errors.New("the device does not answer")

// command checks a write and passes it to the session.
func (d *device) command(ctx actor.Context, c write.Command) {
	now, reply := d.env.Now(), ctx.Sender()
	report := write.Report{Command: c}
	t, p, err := d.lookUp(c.Tag)
	if err == nil {
		err = limits(t, p).Check(c, d.written[c.Tag], now)
	}
	if err == nil {
		err = p.Check(c.Value)
	}
	if err != nil {
		d.close(ctx, report.End(refusedOrLate(err), now, err), reply)
		return
	}
	report = report.Reach(write.Accepted, now)
	if c.DryRun {
		d.close(ctx, report, reply)
		return
	}
	if err := d.send(&writeJob{
		client: d.client(ctx), point: p, report: report, reply: reply,
		verify: t.Access.Readable() && t.Verify && !c.Value.IsNull(), // what comes after a NULL is whatever else commands it
	}); err != nil {
		d.close(ctx, report.End(write.Failed, now, err), reply)
		return
	}
	d.written[c.Tag] = now
}

func (d *device) send(j *writeJob) error {
	switch {
	case d.lanes == nil:
		return errSessionGone
	case !d.standing.scans():
		return errNoAnswer
	}
	return d.lanes.put(j)
}

func (d *device) lookUp(name string) (*config.Tag, protocols.Point, error) {
	t := d.config.Tag(name)
	if t == nil && d.config.GroupOf(name) != nil {
		return nil, nil, fmt.Errorf("%s.%s is no tag of the device itself and cannot be written", d.config.Name, name)
	}
	if t == nil {
		return nil, nil, fmt.Errorf("%s has no tag %q", d.config.Name, name)
	}
	p, ok := d.compiled.Point(name)
	if !ok {
		return nil, nil, fmt.Errorf("%s.%s cannot be written by itself", d.config.Name, name)
	}
	return t, p, nil
}

func limits(t *config.Tag, p protocols.Point) write.Limits {
	gives, _ := p.(protocols.Relinquisher)
	return write.Limits{
		Writable: t.Access.Writable(), Min: t.Min, Max: t.Max, Every: t.WriteInterval, By: t.Writer,
		Null: gives != nil && gives.Relinquishes(),
	}
}

func refusedOrLate(err error) write.Stage {
	if errors.Is(err, write.ErrDeadline) {
		return write.Failed
	}
	return write.Refused
}

// writeEnded passes a report on. A write that got no answer tells as much about
// the unit as a scan does.
func (d *device) writeEnded(ctx actor.Context, msg *writeEnded) {
	d.close(ctx, msg.report, msg.reply)
	if msg.who == d && msg.err != nil {
		d.faulted(ctx, protocols.FaultOf(msg.err))
	}
}

// close ends a command: it is counted, told to the node, and to whoever asked.
func (d *device) close(ctx actor.Context, r write.Report, reply *actor.PID) {
	switch r.Outcome() {
	case write.Acknowledged, write.Verified:
		d.meter.Writes.Add(1)
	case write.Refused, write.Failed, write.Unknown:
		d.meter.Unwritten.Add(1)
	}
	d.env.Wrote(r)
	if reply != nil {
		ctx.Send(reply, &r)
	}
}
