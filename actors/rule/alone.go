package rule

import (
	"github.com/asynkron/protoactor-go/actor"

	"github.com/holdfast-edge/holdfast/broker"
	"github.com/holdfast-edge/holdfast/supervisor"
)

// inputReady says that a ring has something, tickDue that the query's time has
// come, and keepDue that the state is to be kept.
type (
	inputReady struct{}
	tickDue    struct{}
	keepDue    struct{}
)

// alone is the actor of a rule that reads rings of its own. A ring tells it that
// it has something; it then drains its rings, a bounded number of batches for
// each message, so that a command never waits long.
type alone struct {
	core
	feeds   []*broker.Feed
	woken   bell
	timer   *supervisor.Timer
	dropped uint64
	fresh   bool // rows came, or windows closed, since the state was kept
	broken  bool // the state is not to be kept
}

// Receive is the actor.
func (r *alone) Receive(ctx actor.Context) {
	switch ctx.Message().(type) {
	case *actor.Started:
		r.start(ctx)
	case inputReady:
		r.drain(ctx)
	case tickDue:
		r.timer, r.fresh = nil, true
		r.check(ctx, r.tick(r.env.Now().UnixNano()))
		r.schedule(ctx)
	case keepDue:
		r.keep(ctx)
	case Settle:
		r.settle(ctx)
	case *actor.Stopping, *actor.Restarting:
		r.end()
	}
}

// settle evaluates what waits in the rings, and tells who has asked.
func (r *alone) settle(ctx actor.Context) {
	for range ringCapacity {
		if found, err := r.evaluateOne(); err != nil || !found {
			r.check(ctx, err)
			break
		}
	}
	r.account()
	r.schedule(ctx)
	answer(r.env.System, ctx.Sender())()
}

func (r *alone) start(ctx actor.Context) {
	if err := r.open(); err != nil {
		r.check(ctx, err)
		return
	}
	self := ctx.Self()
	r.woken.send = func() { r.env.System.Send(self, inputReady{}) }
	for _, in := range r.config.Inputs {
		f, err := in.Open(r.env.Bus, ringCapacity, r.woken.ring)
		if err != nil {
			supervisor.Fail(ctx, supervisor.Permanent(err))
			return
		}
		r.feeds = append(r.feeds, f)
	}
	supervisor.Report(ctx, "running", "")
	r.schedule(ctx)
	r.planKeep(ctx)
}

// check fails the rule where there is an error.
func (r *alone) check(ctx actor.Context, err error) {
	if err != nil {
		r.broken = true
		r.memory.failed()
		supervisor.Fail(ctx, err)
	}
}

// drain evaluates what waits in the rings, and leaves the rest to another
// message, so that commands get their turn.
func (r *alone) drain(ctx actor.Context) {
	r.woken.answer()
	for range drainAtOnce {
		found, err := r.evaluateOne()
		if err != nil || !found {
			r.account()
			r.schedule(ctx)
			r.check(ctx, err)
			return
		}
	}
	r.account()
	r.schedule(ctx)
	r.woken.ring()
}

// evaluateOne evaluates a batch of every source that has one.
func (r *alone) evaluateOne() (found bool, err error) {
	now := r.env.Now().UnixNano()
	for source, f := range r.feeds {
		b := f.Next()
		if b == nil {
			continue
		}
		found, r.fresh = true, true
		if err := r.evaluate(now, source, b); err != nil {
			return found, err
		}
	}
	return found, nil
}

// account brings the meter up to date.
func (r *alone) account() {
	var dropped uint64
	for _, f := range r.feeds {
		dropped += f.Dropped()
	}
	r.meter.Dropped.Add(dropped - r.dropped)
	r.dropped = dropped
}

// schedule sets the timer for the query.
func (r *alone) schedule(ctx actor.Context) {
	if r.timer != nil {
		r.timer.Stop()
		r.timer = nil
	}
	if wait, ok := r.untilTick(); ok {
		r.timer = supervisor.After(ctx, wait, tickDue{})
	}
}

func (r *alone) planKeep(ctx actor.Context) {
	if wait, ok := r.memory.untilKeep(); ok {
		supervisor.After(ctx, wait, keepDue{})
	}
}

func (r *alone) keep(ctx actor.Context) {
	if r.fresh {
		r.memory.keep(r.query, 0)
		r.fresh = false
	}
	r.planKeep(ctx)
}

func (r *alone) end() {
	r.account()
	for _, f := range r.feeds {
		f.Close()
	}
	if r.fresh && !r.broken {
		r.memory.keep(r.query, 0)
	}
}
