package history

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/holdfast-edge/holdfast/tag"
)

// BucketQuery asks for the values of a field summed up over steps of time. A
// value counts at the time of its row.
type BucketQuery struct {
	Stream string
	Field  string
	From   int64 // source time, nanoseconds since the Unix epoch
	To     int64 // not included
	Step   int64 // nanoseconds; the first one begins at From
}

// coarse is how many buckets of a tier a step has at least, where they do not
// fit into it exactly.
const coarse = 10

// Buckets returns what Summarize gives out.
func (h *History) Buckets(ctx context.Context, stream, field string, from, to, step int64) ([]Bucket, Watermark, error) {
	var buckets []Bucket
	mark, err := h.Summarize(ctx, BucketQuery{stream, field, from, to, step}, func(b Bucket) error {
		buckets = append(buckets, b)
		return nil
	})
	return buckets, mark, err
}

// Summarize calls fn with a bucket for each step that has values, in the order
// of time. It ends with the error of fn or of ctx.
//
// It reads the coarsest tier that gives what the rows would: steps that begin
// and end on whole minutes or hours (UTC) are exact. Where they do not, a step
// of ten minutes or more takes the minutes that begin in it, and one of ten
// hours or more the hours; a shorter step reads the rows. Where the retention
// has removed the rows, every step takes what is left.
func (h *History) Summarize(ctx context.Context, q BucketQuery, fn func(Bucket) error) (Watermark, error) {
	q.Step = max(q.Step, 1)
	w := &walk{history: h, query: q, steps: stepper{from: q.From, step: q.Step, start: math.MinInt64, fn: fn}}
	w.suitable = slices.DeleteFunc(slices.Clone(h.tiers), func(t *tier) bool { return !t.suits(q) })
	mark := w.look()
	for at := q.From; at < q.To; {
		if err := ctx.Err(); err != nil {
			return mark, err
		}
		next, err := w.piece(ctx, at)
		if err != nil {
			return mark, err
		}
		at = next
	}
	return mark, w.steps.end()
}

// suits reports whether the buckets of a tier do for a query.
func (t *tier) suits(q BucketQuery) bool {
	return q.Step%t.width == 0 && q.From%t.width == 0 || q.Step/coarse >= t.width
}

// walk answers one query, a piece of time after the other: from a tier, or from
// the rows.
type walk struct {
	history  *History
	query    BucketQuery
	suitable []*tier // the coarsest first
	waiting  []slot  // of rows that are in no file yet
	steps    stepper
}

// look notes which rows wait in memory.
func (w *walk) look() Watermark {
	h := w.history
	h.swap.RLock()
	defer h.swap.RUnlock()
	for _, t := range h.named[w.query.Stream] {
		for _, s := range t.sheets {
			w.waiting = append(w.waiting, slot{s.min, s.max + 1})
		}
	}
	return h.watermarkLocked(w.query.Stream)
}

// hasWaiting reports whether a row that waits may lie in a stretch of time.
func (w *walk) hasWaiting(s slot) bool {
	return slices.ContainsFunc(w.waiting, func(waits slot) bool { return waits.from < s.to && waits.to > s.from })
}

// piece takes in what begins at a time, and returns where it ends.
func (w *walk) piece(ctx context.Context, at int64) (int64, error) {
	for _, t := range w.suitable {
		end, ok, err := w.fromTier(t, at, true)
		if ok || err != nil {
			return end, err
		}
	}
	d := w.history.shards.at(at)
	if d != nil {
		return w.fromRows(ctx, at, w.evenly(at, min(d.end(), w.query.To)))
	}
	for _, t := range slices.Backward(w.history.tiers) {
		end, ok, err := w.fromTier(t, at, false)
		if ok || err != nil {
			return end, err
		}
	}
	end, err := w.emptyUntil(at)
	if err != nil {
		return end, err
	}
	return w.fromRows(ctx, at, end)
}

// evenly shortens a stretch of rows so that a tier can go on where it ends.
func (w *walk) evenly(at, end int64) int64 {
	if len(w.suitable) == 0 {
		return end
	}
	width := w.suitable[len(w.suitable)-1].width
	if next := floor(at, width) + width; next-at < width {
		return min(end, next)
	}
	return end
}

// emptyUntil returns where the next rows or sums begin.
func (w *walk) emptyUntil(at int64) (int64, error) {
	end := w.query.To
	for _, d := range w.history.shards.list(at, end) {
		end = min(end, max(d.start, at+1))
	}
	for _, t := range w.history.tiers {
		next, err := t.next(at, end)
		if err != nil {
			return end, fmt.Errorf("summarize %s: %w", w.query.Stream, err)
		}
		end = min(end, next)
	}
	return end, nil
}

// fromTier takes in what a source of a tier has from a time on. It reports
// false where the tier has none, where rows wait that belong to it, and where
// an exact answer needs the rows.
func (w *walk) fromTier(t *tier, at int64, exactly bool) (int64, bool, error) {
	end := at
	found, ok, err := t.read(w.history, w.query, at, func(source slot) bool {
		if end = min(source.to, w.query.To); !exactly {
			return true
		}
		end = min(source.to, floor(w.query.To, t.width))
		return (at == source.from || at%t.width == 0) && end > at && !w.hasWaiting(slot{at, end})
	})
	var all []started
	if ok {
		all, err = found.sums(w.history.unpacker)
	}
	if isDamage(err) {
		w.history.counters.damaged.Add(1)
		w.history.options.Logger.Error("sums of history skipped", "stream", w.query.Stream, "tier", t.name, "error", err)
		return end, false, nil
	}
	if err != nil || !ok {
		return end, false, err
	}
	return end, true, w.takeIn(all, found.source, slot{at, end})
}

// takeIn adds the buckets of a source that begin within a stretch of time.
func (w *walk) takeIn(all []started, source, within slot) error {
	for _, b := range all {
		if begins := max(b.start, source.from); begins < within.from || begins >= within.to {
			continue
		}
		open, err := w.steps.open(b.start)
		if err != nil {
			return err
		}
		open.merge(b.sums)
	}
	return nil
}

// fromRows takes in the rows of a stretch of time.
func (w *walk) fromRows(ctx context.Context, at, end int64) (int64, error) {
	q := Query{Stream: w.query.Stream, Fields: []string{w.query.Field}, From: at, To: end}
	_, err := w.history.Scan(ctx, q, func(c Chunk) error {
		for i, v := range c.Values[0] {
			if v.Kind() == tag.Absent {
				continue
			}
			open, err := w.steps.open(c.Times[i])
			if err != nil {
				return err
			}
			open.add(v)
		}
		return nil
	})
	return end, err
}
