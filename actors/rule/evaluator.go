package rule

import (
	"strconv"
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/holdfast-edge/holdfast/broker"
	"github.com/holdfast-edge/holdfast/streamsql"
	"github.com/holdfast-edge/holdfast/supervisor"
	"github.com/holdfast-edge/holdfast/tag"
)

// changesDue says that rules come or go.
type changesDue struct{}

func evaluatorSpec(env Env, d *desk) supervisor.Spec {
	policy := supervisor.DefaultPolicy()
	policy.Exhausted, policy.Slow = supervisor.Alarm, 15*time.Second
	return supervisor.Spec{
		Name: d.name, Kind: "evaluator", Policy: policy,
		New: func() actor.Actor { return &evaluator{env: env, desk: d} },
	}
}

// evaluator is the actor that evaluates the rules of one stream together. It
// reads the stream while it has rules.
type evaluator struct {
	env     Env
	desk    *desk
	feed    *broker.Feed // nil: there is nobody to read for
	dropped uint64       // by the rings of feed, when that was counted last
	group   *streamsql.Group
	seats   map[*streamsql.Member]*seat
	rows    *atomic.Uint64 // that went through the group
	moves   uint64         // batches and ticks that did: what states may have changed by

	inputs  bell
	changes bell
	timer   *supervisor.Timer
	keeper  *supervisor.Timer
}

// Receive is the actor.
func (e *evaluator) Receive(ctx actor.Context) {
	switch ctx.Message().(type) {
	case *actor.Started:
		e.start(ctx)
	case changesDue:
		e.changes.answer()
		e.change(ctx)
	case inputReady:
		e.drain(ctx)
	case tickDue:
		e.timer = nil
		e.tick()
		e.schedule(ctx)
	case keepDue:
		e.keeper = nil
		e.keep(ctx)
	case *actor.Stopping, *actor.Restarting:
		e.end()
	}
}

func (e *evaluator) start(ctx actor.Context) {
	self := ctx.Self()
	e.group, e.seats, e.rows = streamsql.NewGroup(), map[*streamsql.Member]*seat{}, new(atomic.Uint64)
	e.inputs.send = func() { e.env.System.Send(self, inputReady{}) }
	e.changes.send = func() { e.env.System.Send(self, changesDue{}) }
	e.desk.attach(e.changes.ring)
	e.report(ctx)
}

func (e *evaluator) report(ctx actor.Context) {
	if len(e.seats) == 0 {
		supervisor.Report(ctx, "idle", "")
		return
	}
	supervisor.Report(ctx, "running", "rules: "+strconv.Itoa(len(e.seats)))
}

// change lets rules come and go.
func (e *evaluator) change(ctx actor.Context) {
	var asked []func()
	changes := e.desk.take()
	for _, c := range changes {
		switch {
		case c.settled != nil:
			asked = append(asked, c.settled)
		case c.goes:
			e.release(c.seat)
		default:
			e.seat(c.seat)
		}
	}
	if err := e.read(); err != nil {
		supervisor.Fail(ctx, supervisor.Permanent(err))
		return
	}
	if e.settle(asked) || len(asked) < len(changes) {
		e.schedule(ctx)
	}
	if len(asked) == len(changes) {
		return // nobody has come or gone
	}
	e.report(ctx)
	e.planKeep(ctx)
	if len(e.seats) == 0 {
		e.desk.of.retire(e.desk)
	}
}

// read opens the stream for the first rule, and closes it behind the last.
func (e *evaluator) read() (err error) {
	switch {
	case len(e.seats) == 0 && e.feed != nil:
		e.feed.Close()
		e.feed, e.dropped = nil, 0
	case len(e.seats) > 0 && e.feed == nil:
		e.feed, err = e.desk.input.Open(e.env.Bus, ringCapacity, e.inputs.ring)
	}
	return err
}

// settle evaluates what waits in the rings, and tells who has asked. It reports
// whether anything waited.
func (e *evaluator) settle(asked []func()) (found bool) {
	for n := len(e.desk.input.Streams) * ringCapacity; len(asked) > 0 && n > 0 && e.evaluateOne(); n-- {
		found = true
	}
	for _, settled := range asked {
		settled()
	}
	return found
}

// seat lets a rule in, unless it has left already.
func (e *evaluator) seat(s *seat) {
	if s.left.Load() {
		return
	}
	if err := s.open(); err != nil {
		s.memory.failed()
		s.tell(failed{s, err})
		return
	}
	s.member = e.group.Add(s.query, 0, s.publish)
	if len(s.writers) > 0 {
		s.member.Watch(func(b *tag.Batch, from, to int) bool { return s.missed(0, b, from, to) })
	}
	e.seats[s.member] = s
	s.meter.RowsIn.join(e.rows)
	s.kept = e.moves
	if e.feed != nil {
		s.dropped = e.feed.Dropped()
	}
	s.tell(hasSeat{s})
}

