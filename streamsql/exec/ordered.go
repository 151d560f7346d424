package exec

import (
	"cmp"
	"slices"
)

// ordered is records in the order of their times, and of equal times in that in
// which they came. One that comes in this order costs nothing but its place; one
// that does not, as those of a stream that lags behind the others, costs the
// logarithm of how many of those there are.
type ordered struct {
	run   []*record // each at or behind the one before
	early []*record // a heap of those that came behind a later one
	came  uint64
}

func (o *ordered) len() int { return len(o.run) + len(o.early) }

// add takes a kept record in.
func (o *ordered) add(r *record) {
	o.came++
	r.place = o.came
	if n := len(o.run); n == 0 || o.run[n-1].time <= r.time {
		o.run = append(o.run, r)
		return
	}
	o.early = append(o.early, r)
	o.rise(len(o.early) - 1)
}

// first returns the first record; there is one.
func (o *ordered) first() *record {
	if o.isEarly() {
		return o.early[0]
	}
	return o.run[0]
}

// pop takes the first record out; there is one.
func (o *ordered) pop() *record {
	if !o.isEarly() {
		first := o.run[0]
		o.run[0] = nil
		o.run = o.run[1:]
		return first
	}
	first, last := o.early[0], len(o.early)-1
	o.early[0], o.early[last] = o.early[last], nil
	o.early = o.early[:last]
	o.sink()
	return first
}

// last returns the last record; there is one. What is early is before it.
func (o *ordered) last() *record { return o.run[len(o.run)-1] }

// isEarly reports whether the first of all is in the heap.
func (o *ordered) isEarly() bool {
	return len(o.early) > 0 && (len(o.run) == 0 || byTime(o.early[0], o.run[0]) < 0)
}

// all returns the records in their order.
func (o *ordered) all() []*record {
	list := slices.Concat(o.early, o.run)
	slices.SortFunc(list, byTime)
	return list
}

func byTime(a, b *record) int {
	return cmp.Or(cmp.Compare(a.time, b.time), cmp.Compare(a.place, b.place))
}

// rise moves an element of the heap to where it is not before its parent.
func (o *ordered) rise(at int) {
	for at > 0 {
		parent := (at - 1) / 2
		if byTime(o.early[parent], o.early[at]) < 0 {
			return
		}
		o.early[parent], o.early[at] = o.early[at], o.early[parent]
		at = parent
	}
}

// sink moves the root of the heap to where it is before its children.
func (o *ordered) sink() {
	at := 0
	for {
		child := 2*at + 1
		if child >= len(o.early) {
			return
		}
		if next := child + 1; next < len(o.early) && byTime(o.early[next], o.early[child]) < 0 {
			child = next
		}
		if byTime(o.early[at], o.early[child]) < 0 {
			return
		}
		o.early[at], o.early[child] = o.early[child], o.early[at]
		at = child
	}
}
