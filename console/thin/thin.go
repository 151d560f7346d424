// Package thin makes a long run of samples into a curve of no more points than
// a screen can show, without hiding what an operator looks for: every extreme
// stays, and where there was no value there is a gap. It is pure, and sees each
// sample once.
//
// As long as the samples are few enough all of them stay. Then the time is cut
// into equal buckets, and each keeps at most three points in their order: its
// least, its greatest, and its first gap.
//
//	·  ·      ╷ ·╷         ╷              max ·
//	 ·   · ·  │  │ (Bad)   │     ═▶           │  (gap)
//	·  ·      │ ·│         │              min ·
//	──────────┴──┴─────────┴──
package thin

import (
	"math"

	"github.com/holdfast-edge/holdfast/tag"
)

// MinPoints is the least number of points that a curve can be asked to have.
const MinPoints = perBucket

// perBucket is how many points a bucket keeps.
const perBucket = 3

// Point is a value at a time. A value that evaluates as NULL is a gap.
type Point struct {
	Time  int64 // ns since 1970 UTC
	Value tag.Value
}

// Curve takes samples and gives points. Use New.
type Curve struct {
	from, width int64
	limit       int
	taken       int
	all         []Point  // until there are too many
	buckets     []bucket // then
}

// New returns a curve of the time from up to but not including to, both in ns
// since 1970 UTC, of at most limit points; fewer than MinPoints are taken for
// MinPoints.
func New(from, to int64, limit int) *Curve {
	limit = max(limit, MinPoints)
	buckets := int64(limit / perBucket)
	span := max(to-from, 1)
	return &Curve{from: from, width: (span + buckets - 1) / buckets, limit: limit}
}

// Taken returns how many samples were added.
func (c *Curve) Taken() int { return c.taken }

// Add takes the next sample. The samples come in the order of time; one outside
// of the curve's time is taken for one at its edge.
func (c *Curve) Add(at int64, v tag.Value) {
	c.taken++
	p := Point{Time: at, Value: v.Clone()}
	if c.buckets != nil {
		c.put(p)
		return
	}
	c.all = append(c.all, p)
	if len(c.all) > c.limit {
		c.fold()
	}
}

// fold puts what is there into buckets.
func (c *Curve) fold() {
	c.buckets = make([]bucket, c.limit/perBucket)
	for _, p := range c.all {
		c.put(p)
	}
	c.all = nil
}

func (c *Curve) put(p Point) {
	i := (p.Time - c.from) / c.width
	c.buckets[min(max(i, 0), int64(len(c.buckets)-1))].add(p)
}

// Points returns the points in the order of time.
func (c *Curve) Points() []Point {
	if c.buckets == nil {
		return c.all
	}
	points := make([]Point, 0, c.limit)
	for i := range c.buckets {
		points = c.buckets[i].append(points)
	}
	return points
}

// number returns what a value counts as on a curve; ok is false for one that
// has no height, such as a text.
func number(v tag.Value) (n float64, ok bool) {
	if v.Kind() == tag.Bool {
		if v.Bool() {
			return 1, true
		}
		return 0, true
	}
	n, ok = v.Float()
	return n, ok && !math.IsNaN(n)
}

// IsGap reports whether a curve is interrupted at a value.
func IsGap(v tag.Value) bool {
	if v.IsNull() {
		return true
	}
	f, isNumber := v.Float()
	return isNumber && math.IsNaN(f)
}
