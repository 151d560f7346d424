package history

import (
	"cmp"
	"context"
	"math"
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

// Bucket sums up the values of a field over a stretch of time. Min, Max and
// Avg are over the numbers that are not Bad, and NaN where there are none.
type Bucket struct {
	Start int64 // nanoseconds since the Unix epoch
	Min   float64
	Max   float64
	Avg   float64
	Last  tag.Value // whatever its kind and quality
	Count int       // values of any kind and quality
	Good  float64   // share of them whose quality is Good, 0 to 1
}

// Buckets sums a field up over steps of step nanoseconds from from on. Steps
// without a value are left out.
func (h *History) Buckets(ctx context.Context, stream, field string, from, to, step int64) ([]Bucket, Watermark, error) {
	var buckets []Bucket
	sum := summary{step: max(step, 1), from: from}
	mark, err := h.Range(ctx, stream, field, from, to, func(at int64, v tag.Value) error {
		if start := sum.startOf(at); sum.count > 0 && start != sum.start {
			buckets = append(buckets, sum.bucket())
		}
		sum.add(at, v)
		return nil
	})
	if sum.count > 0 {
		buckets = append(buckets, sum.bucket())
	}
	return buckets, mark, err
}

// summary adds up one bucket at a time.
type summary struct {
	from, step         int64
	start              int64
	count, good, used  int
	sum, lowest, above float64
	last               tag.Value
}

func (s *summary) startOf(at int64) int64 { return s.from + floor(at-s.from, s.step) }

func (s *summary) add(at int64, v tag.Value) {
	if s.count == 0 {
		s.start, s.lowest, s.above = s.startOf(at), math.Inf(1), math.Inf(-1)
	}
	s.count++
	s.last = v
	if v.Quality().IsGood() {
		s.good++
	}
	if f, ok := v.Float(); ok && !v.IsNull() && f == f {
		s.used++
		s.sum += f
		s.lowest, s.above = min(s.lowest, f), max(s.above, f)
	}
}

// bucket returns the bucket and begins another one.
func (s *summary) bucket() Bucket {
	b := Bucket{
		Start: s.start, Min: s.lowest, Max: s.above, Avg: s.sum / float64(s.used),
		Last: s.last, Count: s.count, Good: float64(s.good) / float64(s.count),
	}
	if s.used == 0 {
		b.Min, b.Max, b.Avg = math.NaN(), math.NaN(), math.NaN()
	}
	*s = summary{from: s.from, step: s.step}
	return b
}
