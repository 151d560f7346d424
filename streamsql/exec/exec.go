package exec

import (
	"time"

	"github.com/holdfast-edge/holdfast/streamsql/lookup"
	"github.com/holdfast-edge/holdfast/streamsql/plan"
	"github.com/holdfast-edge/holdfast/streamsql/state"
	"github.com/holdfast-edge/holdfast/tag"
)

// Exec is one running query. It is owned by one goroutine.
type Exec struct {
	query   *plan.Query
	options Options
	uses    []plan.Use
	arms    []arm
	root    *Exec // counts what goes wrong: the query itself, or the one it stands in
	stats   Stats
	shared  func() uint64 // rows that came in through a Group
	row     int           // of the batch in hand, for Mend

	attached map[string]Part // to the snapshot, by its host
}

// Part is something that its host has kept in the query's snapshot.
type Part interface {
	// AppendState appends it in a form that RestoreState reads.
	AppendState(dst []byte) []byte
	// RestoreState takes in a state that AppendState wrote; src keeps the error.
	RestoreState(src *state.Reader)
}

// Attach has a part of the host's kept in the snapshots under a name, so that both
// are of one moment. It is called before Restore.
func (e *Exec) Attach(name string, p Part) {
	if e.attached == nil {
		e.attached = make(map[string]Part)
	}
	e.attached[name] = p
}

// Options are what a running query is told about its surroundings.
type Options struct {
	// Rule is the name of the rule, and of the schema of its output.
	Rule string
	// Stream identifies the output.
	Stream tag.StreamID
	// Start is when the rule was started, in nanoseconds since the Unix epoch.
	Start int64

	// EventTime makes the rows' own times the time of the query: rows are taken
	// in the order of those, and windows close when the watermark passes them.
	// Otherwise its time is the one that Push and Tick are given.
	EventTime bool
	// Lateness is how much later than the latest row a row may come in event
	// time. The watermark is that much behind. A row that comes later still
	// takes no part: it is counted and told to Late.
	Lateness time.Duration
	// Idle is how far, in event time, a stream may be behind another one of the query
	// and still hold the watermark up; 0: any.
	Idle time.Duration
	// Ahead is how far a row may be ahead, in event time, of the clock and of all rows
	// before it; 0: any. One that is further has failed: the watermark would follow
	// it, and all other rows would be late until that time has come.
	Ahead time.Duration
	// Held is how many octets what the open windows of a SELECT keep may have, and what
	// one window that closes is sorted, numbered and grouped by; 0: 256 MiB.
	Held int
	// States is how many partitions, groups and different values there may be, each for
	// what keeps a state of them; 0: 100,000.
	States int
	// Late, where set, is told of each row that came too late.
	Late func(b *tag.Batch, row int)

	// Failed, where set, is told of each row that fails, at once.
	Failed func(Failure)
	// Forgot, where set, is told of each partition of an analytic function, or of
	// windows that only rows close, that is forgotten because there are too many.
	Forgot func()
	// Tables are the lookup tables by name. One that is missing fails the rows that
	// ask for it.
	Tables map[string]lookup.Table
	// Metadata, where set, returns what the source tells about a row besides
	// its fields.
	Metadata func(b *tag.Batch, row int, stream, key string) tag.Value
}

// Emit takes a batch of the output. It is called within Push, Tick and End, any
// number of times: once for each window that closes.
type Emit func(*tag.Batch)

// arm is one running SELECT.
type arm interface {
	// push takes a batch of an input.
	push(now int64, input int, b *tag.Batch, emit Emit)
	// tick tells the time.
	tick(now int64, emit Emit)
	// next returns when tick is due.
	next() (at int64, ok bool)
	// end closes what is open: no row comes any more.
	end(now int64, emit Emit)
	// appendState and restore are of what must survive a restart, in sections.
	appendState(s *sections)
	restore(s *sections)
	// inherit takes the output over from one that has panicked.
	inherit(from arm, emit Emit)
}

// New returns a query that has seen no row yet.
func New(q *plan.Query, options Options) *Exec {
	return newExec(q, options, nil)
}

// newExec returns a query that stands in another, whose root counts for it, or
// that is a root itself.
func newExec(q *plan.Query, options Options, root *Exec) *Exec {
	e := &Exec{query: q, options: options, uses: q.Uses(), root: root}
	if root == nil {
		e.root = e
	}
	e.build()
	return e
}

// build makes what runs.
func (e *Exec) build() {
	for _, s := range e.query.Arms {
		if s.IsDirect() && !e.options.EventTime {
			e.arms = append(e.arms, newDirect(e, s))
		} else {
			e.arms = append(e.arms, newStaged(e, s))
		}
	}
}

// Push takes a batch of a source, which is its place in Query.Uses. now is when
// it is processed, in nanoseconds since the Unix epoch; what is due before then
// happens first.
func (e *Exec) Push(now int64, source int, b *tag.Batch, emit Emit) {
	e.stats.RowsIn += uint64(b.Len())
	e.push(now, e.uses[source].Name, b, e.counted(emit))
}

// push gives a batch to every input that reads the source.
func (e *Exec) push(now int64, name string, b *tag.Batch, emit Emit) {
	for i, s := range e.query.Arms {
		for k, in := range s.Inputs {
			if in.Query == nil && in.Stream == name && in.Source.Kind != plan.LookupSource {
				e.arms[i].push(now, k, b, emit)
			}
		}
		if nested, ok := e.arms[i].(*staged); ok {
			nested.pushNested(now, name, b, emit)
		}
	}
}

// Tick tells the time, in nanoseconds since the Unix epoch. It is due when
// NextTick says; more often does no harm.
func (e *Exec) Tick(now int64, emit Emit) { e.tick(now, e.counted(emit)) }

func (e *Exec) tick(now int64, emit Emit) {
	for _, a := range e.arms {
		a.tick(now, emit)
	}
}

// NextTick returns when Tick is due next, and false where only a row can bring
// the query on.
func (e *Exec) NextTick() (at int64, ok bool) {
	for _, a := range e.arms {
		if t, due := a.next(); due && (!ok || t < at) {
			at, ok = t, true
		}
	}
	return at, ok
}

// End closes what is open, for sources that end.
func (e *Exec) End(now int64, emit Emit) { e.end(now, e.counted(emit)) }

func (e *Exec) end(now int64, emit Emit) {
	for _, a := range e.arms {
		a.end(now, emit)
	}
}

// Stats returns what the query has done so far.
func (e *Exec) Stats() Stats {
	s := e.stats
	if e.shared != nil {
		s.RowsIn += e.shared()
	}
	return s
}

func (e *Exec) counted(emit Emit) Emit {
	return func(out *tag.Batch) {
		e.stats.RowsOut += uint64(out.Len())
		emit(out)
	}
}
