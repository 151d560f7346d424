package tables

import (
	"context"
	"slices"

	"github.com/holdfast-edge/holdfast/store/walk"
	"github.com/holdfast-edge/holdfast/tag"
)

// head is where a scan stands in one stream.
type head struct {
	walker *walk.Walker
	span   span
	back   bool
	window *walk.Window
	row    int
	done   bool
}

// begin goes to the first row of a scan.
func (h *head) begin(ctx context.Context, s span, back bool) (err error) {
	h.span, h.back, h.done = s, back, s.from >= s.to
	switch {
	case h.done:
		return nil
	case back:
		h.window, err = h.walker.Until(ctx, s.to)
	default:
		h.window, err = h.walker.From(ctx, s.from)
	}
	if err != nil {
		return err
	}
	h.row, _ = slices.BinarySearch(h.window.Times, s.from)
	if back {
		h.row, _ = slices.BinarySearch(h.window.Times, s.to)
		h.row--
	}
	return h.settle(ctx)
}

// next goes on by a row.
func (h *head) next(ctx context.Context) error {
	if h.back {
		h.row--
	} else {
		h.row++
	}
	return h.settle(ctx)
}

// settle goes on to a window that has the row, or ends the scan.
func (h *head) settle(ctx context.Context) (err error) {
	for h.row < 0 || h.row >= len(h.window.Times) {
		edge := h.window.To
		if h.back {
			edge = h.window.From
		}
		if h.done = edge <= h.span.from && h.back || edge >= h.span.to && !h.back; h.done {
			return nil
		}
		if h.back {
			h.window, err = h.walker.Until(ctx, edge)
		} else {
			h.window, err = h.walker.From(ctx, edge)
		}
		if err != nil {
			return err
		}
		h.row = 0
		if h.back {
			h.row = len(h.window.Times) - 1
		}
	}
	h.done = h.time() < h.span.from || h.time() >= h.span.to
	return nil
}

func (h *head) time() int64 { return h.window.Times[h.row] }

// value returns a value of the row, by the place of its field among those that
// the walker reads.
func (h *head) value(column int) tag.Value { return h.window.Values[column][h.row] }

// identity returns a number that the row has in every scan, of the n-th series,
// and that another row has by a chance of one in 2^64: its time, with how many
// rows of the same time stand before it.
func (h *head) identity(series int) int64 {
	same := 0
	for h.row-same > 0 && h.window.Times[h.row-same-1] == h.time() {
		same++
	}
	return mixed(h.time(), int64(series), int64(same))
}

// mixed makes one number of several (the finalizer of SplitMix64).
func mixed(parts ...int64) int64 {
	var x uint64
	for _, p := range parts {
		x += uint64(p) + 0x9E3779B97F4A7C15
		x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
		x = (x ^ x>>27) * 0x94D049BB133111EB
		x ^= x >> 31
	}
	return int64(x)
}
