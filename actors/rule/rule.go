package rule

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/holdfast-edge/holdfast/actors/write"
	"github.com/holdfast-edge/holdfast/broker"
	"github.com/holdfast-edge/holdfast/internal/trace"
	"github.com/holdfast-edge/holdfast/store/log"
	"github.com/holdfast-edge/holdfast/streamsql"
	"github.com/holdfast-edge/holdfast/streamsql/lookup"
	"github.com/holdfast-edge/holdfast/supervisor"
	"github.com/holdfast-edge/holdfast/tag"
)

// ringCapacity is how many batches a reader may lag behind a stream.
const ringCapacity = 128

// drainAtOnce is how many batches are evaluated for one message.
const drainAtOnce = 64

// Env is what rules are given. All of it may be used concurrently.
type Env struct {
	Site       string
	System     *supervisor.System
	Bus        *broker.Bus
	Log        Log
	Evaluators *Evaluators
	Now        func() time.Time
	Write      func(write.Command)        // gives a command to its device; must not block
	Meter      func(rule string) *Meter   // the same one for the same name
	Failed     func(rule string, f error) // told of rows that fail, at any rate
	MaxBacklog int64                      // bytes that the log keeps for a durable rule
	Trace      *trace.Tracer              // nil: nothing is traced
}

// Log is what rules need of the node's log; *log.Log has it.
type Log interface {
	// Checkpoint has a state committed behind what was appended before it.
	Checkpoint(name string, state []byte)
	// LoadCheckpoint returns the last state under a name, nil for none.
	LoadCheckpoint(name string) ([]byte, error)
	// Cursor opens a cursor for a durable rule.
	Cursor(name string, options log.CursorOptions) (*log.Cursor, error)
	// Tail returns the position that the next entry will have.
	Tail() uint64
}

var _ Log = (*log.Log)(nil)

// Config is one rule, compiled.
type Config struct {
	Name   string
	Query  *streamsql.Query
	Inputs []broker.Input          // in the order of Query.Sources
	Tables map[string]lookup.Table // that the query looks up in; their Inputs have no streams
	Writes []Write

	Durable    bool
	Checkpoint time.Duration // how often the state is; 0: when the rule is stopped

	EventTime bool
	Lateness  time.Duration
	Idle      time.Duration // how far a stream may be behind the others and is still waited for
	LateTo    string        // the stream that late rows go to; empty: none
}

// Shares reports whether the rule is evaluated together with others of its
// stream. One that writes is where it can be told for each row whether its condition
// holds: not where windows are closed by the clock, which ticks for all rules there.
func (c *Config) Shares() bool {
	return !c.Durable && len(c.Inputs) == 1 && (len(c.Writes) == 0 || !c.EventTime && c.Query.SharesFilter())
}

// Spec returns the rule as a child of the node's rules.
func Spec(env Env, c Config) supervisor.Spec {
	policy := supervisor.DefaultPolicy()
	policy.Exhausted, policy.Slow = supervisor.Alarm, time.Minute // a hopeless rule is nobody else's trouble
	keep := newMemory(env, &c)
	return supervisor.Spec{
		Name: c.Name, Kind: "rule", Policy: policy,
		New: func() actor.Actor {
			own := core{env: &env, config: &c, memory: keep}
			switch {
			case c.Durable:
				return &durable{core: own}
			case c.Shares():
				return &seated{core: own}
			default:
				return &alone{core: own}
			}
		},
	}
}

// Names of what a rule keeps in the log.
const logPrefix = "rule/"

// LogName returns the name of a rule's checkpoint, and of its cursor where it is
// durable.
func LogName(rule string) string { return logPrefix + rule }

// core is what every way to run a rule shares. It belongs to one incarnation,
// and to whoever evaluates it.
type core struct {
	env     *Env
	config  *Config
	memory  *memory
	meter   *Meter
	query   *streamsql.Exec
	output  *broker.Stream
	late    *relabel // nil: late rows are only counted
	writers []*writer
	emitted bool // by the row in hand
	panics  panics

	// give publishes a batch of output. It is told to wait only where the rule
	// has a goroutine of its own.
	give func(*tag.Batch) error
	// attach, where set, attaches to a query what is kept with its state.
	attach func(*streamsql.Exec)
}

// open makes the query, with the state that it had.
func (c *core) open() error {
	c.meter = c.env.Meter(c.config.Name)
	c.output = c.env.Bus.Stream(c.config.Name)
	if c.give == nil {
		c.give = c.output.Offer // rules never wait for whoever reads them
	}
	if c.config.LateTo != "" {
		c.late = newRelabel(c.env.Site, c.config.LateTo)
	}
	for _, w := range c.config.Writes {
		c.writers = append(c.writers, newWriter(c.config.Name, w))
	}
	query, err := c.memory.recall(c.fresh)
	if err != nil {
		return err
	}
	c.query = query
	return c.resume()
}

