package endpoint

import (
	"fmt"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/holdfast-edge/holdfast/actors/write"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/supervisor"
	"github.com/holdfast-edge/holdfast/tag"
)

// Device returns a device as a child of its endpoint.
func Device(env Env, driver protocols.Driver, d *config.Device) supervisor.Spec {
	return supervisor.Spec{
		Name: d.Name, Kind: "device",
		New: func() actor.Actor { return &device{env: env, driver: driver, config: d} },
	}
}

// device is one unit. See State for what it can be doing.
type device struct {
	env      Env
	driver   protocols.Driver
	config   *config.Device
	compiled protocols.Device
	groups   []*group
	standing standing
	lanes    *lanes     // nil: there is no session
	source   *actor.PID // of subscriptions; nil: the device is polled, or there is no session
	browser  *actor.PID // of browses; nil: there are none, or there is no session
	watch    watch
	probe    *supervisor.Timer
	meter    *Meter
	written  map[string]time.Time // last write sent, by tag
}

// scanDue and probeDue are timers.
type (
	scanDue  struct{ group int }
	probeDue struct{}
)

// Receive is the actor.
func (d *device) Receive(ctx actor.Context) {
	switch msg := ctx.Message().(type) {
	case *actor.Started:
		d.start(ctx)
	case *sessionOpened:
		d.sessionOpened(ctx, msg)
	case *sessionLost:
		d.sessionLost(ctx, msg)
	case scanDue:
		d.scanDue(ctx, msg.group)
	case *scanEnded:
		if msg.who == d {
			d.scanEnded(ctx, msg)
		}
	case *rowArrived:
		if msg.who == d {
			d.rowArrived(ctx, msg)
		}
	case reportDue:
		d.reportDue(msg.group)
	case beatDue:
		d.beatDue(ctx, msg.group)
	case watchDue:
		d.watchDue(ctx)
	case probeDue:
		d.probeDue(ctx)
	case *probeEnded:
		if msg.who == d {
			d.probeEnded(ctx, msg.err)
		}
	case *write.Command:
		d.command(ctx, *msg)
	case *writeEnded:
		d.writeEnded(ctx, msg)
	case *Browse:
		d.browse(ctx, msg)
	case *actor.Stopping:
		ctx.Send(ctx.Parent(), &farewell{from: ctx.Self()})
		d.unsubscribe(ctx)
		d.markBad(tag.BadShutdown)
	case *actor.Restarting:
		d.unsubscribe(ctx)
	}
}

func (d *device) start(ctx actor.Context) {
	d.meter = d.env.Meter(d.config.Name)
	d.standing = newStanding(d.config)
	d.written = map[string]time.Time{}
	if err := d.compile(); err != nil {
		supervisor.Fail(ctx, supervisor.Permanent(fmt.Errorf("compile %s: %w", d.config.Name, err)))
		return
	}
	supervisor.Report(ctx, string(Connecting), "")
	ctx.Send(ctx.Parent(), &hello{from: ctx.Self()})
}

func (d *device) compile() (err error) {
	if d.compiled, err = d.driver.Compile(d.config); err != nil {
		return err
	}
	derived, errs := derive(d.config)
	if len(errs) > 0 {
		return errs
	}
	plans := d.compiled.Plans()
	for i := range d.config.Groups {
		g, err := newGroup(d.env, d.config, &d.config.Groups[i], plans[i], d.meter)
		if err != nil {
			return err
		}
		g.derived, g.inputs = derived[i], d.inputs
		d.groups = append(d.groups, g)
	}
	return nil
}

// inputs returns what expressions read: the tags and the static ones of all groups.
func (d *device) inputs() (all []tag.Value) {
	for _, g := range d.groups {
		all = g.input(all)
	}
	return all
}

func (d *device) client(ctx actor.Context) client { return client{pid: ctx.Self(), who: d} }

func (d *device) sessionOpened(ctx actor.Context, msg *sessionOpened) {
	if d.lanes == msg.lanes {
		return // said in answer to hello, and to everybody
	}
	d.lanes, d.source, d.browser = msg.lanes, msg.source, msg.browser
	if d.standing.sessionUp() == Demoted {
		d.rest(ctx, "")
		return
	}
	supervisor.Report(ctx, string(d.standing.state), "")
	d.begin(ctx)
}

// begin begins to scan, or to be sent what changes.
func (d *device) begin(ctx actor.Context) {
	if d.source != nil {
		d.subscribe(ctx)
		return
	}
	d.startScans(ctx)
}

func (d *device) sessionLost(ctx actor.Context, msg *sessionLost) {
	d.lanes, d.browser = nil, nil
	d.stopScans()
	for _, g := range d.groups {
		g.schedule.drop()
		g.row = protocols.Row{} // it is the old session's
	}
	d.stopProbe()
	d.stopWatch()
	d.standing.sessionDown()
	d.markBad(msg.quality)
	d.forget(msg.quality)
	supervisor.Report(ctx, string(Connecting), msg.reason)
}

// markBad turns every tag Bad, once until it is good again.
func (d *device) markBad(q tag.Quality) {
	at := d.env.Now().UnixNano()
	for _, g := range d.groups {
		d.publish(g, g.lost(q, at))
	}
}

// publish hands batches to the bus. Polling never waits for readers: what the
// log or a ring refuses is counted there, and here.
func (d *device) publish(g *group, told []*tag.Batch) {
	for _, b := range told {
		d.meter.Rows.Add(uint64(b.Len()))
		if err := g.stream.Offer(b); err != nil {
			d.meter.Unlogged.Add(uint64(b.Len()))
		}
	}
	if g.gate != nil {
		withheld := g.gate.Withheld()
		d.meter.Suppressed.Add(withheld - g.counted)
		g.counted = withheld
	}
}
