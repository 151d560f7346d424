package rule

import (
	"sync/atomic"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/holdfast-edge/holdfast/streamsql"
	"github.com/holdfast-edge/holdfast/supervisor"
	"github.com/holdfast-edge/holdfast/tag"
)

// What an evaluator tells a rule: that it has its seat, that its evaluation has
// failed, and that it has lost its seat for no fault of its own.
type (
	hasSeat struct{ of *seat }
	failed  struct {
		of  *seat
		err error
	}
	evicted struct{ of *seat }
)

// seated is the actor of a rule that is evaluated with others of its stream.
//
//	joining ─hasSeat─▶ running ─failed─▶ fails, and starts again by its policy
//	   ▲──────evicted─────┘
type seated struct {
	core
	seat *seat
}

// Receive is the actor.
func (r *seated) Receive(ctx actor.Context) {
	switch msg := ctx.Message().(type) {
	case *actor.Started:
		r.sit(ctx)
	case hasSeat:
		if msg.of == r.seat {
			supervisor.Report(ctx, "running", "")
		}
	case evicted:
		if msg.of == r.seat {
			r.sit(ctx)
		}
	case failed:
		if msg.of == r.seat {
			supervisor.Fail(ctx, msg.err)
		}
	case Settle:
		r.seat.desk.settle(answer(r.env.System, ctx.Sender()))
	case *actor.Stopping, *actor.Restarting:
		r.seat.desk.leave(r.seat)
	}
}

// sit asks for a seat at the desk of the rule's stream.
func (r *seated) sit(ctx actor.Context) {
	supervisor.Report(ctx, "joining", "")
	self := ctx.Self()
	r.seat = &seat{
		core: r.core, tell: func(message any) { r.env.System.Send(self, message) },
	}
	r.seat.give = r.seat.offer
	r.env.Evaluators.join(r.config.Query.Sources()[0].Name, r.config.Inputs[0], r.seat)
}

// seat is one incarnation of a rule at its evaluator. But for left, it belongs
// to the evaluator from join to leave.
type seat struct {
	core
	desk *desk
	tell func(message any)
	left atomic.Bool // by the rule: nothing comes out any more

	member  *streamsql.Member // nil: not in the group
	kept    uint64            // the evaluator's moves when the state was kept last
	dropped uint64            // by the rings, when that was counted last
}

// account counts what the rings have dropped since that was counted last.
func (s *seat) account(dropped uint64) {
	if dropped > s.dropped {
		s.meter.Dropped.Add(dropped - s.dropped)
		s.dropped = dropped
	}
}

// offer gives output away, unless the rule has left.
func (s *seat) offer(b *tag.Batch) error {
	if s.left.Load() {
		return nil
	}
	return s.output.Offer(b)
}
