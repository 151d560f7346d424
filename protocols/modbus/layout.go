package modbus

import (
	"cmp"
	"slices"
)

// layout is where the points of a group are in its devices. It is immutable, and one for all devices of a kind.
type layout struct {
	group   []*point // in the order of the row
	points  []*point // the readable ones, sorted as extents are
	slots   []int32  // of the points, in the row
	extents []extent
	between []int // gaps
}

// layoutOf returns the layout of points, which the first of them remembers.
func layoutOf(points []*point) *layout {
	if len(points) == 0 {
		return newLayout(points)
	}
	if l := points[0].begins.Load(); l != nil && slices.Equal(l.group, points) {
		return l
	}
	l := newLayout(points)
	points[0].begins.Store(l)
	return l
}

func newLayout(points []*point) *layout {
	l := &layout{group: points, slots: make([]int32, 0, len(points))}
	for slot, point := range points {
		if point.readable {
			l.slots = append(l.slots, int32(slot))
		}
	}
	slices.SortStableFunc(l.slots, func(at, other int32) int {
		a, b := points[at], points[other]
		return cmp.Or(cmp.Compare(a.area, b.area), cmp.Compare(a.first, b.first), cmp.Compare(a.span, b.span))
	})
	l.points = make([]*point, 0, len(l.slots))
	l.extents = make([]extent, 0, len(l.slots))
	for _, slot := range l.slots {
		point := points[slot]
		l.points = append(l.points, point)
		l.extents = append(l.extents, extent{area: point.area, first: int(point.first), end: int(point.first) + point.span})
	}
	l.between = gaps(l.extents)
	return l
}
