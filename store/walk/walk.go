// Package walk goes through the rows of a stream a window of time at a time,
// forth or back, for those who ask for one row after the other. A window is as
// wide as the rows are sparse, so that a walk through a year of rows takes no
// more memory than one through an hour of them.
package walk

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/holdfast-edge/holdfast/store/history"
)

// Source is where the rows are: a *history.History.
type Source interface {
	Scan(ctx context.Context, q history.Query, fn func(history.Chunk) error) (history.Watermark, error)
}

// Window is the rows of a stretch of time.
type Window struct {
	From, To int64 // To not included
	history.Chunk
}

// Has reports whether a time is in the window.
func (w *Window) Has(at int64) bool { return at >= w.From && at < w.To }

// The widths of windows, and the values that one should have: of one field some
// hours at a second, of a thousand fields some rows.
const (
	firstWidth = int64(15 * time.Minute)
	minWidth   = int64(time.Second)
	maxWidth   = int64(7 * 24 * time.Hour)
	maxBack    = int64(time.Hour)
	wider      = 8
	fewCells   = 32 << 10
	manyCells  = 256 << 10
)

// NoFields asks for the times of the rows and for no field.
const NoFields = ""

// Walker goes through one stream. It is for one goroutine. The zero value is
// not usable: see New.
type Walker struct {
	source Source
	query  history.Query
	width  int64
	limit  int64 // windows end there
	last   Window
}

// New returns a walker over the fields of a stream, whose columns come in the
// same order. NoFields is one that nothing has.
func New(source Source, stream string, fields []string) *Walker {
	return &Walker{source: source, query: history.Query{Stream: stream, Fields: fields}, width: firstWidth, limit: math.MaxInt64}
}

// EndAt lets no window go on behind a time, but for one that is asked for there.
func (w *Walker) EndAt(limit int64) { w.limit = limit }

// From returns the window that has a time, or one that begins with it. It is
// the walker's until the next call that needs another.
func (w *Walker) From(ctx context.Context, at int64) (*Window, error) {
	if w.last.Has(at) {
		return &w.last, nil
	}
	return w.load(ctx, at, max(min(plus(at, w.width), w.limit), plus(at, 1)), true)
}

// Until returns the window that has the moment before a time, or one that ends
// with the time.
func (w *Walker) Until(ctx context.Context, to int64) (*Window, error) {
	if w.last.Has(to - 1) {
		return &w.last, nil
	}
	return w.load(ctx, plus(to, -min(w.width, maxBack)), to, false)
}

// plus adds without leaving the range.
func plus(at, width int64) int64 {
	switch {
	case width > 0 && at > math.MaxInt64-width:
		return math.MaxInt64
	case width < 0 && at < math.MinInt64-width:
		return math.MinInt64
	}
	return at + width
}

// errEnough ends a scan before its end.
var errEnough = errors.New("enough rows")

// load reads a window. Walking forth it ends early where that makes enough
// rows; walking back it has to go to its end.
func (w *Walker) load(ctx context.Context, from, to int64, forth bool) (*Window, error) {
	w.query.From, w.query.To = from, to
	next := Window{From: from, To: to}
	_, err := w.source.Scan(ctx, w.query, func(c history.Chunk) error {
		next.append(c)
		if rows := len(next.Times); forth && w.cells(rows) >= fewCells {
			next.To = next.Times[rows-1] + 1
			return errEnough
		}
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		w.last = Window{}
		return nil, err
	}
	w.adapt(len(next.Times))
	w.last = next
	return &w.last, nil
}

func (w *Walker) cells(rows int) int { return rows * max(len(w.query.Fields), 1) }

// adapt makes the next window wider where the last had few values, and narrower
// where it had many.
func (w *Walker) adapt(rows int) {
	switch cells := w.cells(rows); {
	case cells < fewCells:
		w.width = min(wider*w.width, maxWidth)
	case cells > manyCells:
		w.width = max(int64(float64(w.width)*fewCells/float64(cells)), minWidth)
	}
}

// append puts a chunk of later rows behind those that the window has. Both have
// the fields that were asked for, in the same order.
func (w *Window) append(c history.Chunk) {
	if len(w.Times) == 0 {
		w.Chunk = c
		return
	}
	for i := range w.Values {
		w.Stamps[i] = joinStamps(w.Stamps[i], w.Times, c.Stamps[i], c.Times)
		w.Values[i] = append(w.Values[i], c.Values[i]...)
	}
	w.Times = append(w.Times, c.Times...)
}

// joinStamps joins the times of values, which are those of the rows where there
// are none.
func joinStamps(a, aTimes, b, bTimes []int64) []int64 {
	if a == nil && b == nil {
		return nil
	}
	if a == nil {
		a = append([]int64(nil), aTimes...)
	}
	if b == nil {
		b = bTimes
	}
	return append(a, b...)
}
