package trial

import (
	"errors"
	"math"
	"time"

	"github.com/holdfast-edge/holdfast/streamsql"
	"github.com/holdfast-edge/holdfast/tag"
)

// ErrLate is the failure of a row that came behind the watermark.
var ErrLate = errors.New("the row came too late: behind the watermark")

// Bounds are where a trial ends. A zero is the default.
type Bounds struct {
	Rows     int           // rows of output, 100 by default
	Failures int           // failures that are kept, 20 by default; all are counted
	Input    int           // rows that are taken in, 100,000 by default
	Duration time.Duration // of live rows, a minute by default
	// Lasting: how long the trial has lasted is what Lasts is told, and not by the
	// times of Push and Tick, whose clock may be set meanwhile.
	Lasting bool
}

func (b Bounds) withDefaults() Bounds {
	for _, bound := range []struct{ at, otherwise *int }{
		{&b.Rows, new(100)}, {&b.Failures, new(20)}, {&b.Input, new(100_000)},
	} {
		if *bound.at <= 0 {
			*bound.at = *bound.otherwise
		}
	}
	if b.Duration <= 0 {
		b.Duration = time.Minute
	}
	return b
}

// Reason is why a trial ended.
type Reason string

// The reasons.
const (
	InputEnded Reason = "input"  // there are no more rows
	OutputFull Reason = "output" // as many rows were given as were asked for
	InputFull  Reason = "taken"  // as many rows were taken in as are allowed
	TimeIsUp   Reason = "time"
)

// Emission is what the query gave at one moment, a batch of rows.
type Emission struct {
	At   int64 // nanoseconds since the Unix epoch
	Rows *tag.Batch
}

// Result is what a trial showed.
type Result struct {
	Plan      string
	Emissions []Emission // in the order in which they were given
	Failures  []streamsql.Failure
	Stats     streamsql.Stats
	Ended     Reason
}

// Trial is a query on trial. It has one owner.
type Trial struct {
	query  *streamsql.Query
	exec   *streamsql.Exec
	bounds Bounds
	until  int64
	now    int64
	given  int
	result Result
}

// New returns a trial that begins now, in nanoseconds since the Unix epoch. What
// the options say about failed and late rows is heard by the trial, and not told
// on.
func New(q *streamsql.Query, o streamsql.Options, now int64, b Bounds) *Trial {
	t := &Trial{query: q, bounds: b.withDefaults(), now: now}
	t.until = now + int64(t.bounds.Duration)
	if b.Lasting {
		t.until = math.MaxInt64
	}
	t.result.Plan = q.Explain(o.EventTime)
	o.Start, o.Failed, o.Late = now, t.failed, t.late
	t.exec = q.New(o)
	return t
}

// Push takes a batch of a source, which is its place in Query.Sources, and
// reports whether the trial goes on.
func (t *Trial) Push(now int64, source int, b *tag.Batch) bool {
	left := t.bounds.Input - int(t.exec.Stats().RowsIn)
	if !t.goesOn(now) || left <= 0 {
		return false
	}
	if b.Len() > left {
		b = b.Slice(0, left)
	}
	t.exec.Push(now, source, b, t.emit)
	if t.result.Ended == "" && b.Len() == left {
		t.result.Ended = InputFull
	}
	return t.goesOn(now)
}

// Tick tells the time, and reports whether the trial goes on.
func (t *Trial) Tick(now int64) bool {
	if t.goesOn(now) {
		t.exec.Tick(now, t.emit)
	}
	return t.goesOn(now)
}

// NextTick returns when Tick is due next.
func (t *Trial) NextTick() int64 {
	if at, ok := t.exec.NextTick(); ok {
		return min(at, t.until)
	}
	return t.until
}

// Lasts tells how long the trial has lasted, by a clock that nobody sets, and returns
// how long it has left and whether it goes on. It is for bounds that are Lasting.
func (t *Trial) Lasts(lasted time.Duration) (left time.Duration, goesOn bool) {
	left = t.bounds.Duration - lasted
	if t.result.Ended == "" && left <= 0 {
		t.result.Ended = TimeIsUp
	}
	return left, t.result.Ended == ""
}

// Finish closes what is open, so that a window that was begun is shown too, and
// returns what there was to see.
func (t *Trial) Finish(now int64) Result {
	t.now = max(t.now, now)
	if t.result.Ended == "" {
		t.result.Ended = InputEnded
	}
	t.exec.End(t.now, t.emit)
	t.result.Stats = t.exec.Stats()
	return t.result
}

// goesOn notes the time and whether it is up.
func (t *Trial) goesOn(now int64) bool {
	t.now = max(t.now, now)
	if t.result.Ended == "" && t.now >= t.until {
		t.result.Ended = TimeIsUp
	}
	return t.result.Ended == ""
}

func (t *Trial) emit(b *tag.Batch) {
	left := t.bounds.Rows - t.given
	if left <= 0 {
		return
	}
	if b.Len() > left {
		b = b.Slice(0, left)
	}
	t.given += b.Len()
	t.result.Emissions = append(t.result.Emissions, Emission{t.now, b})
	if t.given == t.bounds.Rows && t.result.Ended == "" {
		t.result.Ended = OutputFull
	}
}

func (t *Trial) failed(f streamsql.Failure) {
	if len(t.result.Failures) < t.bounds.Failures {
		t.result.Failures = append(t.result.Failures, f)
	}
}

func (t *Trial) late(b *tag.Batch, row int) {
	t.failed(streamsql.Failure{Err: ErrLate, At: t.now, Row: b.Slice(row, row+1)})
}