// resume gives what a query has to give before its first row.
func (c *core) resume() error {
	return supervisor.Guard(func() { c.query.Resume(c.env.Now().UnixNano(), c.publish) })
}

// fresh returns a query that has seen no row yet.
func (c *core) fresh() *streamsql.Exec {
	query := c.config.Query.New(streamsql.Options{
		Rule: c.config.Name, Stream: tag.NewStreamID(c.env.Site, c.config.Name),
		Start:     c.env.Now().UnixNano(),
		EventTime: c.config.EventTime, Lateness: c.config.Lateness, Idle: c.config.Idle, Ahead: tag.FarAhead, Late: c.tooLate,
		Failed: c.failed, Forgot: func() { c.meter.Forgotten.Add(1) }, Tables: c.config.Tables,
	})
	if c.attach != nil {
		c.attach(query)
	}
	return query
}

func (c *core) failed(f streamsql.Failure) {
	c.meter.failed(f)
	c.env.Failed(c.config.Name, f.Err)
}

// tooLate counts a row behind the watermark, and passes it on where it is to go.
func (c *core) tooLate(b *tag.Batch, row int) {
	c.meter.Late.Add(1)
	if c.late == nil {
		return
	}
	if err := c.env.Bus.Stream(c.config.LateTo).Offer(c.late.row(b, row)); err != nil {
		c.meter.Refused.Add(1)
	}
}

// publish takes a batch of output.
func (c *core) publish(b *tag.Batch) {
	c.emitted = true
	c.meter.RowsOut.Add(uint64(b.Len()))
	if err := c.give(b); err != nil {
		c.meter.Refused.Add(uint64(b.Len()))
	}
	for _, w := range c.writers {
		w.commands(b, c.env.Now(), c.meter, c.env.Write)
	}
}

// evaluate gives a batch of a source to the query. An error means that the rule
// has failed.
func (c *core) evaluate(now int64, source int, b *tag.Batch) error {
	c.meter.RowsIn.Add(uint64(b.Len()))
	c.env.Trace.Evaluating(c.config.Inputs[source].Streams, c.config.Name, b)
	defer c.traced()
	if len(c.writers) == 0 {
		return c.push(now, source, b)
	}
	for i := range b.Len() {
		if err := c.evaluateRow(now, source, b.Slice(i, i+1)); err != nil {
			return err
		}
	}
	return nil
}

// traced tells that the query has had a batch, and makes no more of it.
func (c *core) traced() {
	if c.env.Trace.Armed() && !c.config.Query.Stateful() {
		c.env.Trace.Evaluated(c.config.Name)
	}
}

// push gives rows to the query, and mends it where that panics.
func (c *core) push(now int64, source int, rows *tag.Batch) error {
	for {
		panicked := supervisor.Guard(func() { c.query.Push(now, source, rows, c.publish) })
		if panicked == nil {
			return nil
		}
		next, err := c.query.Mend(now, rows, panicked, c.publish)
		if err != nil || c.panics.tooMany(now) {
			c.meter.Failed.Add(uint64(rows.Len() - next)) // nobody will look at them
			return panicked
		}
		if next == rows.Len() {
			return nil
		}
		rows = rows.Slice(next, rows.Len())
	}
}

// evaluateRow evaluates one row of a rule that writes, to see whether its
// condition holds.
func (c *core) evaluateRow(now int64, source int, row *tag.Batch) error {
	c.emitted = false
	err := c.push(now, source, row)
	if !c.emitted && !c.isWindowed() {
		c.missed(source, row, 0, 1)
	}
	return err
}

// missed looks at rows that gave nothing: the condition fell with the first of
// which that can be said. It reports whether it did.
func (c *core) missed(source int, b *tag.Batch, from, to int) (fell bool) {
	for ; from < to && !fell; from++ {
		fell = isKnown(b, from, c.config.Query.Sources()[source])
	}
	if fell {
		c.fell()
	}
	return fell
}

// tick tells the query the time.
func (c *core) tick(now int64) error {
	c.emitted = false
	panicked := supervisor.Guard(func() { c.query.Tick(now, c.publish) })
	if panicked != nil {
		if _, err := c.query.Mend(now, nil, panicked, c.publish); err != nil || c.panics.tooMany(now) {
			return panicked
		}
	}
	if !c.emitted {
		c.fell()
	}
	return nil
}

// isWindowed reports whether rows are kept for later, so that no output for a
// row says nothing about the condition.
func (c *core) isWindowed() bool {
	_, waits := c.query.NextTick()
	return waits
}

func (c *core) fell() {
	for _, w := range c.writers {
		w.trigger.Fell()
	}
}

// untilTick returns how long until the query is to be told the time.
func (c *core) untilTick() (wait time.Duration, ok bool) {
	at, ok := c.query.NextTick()
	if !ok {
		return 0, false
	}
	return max(time.Duration(at-c.env.Now().UnixNano()), 0), true
}
