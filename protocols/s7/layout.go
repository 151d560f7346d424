package s7

import (
	"cmp"
	"slices"

	"github.com/holdfast-edge/holdfast/protocols/s7/pdu"
)

// layout is where the readable points of a group are. It is immutable.
type layout struct {
	points  []*point // sorted by place
	slots   []int    // of the points, in the row
	between []int    // octets between a point and all before it in its block; 0 where they touch
}

func newLayout(group []*point) *layout {
	l := &layout{}
	for slot, p := range group {
		if p.readable {
			l.slots = append(l.slots, slot)
		}
	}
	slices.SortStableFunc(l.slots, func(at, other int) int {
		a, b := group[at], group[other]
		return cmp.Or(cmp.Compare(a.address.Area, b.address.Area), cmp.Compare(a.address.DB, b.address.DB),
			cmp.Compare(a.first(), b.first()), cmp.Compare(a.octets, b.octets))
	})
	end := 0
	for i, slot := range l.slots {
		p := group[slot]
		l.points = append(l.points, p)
		if !l.together(i) {
			end = p.first()
		}
		l.between = append(l.between, max(0, p.first()-end))
		end = max(end, p.first()+p.octets)
	}
	return l
}

// together reports whether a point is in the same block as the one before it.
func (l *layout) together(i int) bool {
	return i > 0 && l.points[i].address.Area == l.points[i-1].address.Area && l.points[i].address.DB == l.points[i-1].address.DB
}

// span is octets that are read for the points from lo up to but not including hi.
type span struct {
	lo, hi     int
	first, end int
}

// spanOf returns the span of points, all of one block.
func (l *layout) spanOf(lo, hi int) span {
	s := span{lo: lo, hi: hi, first: l.points[lo].first()}
	for _, p := range l.points[lo:hi] {
		s.end = max(s.end, p.first()+p.octets)
	}
	return s
}

// merge divides points into spans of at most so many octets, unless a single point has more. Where wall is set, a point is not
// read together with the one before it, nor where more than gap octets lie between them.
func (l *layout) merge(from, to int, wall []bool, gap, octets int) (spans []span) {
	for lo := from; lo < to; {
		s := l.spanOf(lo, lo+1)
		for hi := lo + 1; hi < to && l.together(hi) && !wall[hi] && l.between[hi] <= gap; hi++ {
			end := max(s.end, l.points[hi].first()+l.points[hi].octets)
			if end-s.first > octets {
				break
			}
			s.hi, s.end = hi+1, end
		}
		spans, lo = append(spans, s), s.hi
	}
	return spans
}

// block returns the area and the data block that a span is in.
func (l *layout) block(s span) (pdu.Area, uint16) {
	a := l.points[s.lo].address
	return a.Area, a.DB
}
