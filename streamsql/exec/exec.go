package exec

import (
	"github.com/holdfast-edge/holdfast/streamsql/plan"
	"github.com/holdfast-edge/holdfast/tag"
)

// Exec is one running query. It is owned by one goroutine.
type Exec struct {
	query   *plan.Query
	options Options
	sources []plan.Use
	arms    []*selection
	stats   Stats
}

// Options are what a running query is told about its surroundings.
type Options struct {
	// Rule is the name of the rule, and of the schema of its output.
	Rule string
	// Stream identifies the output.
	Stream tag.StreamID
	// Start is when the rule was started, in nanoseconds since the Unix epoch.
	Start int64
	// Failed, where set, is told of each row that fails, at once.
	Failed func(Failure)
	// Metadata, where set, returns what the source tells about a row besides
	// its fields.
	Metadata func(b *tag.Batch, row int, stream, key string) tag.Value
}

// Emit takes a batch of the output. It is called within Push and Tick, any
// number of times.
type Emit func(*tag.Batch)

// New returns a query that has seen no row yet.
func New(q *plan.Query, options Options) *Exec {
	e := &Exec{query: q, options: options, sources: q.Uses()}
	for _, arm := range q.Arms {
		e.arms = append(e.arms, newSelection(e, arm))
	}
	return e
}

// Push takes a batch of a source, which is its place in Query.Sources. now is
// when it is processed, in nanoseconds since the Unix epoch.
func (e *Exec) Push(now int64, source int, b *tag.Batch, emit Emit) {
	e.stats.RowsIn += uint64(b.Len())
	counted := func(out *tag.Batch) {
		e.stats.RowsOut += uint64(out.Len())
		emit(out)
	}
	name := e.sources[source].Name
	for _, arm := range e.arms {
		for k, in := range arm.plan.Inputs {
			if in.Stream == name {
				arm.push(now, k, b, counted)
			}
		}
	}
}

// Tick tells the time. It is due when NextTick says.
func (e *Exec) Tick(int64, Emit) {}

// NextTick returns when Tick is due next, and false where only a row can bring
// the query on.
func (e *Exec) NextTick() (at int64, ok bool) { return 0, false }

// Stats returns what the query has done so far.
func (e *Exec) Stats() Stats { return e.stats }
