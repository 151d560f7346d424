package rule

import (
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/holdfast-edge/holdfast/actors/write"
	"github.com/holdfast-edge/holdfast/broker"
	"github.com/holdfast-edge/holdfast/streamsql"
	"github.com/holdfast-edge/holdfast/supervisor"
	"github.com/holdfast-edge/holdfast/tag"
)

// ringCapacity is how many batches a rule may lag behind a stream.
const ringCapacity = 128

// drainAtOnce is how many batches are evaluated for one message.
const drainAtOnce = 64

// Env is what rules are given. All of it may be used concurrently.
type Env struct {
	Site   string
	System *supervisor.System
	Bus    *broker.Bus
	Now    func() time.Time
	Write  func(write.Command)        // gives a command to its device; must not block
	Meter  func(rule string) *Meter   // the same one for the same name
	Failed func(rule string, f error) // told of rows that fail, at a bounded rate
}

// Config is one rule, compiled.
type Config struct {
	Name   string
	Query  *streamsql.Query
	Inputs []Input // in the order of Query.Sources
	Writes []Write
}

// Spec returns the rule as a child of the node's rules.
func Spec(env Env, c Config) supervisor.Spec {
	policy := supervisor.DefaultPolicy()
	policy.Exhausted, policy.Slow = supervisor.Alarm, time.Minute // a hopeless rule is nobody else's trouble
	return supervisor.Spec{
		Name: c.Name, Kind: "rule", Policy: policy,
		New: func() actor.Actor { return &rule{env: env, config: c} },
	}
}

// inputReady says that a ring has something; tickDue that the query's time has
// come.
type (
	inputReady struct{}
	tickDue    struct{}
)

// rule is the actor.
type rule struct {
	env     Env
	config  Config
	meter   *Meter
	query   *streamsql.Exec
	feeds   []*feed
	output  *broker.Stream
	writers []*writer
	woken   atomic.Bool // an inputReady is on its way
	emitted bool        // by the row in hand
	timer   *supervisor.Timer
	counted streamsql.Stats
	dropped uint64
}

// Receive is the actor.
func (r *rule) Receive(ctx actor.Context) {
	switch ctx.Message().(type) {
	case *actor.Started:
		r.start(ctx)
	case inputReady:
		r.drain(ctx)
	case tickDue:
		r.tick(ctx)
	case *actor.Stopping, *actor.Restarting:
		for _, f := range r.feeds {
			f.close()
		}
	}
}

func (r *rule) start(ctx actor.Context) {
	r.meter = r.env.Meter(r.config.Name)
	r.output = r.env.Bus.Stream(r.config.Name)
	r.query = r.config.Query.New(streamsql.Options{
		Rule: r.config.Name, Stream: tag.NewStreamID(r.env.Site, r.config.Name),
		Start:  r.env.Now().UnixNano(),
		Failed: func(f streamsql.Failure) { r.env.Failed(r.config.Name, f.Err) },
	})
	for _, w := range r.config.Writes {
		r.writers = append(r.writers, newWriter(r.config.Name, w))
	}
	wake := r.wakeUp(ctx)
	for _, in := range r.config.Inputs {
		f, err := open(in, r.env.Bus, ringCapacity, wake)
		if err != nil {
			supervisor.Fail(ctx, supervisor.Permanent(err))
			return
		}
		r.feeds = append(r.feeds, f)
	}
	supervisor.Report(ctx, "running", "")
	r.schedule(ctx)
}

// wakeUp returns what the rings call: it sends one message however often it is
// called before that is handled.
func (r *rule) wakeUp(ctx actor.Context) func() {
	self, root := ctx.Self(), r.env.System.Actors().Root
	return func() {
		if r.woken.CompareAndSwap(false, true) {
			root.Send(self, inputReady{})
		}
	}
}

// drain evaluates what waits in the rings, and leaves the rest to another
// message, so that commands get their turn.
func (r *rule) drain(ctx actor.Context) {
	r.woken.Store(false)
	for range drainAtOnce {
		if !r.evaluateOne() {
			r.account(ctx)
			return
		}
	}
	r.account(ctx)
	if r.woken.CompareAndSwap(false, true) {
		ctx.Send(ctx.Self(), inputReady{})
	}
}

// evaluateOne evaluates a batch of every source that has one.
func (r *rule) evaluateOne() (found bool) {
	now := r.env.Now().UnixNano()
	for source, f := range r.feeds {
		b := f.next()
		if b == nil {
			continue
		}
		found = true
		if len(r.writers) == 0 {
			r.query.Push(now, source, b, r.publish)
			continue
		}
		for i := range b.Len() {
			r.evaluateRow(now, source, b.Slice(i, i+1))
		}
	}
	return found
}

// evaluateRow evaluates one row of a rule that writes, to see whether its
// condition holds.
func (r *rule) evaluateRow(now int64, source int, row *tag.Batch) {
	r.emitted = false
	r.query.Push(now, source, row, r.publish)
	if !r.emitted && !r.isWindowed() && isKnown(row, r.config.Query.Sources()[source]) {
		r.fell()
	}
}

func (r *rule) tick(ctx actor.Context) {
	r.emitted, r.timer = false, nil
	r.query.Tick(r.env.Now().UnixNano(), r.publish)
	if !r.emitted {
		r.fell()
	}
	r.account(ctx)
}

// isWindowed reports whether rows are kept for later, so that no output for a
// row says nothing about the condition.
func (r *rule) isWindowed() bool {
	_, waits := r.query.NextTick()
	return waits
}

func (r *rule) fell() {
	for _, w := range r.writers {
		w.trigger.Fell()
	}
}

// publish takes a batch of output: rules never wait for whoever reads them.
func (r *rule) publish(b *tag.Batch) {
	r.emitted = true
	if err := r.output.Offer(b); err != nil {
		r.meter.Refused.Add(uint64(b.Len()))
	}
	for _, w := range r.writers {
		w.commands(b, r.env.Now(), r.meter, r.env.Write)
	}
}

// account brings the meter up to date and sets the timer for the query.
func (r *rule) account(ctx actor.Context) {
	now := r.query.Stats()
	r.meter.tally(r.counted, now)
	r.counted = now
	var dropped uint64
	for _, f := range r.feeds {
		dropped += f.dropped()
	}
	r.meter.Dropped.Add(dropped - r.dropped)
	r.dropped = dropped
	r.schedule(ctx)
}

func (r *rule) schedule(ctx actor.Context) {
	if r.timer != nil {
		r.timer.Stop()
		r.timer = nil
	}
	if at, ok := r.query.NextTick(); ok {
		wait := max(time.Duration(at-r.env.Now().UnixNano()), 0)
		r.timer = supervisor.After(ctx, wait, tickDue{})
	}
}
