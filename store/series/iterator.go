package series

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/tsdb/chunkenc"

	"github.com/holdfast-edge/holdfast/store/walk"
	"github.com/holdfast-edge/holdfast/tag"
)

const millisecond = int64(time.Millisecond)

// millis are milliseconds since the Unix epoch. The name keeps vet from taking
// the engine's Seek for that of io.Seeker.
type millis = int64

// iterator goes through the samples of a series, of which it holds a window.
// Times are milliseconds since the Unix epoch, both ends included.
type iterator struct {
	ctx      context.Context //nolint:containedctx // the engine's iterators have none
	walker   *walk.Walker
	from, to int64
	limit    int64 // of the times of rows, in nanoseconds, not included
	window   *walk.Window
	row      int
	at       int64
	value    float64
	state    chunkenc.ValueType
	begun    bool
	err      error
}

func newIterator(ctx context.Context, w *walk.Walker, from, to int64) *iterator {
	limit := nanos(to)
	limit += min(millisecond, math.MaxInt64-limit)
	w.EndAt(limit)
	return &iterator{ctx: ctx, walker: w, from: from, to: to, limit: limit, at: math.MinInt64}
}

// Next goes to the next sample.
func (i *iterator) Next() chunkenc.ValueType {
	if i.err != nil || i.begun && i.state == chunkenc.ValNone {
		return chunkenc.ValNone
	}
	if !i.begun {
		return i.jump(i.from)
	}
	i.row++
	return i.settle(i.from)
}

// Seek goes to the first sample at or after a time.
func (i *iterator) Seek(t millis) chunkenc.ValueType {
	switch {
	case i.err != nil || i.begun && i.state == chunkenc.ValNone:
		return chunkenc.ValNone
	case i.begun && i.at >= t:
		return i.state
	}
	return i.jump(max(t, i.from))
}

// jump goes to a time, past what lies between.
func (i *iterator) jump(t int64) chunkenc.ValueType {
	i.begun = true
	at := nanos(t)
	if i.window == nil || !i.window.Has(at) {
		if i.load(at); i.err != nil {
			return i.end()
		}
	}
	row, _ := slices.BinarySearch(i.window.Times, at)
	i.row = max(i.row, row)
	return i.settle(t)
}

func (i *iterator) load(at int64) {
	i.window, i.err = i.walker.From(i.ctx, at)
	i.row = 0
}

// settle goes on to a row that has a sample of a time later than the last, and
// not before t.
func (i *iterator) settle(t int64) chunkenc.ValueType {
	for {
		for ; i.row < len(i.window.Times); i.row++ {
			at, v, ok := i.sample()
			switch {
			case !ok || at <= i.at || at < t:
			case at > i.to:
				return i.end()
			default:
				i.at, i.value, i.state = at, v, chunkenc.ValFloat
				return i.state
			}
		}
		if i.window.To >= i.limit {
			return i.end()
		}
		if i.load(i.window.To); i.err != nil {
			return i.end()
		}
	}
}

func (i *iterator) end() chunkenc.ValueType {
	i.state = chunkenc.ValNone
	return i.state
}

// sample is that of the row, where it has one.
func (i *iterator) sample() (at int64, f float64, ok bool) {
	v := i.window.Values[0][i.row]
	if f, ok = v.Float(); !ok {
		return 0, 0, v.Kind() == tag.Null && v.Quality().IsBad() && i.stale(&at, &f)
	}
	i.stale(&at, &f)
	if !v.Quality().IsBad() {
		f, _ = v.Float()
	}
	return at, f, true
}

// stale is a marker at the time of the row's value.
func (i *iterator) stale(at *int64, f *float64) bool {
	nanos := i.window.Times[i.row]
	if stamps := i.window.Stamps[0]; stamps != nil {
		nanos = stamps[i.row]
	}
	*at, *f = floorTo(nanos, millisecond)/millisecond, math.Float64frombits(value.StaleNaN)
	return true
}

// At returns the sample.
func (i *iterator) At() (int64, float64) { return i.at, i.value }

// AtT returns its time.
func (i *iterator) AtT() int64 { return i.at }

// AtST returns 0: the start of a counter is not known.
func (*iterator) AtST() int64 { return 0 }

// AtHistogram returns nothing: there are no histograms.
func (i *iterator) AtHistogram(*histogram.Histogram) (int64, *histogram.Histogram) { return i.at, nil }

// AtFloatHistogram returns nothing: there are no histograms.
func (i *iterator) AtFloatHistogram(*histogram.FloatHistogram) (int64, *histogram.FloatHistogram) {
	return i.at, nil
}

// Err returns why the samples ended early.
func (i *iterator) Err() error { return i.err }

// nanos are milliseconds as nanoseconds, or the nearest that there are.
func nanos(t int64) int64 {
	return max(min(t, math.MaxInt64/millisecond), math.MinInt64/millisecond) * millisecond
}

// floorTo returns the last multiple of a step at or before a time.
func floorTo(at, step int64) int64 {
	f := at - at%step
	if f > at {
		f -= step
	}
	return f
}
