package exec

import (
	"math"
	"slices"

	"github.com/holdfast-edge/holdfast/streamsql/plan"
	"github.com/holdfast-edge/holdfast/streamsql/state"
)

// reorder holds rows back until the watermark has passed them, and lets them go
// in the order of their times. The watermark is the least of the latest times of
// all streams but those that are too far behind, less the lateness that is
// allowed; where more rows wait for it than maxWaiting, or more octets than windows may
// hold, it is the time of the last that is beyond.
type reorder struct {
	staged    *staged
	latest    []int64 // by input; math.MinInt64: no row yet, MaxInt64: a table
	watermark int64
	waiting   ordered
	held      held // the rows that wait
	halfway   bool // a panic, or a stop behind one, has kept rows that the watermark has passed
}

func newReorder(s *staged) *reorder {
	o := &reorder{staged: s, watermark: math.MinInt64, held: newHeld(s.exec.options)}
	for _, in := range s.plan.Inputs {
		t := int64(math.MinInt64)
		if in.Source.Kind != plan.StreamSource {
			t = math.MaxInt64
		}
		o.latest = append(o.latest, t)
	}
	return o
}

// add takes a row in, and reports false where it is too late.
func (o *reorder) add(input int, r *record) bool {
	o.latest[input] = max(o.latest[input], r.time)
	if r.time < o.watermark {
		return false
	}
	kept := o.staged.keep(r)
	kept.computed = nil
	o.wait(kept)
	return true
}

func (o *reorder) wait(kept *record) {
	o.held.octets += kept.measure()
	o.waiting.add(kept)
}

// isFull reports whether more rows wait than may.
func (o *reorder) isFull() bool { return o.waiting.len() > maxWaiting || o.held.octets > o.held.limit }

// isAhead reports whether a time is too far ahead to be true.
func (o *reorder) isAhead(t int64) bool {
	ahead := int64(o.staged.exec.options.Ahead)
	return ahead > 0 && t-ahead > max(o.staged.now, o.newest())
}

// newest returns the latest time of all streams, math.MinInt64 before the first row.
func (o *reorder) newest() int64 {
	newest := int64(math.MinInt64)
	for _, t := range o.latest {
		if t != math.MaxInt64 {
			newest = max(newest, t)
		}
	}
	return newest
}

// slowest returns the least of the latest times of the streams that are not too
// far behind, and false before there is one.
func (o *reorder) slowest() (t int64, ok bool) {
	t = slices.Min(o.latest)
	if idle := int64(o.staged.exec.options.Idle); idle > 0 {
		if newest := o.newest(); newest != math.MinInt64 {
			t = max(t, newest-idle)
		}
	}
	return t, t != math.MinInt64 && t != math.MaxInt64
}

// proceed moves the watermark on, which is done at the end of a batch: rows of
// one batch are never late because of each other.
func (o *reorder) proceed() {
	w := int64(math.MinInt64)
	if slowest, ok := o.slowest(); ok {
		w = slowest - int64(o.staged.exec.options.Lateness)
	}
	if w > o.watermark || o.halfway || o.isFull() {
		o.watermark = max(w, o.watermark)
		o.release()
	}
}

// release lets the rows go that the watermark has passed, and those that are too
// many, with which it moves on. A row waits no more when it is processed, so
// that one that panics is not met again.
func (o *reorder) release() {
	for o.waiting.len() > 0 && (o.isFull() || o.waiting.first().time <= o.watermark) {
		first := o.waiting.pop()
		o.held.octets -= first.measure()
		first.size = 0 // it is measured again with what is computed for it
		o.watermark = max(o.watermark, first.time)
		o.staged.process(first)
	}
	o.halfway = false
	if o.watermark > math.MinInt64 {
		o.staged.windows.advance(o.watermark)
	}
}

// releaseAll lets every row go: there will be no earlier ones.
func (o *reorder) releaseAll() {
	if o.waiting.len() > 0 {
		o.watermark = max(o.watermark, o.waiting.last().time)
	}
	o.release()
}

func (o *reorder) appendState(dst []byte) []byte {
	dst = state.AppendInt(dst, o.watermark)
	dst = state.AppendInt(dst, int64(len(o.latest)))
	for _, t := range o.latest {
		dst = state.AppendInt(dst, t)
	}
	return o.staged.appendRecords(dst, o.waiting.all())
}

// takeLatest takes over the latest times of the inputs that there still are.
func (o *reorder) takeLatest(then []int64) {
	places := o.staged.restored.inputs
	if places == nil && len(then) == len(o.latest) {
		o.latest = then
	}
	for i, k := range places {
		if k >= 0 && i < len(then) && (then[i] == math.MaxInt64) == (o.latest[k] == math.MaxInt64) {
			o.latest[k] = then[i]
		}
	}
}

func (o *reorder) restore(src *reader) {
	o.watermark = src.Int()
	latest := make([]int64, src.Count())
	for i := range latest {
		latest[i] = src.Int()
	}
	o.takeLatest(latest)
	o.waiting, o.held.octets = ordered{}, 0
	for _, r := range o.staged.restoreRecords(src) {
		o.wait(r)
	}
	o.halfway = o.waiting.len() > 0 && o.waiting.first().time < o.watermark
}
