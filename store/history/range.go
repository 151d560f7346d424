package history

import (
	"cmp"
	"context"
	"slices"

	"github.com/holdfast-edge/holdfast/tag"
)

// Range calls fn with each value of a field in the rows at times from from up to
// but not including to, in nanoseconds since the Unix epoch, in the order of
// time. A value is given with its own time where the source gave it one, which
// may lie outside, else with that of its row.
func (h *History) Range(ctx context.Context, stream, field string, from, to int64, fn func(at int64, v tag.Value) error) (Watermark, error) {
	q := Query{Stream: stream, Fields: []string{field}, From: from, To: to}
	return h.Scan(ctx, q, func(c Chunk) error {
		times, values := c.Times, c.Values[0]
		if c.Stamps[0] != nil {
			times, values = byStamp(c.Stamps[0], values)
		}
		for i, v := range values {
			if v.Kind() == tag.Absent {
				continue
			}
			if err := fn(times[i], v); err != nil {
				return err
			}
		}
		return nil
	})
}

// byStamp orders values by times of their own.
func byStamp(stamps []int64, values []tag.Value) ([]int64, []tag.Value) {
	if slices.IsSorted(stamps) {
		return stamps, values
	}
	order := make([]int, len(stamps))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(stamps[a], stamps[b]) })
	return reordered(stamps, order), reordered(values, order)
}
