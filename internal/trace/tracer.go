package trace

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/holdfast-edge/holdfast/tag"
)

// Tracer holds the traces of a node. A nil Tracer traces nothing. It may be used concurrently.
type Tracer struct {
	now   func() time.Time
	armed atomic.Int32 // traces that are not over

	mutex   sync.Mutex
	runs    []*run // the oldest first
	last    uint64
	changed chan struct{} // closed at the next hop or end
}

// New returns a tracer. now has a monotonic reading.
func New(now func() time.Time) *Tracer { return &Tracer{now: now, changed: make(chan struct{})} }

// ErrTarget says that nothing can be followed.
var ErrTarget = errors.New("want a tag, a stream, a rule or a sink")

// Arm begins to wait for the next record. A trace is done when the record has come to all that is expected, or a rule has
// let it go before. wait is bounded by MaxTime. Of more than MostKept traces the oldest goes.
func (t *Tracer) Arm(target Target, expected []Expected, wait time.Duration) (Trace, error) {
	if target.Tag == "" && target.Stream == "" && target.Rule == "" && target.Sink == "" {
		return Trace{}, ErrTarget
	}
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.expire()
	if len(t.runs) == MostKept {
		t.end(t.runs[0], Ended)
		t.runs = slices.Delete(t.runs, 0, 1)
	}
	t.last++
	now := t.now()
	r := newRun(Trace{ID: t.last, Target: target, State: Armed, Started: now, Until: now.Add(min(wait, MaxTime))}, expected)
	t.runs = append(t.runs, r)
	t.armed.Add(1)
	return r.copy(), nil
}

// Get returns a trace, and a channel that is closed when any trace goes on.
func (t *Tracer) Get(id uint64) (trace Trace, changed <-chan struct{}, ok bool) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.expire()
	for _, r := range t.runs {
		if r.ID == id {
			return r.copy(), t.changed, true
		}
	}
	return trace, nil, false
}

// List returns all that are kept, the newest first.
func (t *Tracer) List() []Trace {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.expire()
	list := make([]Trace, 0, len(t.runs))
	for _, r := range slices.Backward(t.runs) {
		list = append(list, r.copy())
	}
	return list
}

// expire ends the traces whose time is over; the lock is held.
func (t *Tracer) expire() {
	now := t.now()
	for _, r := range t.runs {
		if r.open() && now.After(r.Until) {
			t.end(r, Ended)
		}
	}
}

// end ends a trace that is open; the lock is held.
func (t *Tracer) end(r *run, state State) {
	if r.open() {
		r.State = state
		t.armed.Add(-1)
		t.wake()
	}
}

func (t *Tracer) wake() {
	close(t.changed)
	t.changed = make(chan struct{})
}

// Armed reports whether anything is to be traced: what has to be made ready to be told need not be while nothing is.
func (t *Tracer) Armed() bool { return t != nil && t.armed.Load() > 0 }

// follow lets every open trace look at something.
func (t *Tracer) follow(look func(r *run, now time.Time) bool) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.expire()
	now := t.now()
	for _, r := range t.runs {
		if !r.open() || !look(r, now) {
			continue
		}
		t.wake()
		if r.State = Running; len(r.missing) == 0 {
			t.end(r, Done)
		}
	}
}

// Published is called with a batch that goes to a stream.
func (t *Tracer) Published(stream string, b *tag.Batch) {
	if t.Armed() {
		t.follow(func(r *run, now time.Time) bool { return r.published(stream, b, now) })
	}
}

// Evaluating is called with a batch of one of the streams that rules are about to evaluate.
func (t *Tracer) Evaluating(streams []string, rule string, b *tag.Batch) {
	if t.Armed() {
		t.follow(func(r *run, now time.Time) bool { return r.evaluating(streams, rule, b, now) })
	}
}

// Evaluated is called when a rule has nothing more to make of what Evaluating told: where it has made nothing, it has let the
// record go. It is not called for rules that remember rows.
func (t *Tracer) Evaluated(rule string) {
	if t.Armed() {
		t.follow(func(r *run, now time.Time) bool { return r.evaluated(rule, now) })
	}
}

// Committed is called with a batch that is on the disk, before anybody is given it.
func (t *Tracer) Committed(b *tag.Batch) {
	if t.Armed() && b != nil {
		t.follow(func(r *run, now time.Time) bool { return r.committed(b, now) })
	}
}

// Handed is called with a committed batch that a sink is about to send.
func (t *Tracer) Handed(sink string, b *tag.Batch) {
	if t.Armed() && b != nil {
		t.follow(func(r *run, now time.Time) bool { return r.handed(sink, b, now) })
	}
}

// Answered is called with what became of it.
func (t *Tracer) Answered(sink string, b *tag.Batch, err error) {
	if t.Armed() && b != nil {
		t.follow(func(r *run, now time.Time) bool { return r.answered(sink, b, err, now) })
	}
}
