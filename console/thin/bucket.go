package thin

import "slices"

// bucket is what is kept of one stretch of time. Of values without a height it
// keeps the first and the last.
type bucket struct {
	least, greatest, gap spot
}

// spot is a point that is kept, and its place among the samples of its bucket:
// times alone may be equal.
type spot struct {
	point Point
	order int // 0: nothing is kept
}

func (b *bucket) add(p Point) {
	s := spot{p, b.count() + 1}
	if IsGap(p.Value) {
		if b.gap.order == 0 {
			b.gap = s
		}
		return
	}
	n, high := number(p.Value)
	if b.least.order == 0 {
		b.least, b.greatest = s, s
		return
	}
	if least, _ := number(b.least.point.Value); high && n < least {
		b.least = s
	}
	if greatest, _ := number(b.greatest.point.Value); !high || n > greatest {
		b.greatest = s
	}
}

// count is no less than the order of anything kept.
func (b *bucket) count() int { return max(b.least.order, b.greatest.order, b.gap.order) }

// append appends what is kept, in order.
func (b *bucket) append(points []Point) []Point {
	kept := make([]spot, 0, perBucket)
	for _, s := range []spot{b.least, b.greatest, b.gap} {
		if s.order > 0 && !slices.ContainsFunc(kept, func(k spot) bool { return k.order == s.order }) {
			kept = append(kept, s)
		}
	}
	slices.SortFunc(kept, func(x, y spot) int { return x.order - y.order })
	for _, s := range kept {
		points = append(points, s.point)
	}
	return points
}
