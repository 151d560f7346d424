package endpoint

import (
	"context"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/supervisor"
	"github.com/holdfast-edge/holdfast/tag"
)

// subscribe asks a session to have a device's values sent to its actor. One that was there before ends.
type subscribe struct {
	client
	name   string
	device protocols.Device
}

// unsubscribe takes it back.
type unsubscribe struct{ pid *actor.PID }

// rowArrived is what a device has sent: changes of one group.
type rowArrived struct {
	who   *device
	group int
	row   protocols.Row
	at    int64 // when it arrived, ns since the Unix epoch
}

// subscribe runs a subscription in a goroutine of its own. Rows that the device actor has no room for wait here.
func (s *session) subscribe(ctx actor.Context, msg *subscribe) {
	if s.source == nil {
		return // of the connection before, whose end the device learns of
	}
	s.unsubscribe(msg.pid)
	source := s.source
	if s.subscriptions == nil {
		s.subscriptions = map[string]context.CancelFunc{}
	}
	s.subscriptions[msg.pid.Id] = supervisor.Go(ctx, "subscription of "+msg.name, func(c context.Context) error {
		return source.Subscribe(c, msg.device, func(group int, row protocols.Row) {
			// It fails only when the device or the session is stopping.
			_ = s.env.System.SendWait(c, msg.pid, &rowArrived{who: msg.who, group: group, row: row, at: s.env.Now().UnixNano()})
		})
	})
}

func (s *session) unsubscribe(pid *actor.PID) {
	if cancel, ok := s.subscriptions[pid.Id]; ok {
		cancel()
		delete(s.subscriptions, pid.Id)
	}
}

// watch is how a device that sends by itself is known to live: nothing may have changed for a day.
type watch struct {
	subscribed bool
	heard      bool // since the last look
	asked      bool // and not answered yet
	timer      *supervisor.Timer
}

// watchDue is its timer.
type watchDue struct{}

// quietScans is after how many scans' time without a row the device is asked whether it lives.
const quietScans = 10

// subscribe has the values sent, if they are not already, and begins to watch.
func (d *device) subscribe(ctx actor.Context) {
	if !d.watch.subscribed {
		d.watch.subscribed = true
		ctx.Send(d.source, &subscribe{client: d.client(ctx), name: d.config.Name, device: d.compiled})
	}
	if d.watch.timer == nil {
		d.lookAfter(ctx, d.quiet())
	}
	d.startBeats(ctx)
}

func (d *device) unsubscribe(ctx actor.Context) {
	if d.source != nil && d.watch.subscribed {
		ctx.Send(d.source, &unsubscribe{pid: ctx.Self()})
	}
}

// quiet returns how long no row is nothing to wonder at: some scans, but no longer than a dead device goes unnoticed.
func (d *device) quiet() time.Duration {
	shortest := d.config.ProbeMax
	for _, g := range d.config.Groups {
		shortest = min(shortest, quietScans*g.Scan)
	}
	return max(shortest, d.config.ProbeMin)
}

func (d *device) lookAfter(ctx actor.Context, wait time.Duration) {
	d.pauseWatch()
	d.watch.timer = supervisor.After(ctx, wait, watchDue{})
}

// watchClosely asks soon again whether a device lives that did not answer.
func (d *device) watchClosely(ctx actor.Context) {
	if d.watch.subscribed && d.standing.scans() {
		d.watch.heard = false
		d.lookAfter(ctx, d.config.ProbeMin)
	}
}

func (d *device) pauseWatch() {
	if d.watch.timer != nil {
		d.watch.timer.Stop()
		d.watch.timer = nil
	}
}

// stopWatch forgets the subscription, whose session is gone.
func (d *device) stopWatch() {
	d.pauseWatch()
	d.stopBeats()
	d.watch, d.source = watch{}, nil
}

// watchDue asks the device, beside its subscription, where no row says that it lives.
func (d *device) watchDue(ctx actor.Context) {
	if d.watch.timer == nil || d.lanes == nil {
		return
	}
	if !d.watch.heard && !d.watch.asked {
		d.watch.asked = d.lanes.put(&probeJob{client: d.client(ctx), device: d.compiled}) == nil
	}
	d.watch.heard = false
	d.lookAfter(ctx, d.quiet())
}

// rowArrived publishes what the device has sent.
func (d *device) rowArrived(ctx actor.Context, msg *rowArrived) {
	if d.lanes == nil {
		return // all is Bad already, and a row from before is no news
	}
	g := d.groups[msg.group]
	if msg.row.Origin != tag.Live {
		d.publish(g, g.missed(msg.row, msg.at))
		return
	}
	d.watch.heard = true
	d.publish(g, g.changed(msg.row, msg.at))
	d.awaitReport(ctx, msg.group, msg.at)
	d.answered(ctx)
}

// reportDue is the timer of news that waits for the group's report interval.
type reportDue struct{ group int }

// awaitReport sets it: nobody knows when the device sends the next value.
func (d *device) awaitReport(ctx actor.Context, i int, at int64) {
	g := d.groups[i]
	if g.gate == nil || g.due != nil {
		return
	}
	if wait := g.gate.Wait(at); wait > 0 {
		g.due = supervisor.After(ctx, wait, reportDue{i})
	}
}

func (d *device) reportDue(i int) {
	g := d.groups[i]
	g.due = nil
	if !g.bad {
		rows := g.gate.Due(d.env.Now().UnixNano())
		for _, r := range rows {
			g.awaited(r.Values)
		}
		d.publish(g, g.passed(rows))
	}
}

// restore publishes again what turned Bad while the device did not answer, where its subscription went on all the time:
// what has not changed is not sent again.
func (d *device) restore() {
	if !d.watch.subscribed {
		return
	}
	at := d.env.Now().UnixNano()
	for _, g := range d.groups {
		if g.bad && !g.stale {
			d.publish(g, g.again(at))
		}
	}
}

// forget says of every value that is not sent anew what became of it with the session.
func (d *device) forget(q tag.Quality) {
	for _, g := range d.groups {
		g.forget(q)
	}
}
