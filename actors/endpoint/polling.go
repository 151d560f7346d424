package endpoint

import (
	"errors"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/supervisor"
)

// startScans sets the timer of every group that has none: to its phase the first
// time, to now when the device is back.
func (d *device) startScans(ctx actor.Context) {
	for i, g := range d.groups {
		if g.timer == nil {
			d.await(ctx, i, d.env.Now())
		}
	}
}

func (d *device) stopScans() {
	for _, g := range d.groups {
		if g.timer != nil {
			g.timer.Stop()
			g.timer = nil
		}
		g.schedule.rest()
	}
}

func (d *device) await(ctx actor.Context, i int, now time.Time) {
	g := d.groups[i]
	g.schedule.resume(now)
	g.timer = supervisor.After(ctx, g.schedule.wait(now), scanDue{i})
}

func (d *device) scanDue(ctx actor.Context, i int) {
	g, now := d.groups[i], d.env.Now()
	if g.schedule.tick(now) {
		d.scan(ctx, i, now)
	}
	d.await(ctx, i, now)
}

// scan reads a group. Of one that is only derived there is nothing to be read.
func (d *device) scan(ctx actor.Context, i int, now time.Time) {
	g := d.groups[i]
	switch j := (&scanJob{client: d.client(ctx), group: i, plan: g.plan, row: g.lend()}); {
	case j.plan.Steps() == 0 && g.derived.any():
		g.schedule.done(now)
		d.publish(g, g.scanned(now.UnixNano()))
	case j.plan.Steps() == 0 || d.lanes.put(j) != nil:
		g.schedule.drop()
	}
}

func (d *device) scanEnded(ctx actor.Context, msg *scanEnded) {
	g := d.groups[msg.group]
	g.schedule.done(d.env.Now())
	if d.lanes == nil {
		return // all is Bad already, and an answer from before is no news
	}
	if refusal, ok := errors.AsType[*protocols.Refusal](msg.err); ok {
		d.answered(ctx)
		d.publish(g, g.lost(refusal.Quality, msg.at))
		return
	}
	if msg.err != nil {
		d.faulted(ctx, protocols.FaultOf(msg.err))
		return
	}
	d.answered(ctx)
	d.publish(g, g.scanned(msg.at))
}

// answered notes a usable answer and, where the device was thought dead, begins
// to scan it at once.
func (d *device) answered(ctx actor.Context) {
	before := d.standing.state
	if d.standing.answered() {
		d.stopProbe()
		d.begin(ctx)
	}
	d.restore()
	if before != Polling {
		supervisor.Report(ctx, string(Polling), "")
	}
}

// faulted notes that the unit gave no usable answer.
func (d *device) faulted(ctx actor.Context, f *protocols.Fault) {
	d.meter.Faults.Add(1)
	d.markBad(f.Quality)
	polled := d.standing.scans()
	if d.standing.faulted() {
		if polled {
			d.meter.Demotions.Add(1)
		}
		d.stopScans()
		d.pauseWatch()
		d.rest(ctx, f.Error())
		return
	}
	d.watchClosely(ctx)
	supervisor.Report(ctx, string(d.standing.state), f.Error())
}

// rest leaves the device alone until the next probe.
func (d *device) rest(ctx actor.Context, reason string) {
	if d.lanes == nil || d.probe != nil {
		return
	}
	wait := d.standing.probeAfter(d.env.Random())
	d.probe = supervisor.After(ctx, wait, probeDue{})
	detail := "probe in " + wait.Round(time.Millisecond).String()
	if reason != "" {
		detail += ": " + reason
	}
	supervisor.Report(ctx, string(Demoted), detail)
}

func (d *device) stopProbe() {
	if d.probe != nil {
		d.probe.Stop()
		d.probe = nil
	}
}

func (d *device) probeDue(ctx actor.Context) {
	d.probe = nil
	if d.lanes == nil || d.lanes.put(&probeJob{client: d.client(ctx), device: d.compiled}) != nil {
		return // the session is gone, which its return will mend
	}
	d.standing.state = Probing
	supervisor.Report(ctx, string(Probing), "")
}

func (d *device) probeEnded(ctx actor.Context, err error) {
	d.watch.asked = false
	if err != nil {
		d.faulted(ctx, protocols.FaultOf(err))
		return
	}
	d.answered(ctx)
}