// release lets a rule go, with its state.
func (e *evaluator) release(s *seat) {
	if s.member == nil {
		return
	}
	if s.kept != e.moves {
		s.memory.keep(s.query, 0)
	}
	e.remove(s)
}

func (e *evaluator) remove(s *seat) {
	e.group.Remove(s.member)
	delete(e.seats, s.member)
	s.member = nil
	s.meter.RowsIn.leave()
	if e.feed != nil {
		s.account(e.feed.Dropped())
	}
}

// account brings the meters up to date where the rings have dropped something.
func (e *evaluator) account() {
	if e.feed == nil {
		return
	}
	dropped := e.feed.Dropped()
	if dropped == e.dropped {
		return // as mostly: there may be thousands of rules
	}
	e.dropped = dropped
	for _, s := range e.seats {
		s.account(dropped)
	}
}

// drain evaluates what waits in the rings, and leaves the rest to another
// message.
func (e *evaluator) drain(ctx actor.Context) {
	e.inputs.answer()
	defer e.account()
	for range drainAtOnce {
		if !e.evaluateOne() {
			e.schedule(ctx)
			return
		}
	}
	e.schedule(ctx)
	e.inputs.ring()
}

// evaluateOne evaluates a batch, and reports whether there was one.
func (e *evaluator) evaluateOne() bool {
	var b *tag.Batch
	if e.feed != nil {
		b = e.feed.Next()
	}
	if b == nil {
		return false
	}
	e.rows.Add(uint64(b.Len()))
	e.moves++
	e.trace(b)
	now := e.env.Now().UnixNano()
	e.carry(now, func() { e.group.Push(now, b) })
	e.traced()
	return true
}

// trace tells of a batch that the rules are about to have.
func (e *evaluator) trace(b *tag.Batch) {
	if e.env.Trace.Armed() {
		for _, s := range e.seats {
			e.env.Trace.Evaluating(e.desk.input.Streams, s.config.Name, b)
		}
	}
}

// traced tells that they have had it.
func (e *evaluator) traced() {
	if e.env.Trace.Armed() {
		for _, s := range e.seats {
			s.traced()
		}
	}
}

func (e *evaluator) tick() {
	e.moves++
	now := e.env.Now().UnixNano()
	e.carry(now, func() { e.group.Tick(now) })
}

// carry does a piece of the group's work, and goes on behind whoever panics: a
// rule that may go on is mended, another one fails and leaves the group.
func (e *evaluator) carry(now int64, work func()) {
	for {
		panicked := supervisor.Guard(work)
		if panicked == nil {
			return
		}
		inHand := e.group.InHand()
		if len(inHand) == 0 {
			panic(panicked) // the evaluator is at fault
		}
		lost := e.group.Mend(panicked)
		for _, m := range inHand {
			if s := e.seats[m]; s != nil && s.panics.tooMany(now) {
				lost = append(lost, m)
			}
		}
		for _, m := range lost {
			e.fail(m, panicked)
		}
		work = e.group.Continue
	}
}

// fail has a rule fail. Its state is not kept.
func (e *evaluator) fail(m *streamsql.Member, err error) {
	s := e.seats[m]
	if s == nil {
		return
	}
	e.remove(s)
	s.memory.failed()
	s.tell(failed{s, err})
}

// schedule sets the timer for the queries.
func (e *evaluator) schedule(ctx actor.Context) {
	if e.timer != nil {
		e.timer.Stop()
		e.timer = nil
	}
	if at, ok := e.group.NextTick(); ok {
		e.timer = supervisor.After(ctx, max(time.Duration(at-e.env.Now().UnixNano()), 0), tickDue{})
	}
}

// planKeep sets the timer for the state that is to be kept next.
func (e *evaluator) planKeep(ctx actor.Context) {
	if e.keeper != nil {
		e.keeper.Stop()
		e.keeper = nil
	}
	var first time.Duration
	for _, s := range e.seats {
		if wait, ok := s.memory.untilKeep(); ok && (first == 0 || wait < first) {
			first = wait
		}
	}
	if first > 0 {
		e.keeper = supervisor.After(ctx, first, keepDue{})
	}
}

// keep keeps the state of every rule whose interval is over.
func (e *evaluator) keep(ctx actor.Context) {
	now := e.env.Now()
	for _, s := range e.seats {
		if s.kept != e.moves && s.memory.isDue(now) {
			s.memory.keep(s.query, 0)
			s.kept = e.moves
		}
	}
	e.planKeep(ctx)
}

// end lets every rule go: those that have left with their state, the others to
// come again.
func (e *evaluator) end() {
	e.desk.attach(nil)
	for _, c := range e.desk.take() {
		switch {
		case c.settled != nil:
			c.settled()
		case c.goes:
			e.release(c.seat)
		default:
			c.seat.tell(evicted{c.seat})
		}
	}
	e.account()
	for _, s := range e.seats {
		s.meter.RowsIn.leave()
		s.member = nil
		s.tell(evicted{s})
	}
	if e.feed != nil {
		e.feed.Close()
	}
}
