// Package absence remembers what a device turned out not to have, so that what it has is read in few requests all the same. It is
// pure: whoever reads tells it what was refused and what was answered.
//
//	several points refused together ─▶ a wall: two parts, read by themselves from then on
//	one point refused by itself     ─▶ a hole: asked again after 2, 4, 8 … MaxWait scans
//	a hole answered                 ─▶ the device has changed: all is forgotten, and found out anew
package absence

import "github.com/holdfast-edge/holdfast/tag"

// MaxWait is the most scans that pass before a hole is asked again.
const MaxWait = 256

// Learnt is what the device's refusals have taught of points that are sorted by their place in it. Points are named by their
// index. It is not for concurrent use.
type Learnt struct {
	walls []bool        // not to be read together with the one before
	holes map[int]*hole // points that the device does not have
	scan  int           // counts scans
	stale bool          // something was learnt since the scan began
}

// hole is a point that the device refused by itself.
type hole struct {
	quality tag.Quality
	wait    int // scans until it is asked again
	due     int // the scan to ask it in
}

// Of returns that nothing is known of so many points.
func Of(points int) Learnt {
	return Learnt{walls: make([]bool, points), holes: map[int]*hole{}, stale: true}
}

// Begin begins a scan. It reports whether something was learnt since the one before: Walls and Runs are others then.
func (l *Learnt) Begin() (changed bool) {
	l.scan++
	changed, l.stale = l.stale, false
	return changed
}

// Walls tells of each point whether it is not to be read together with the one before it. It is not to be written to.
func (l *Learnt) Walls() []bool { return l.walls }

// Runs yields what is left of the points without the holes: those from lo up to but not including hi.
func (l *Learnt) Runs(yield func(lo, hi int) bool) {
	for lo := 0; lo < len(l.walls); {
		hi := lo
		for hi < len(l.walls) && l.holes[hi] == nil {
			hi++
		}
		if hi > lo && !yield(lo, hi) {
			return
		}
		lo = hi + 1
	}
}

// AppendDue appends the holes whose turn it is; where idle says that there is nothing else to ask, one at least, so that a device
// that refuses everything is still seen to be there.
func (l *Learnt) AppendDue(dst []int, idle bool) []int {
	next, none := -1, len(dst)
	for i, h := range l.holes {
		if h.due <= l.scan {
			dst = append(dst, i)
		} else if next < 0 || h.due < l.holes[next].due {
			next = i
		}
	}
	if idle && len(dst) == none && next >= 0 {
		dst = append(dst, next)
	}
	return dst
}

// Divide learns that the points from lo up to but not including hi, several, were refused together, and returns where to read them
// apart: before the point with the most unasked-for in front of it, since that is the likeliest to be missing; else in the middle. between is
// what lies in front of each point.
func (l *Learnt) Divide(lo, hi int, between []int) (at int) {
	at = (lo + hi) / 2
	for i := lo + 1; i < hi; i++ {
		if between[i] > between[at] {
			at = i
		}
	}
	l.walls[at], l.stale = true, true
	return at
}

// Refused makes a point a hole, or lets one wait longer.
func (l *Learnt) Refused(i int, q tag.Quality) {
	h := l.holes[i]
	if h == nil {
		h = &hole{wait: 1}
		l.holes[i], l.stale = h, true
	}
	h.quality = q
	h.wait = min(2*h.wait, MaxWait)
	h.due = l.scan + h.wait
}

// Answered learns from a read that succeeded. Where that was a hole, the device has changed since: all that was learnt is
// forgotten, for the next scans to find out again.
func (l *Learnt) Answered(lo, hi int) {
	if hi-lo != 1 || l.holes[lo] == nil {
		return
	}
	clear(l.holes)
	clear(l.walls)
	l.stale = true
}

// Holes yields the holes, and why each is one.
func (l *Learnt) Holes(yield func(i int, q tag.Quality) bool) {
	for i, h := range l.holes {
		if !yield(i, h.quality) {
			return
		}
	}
}
