package fn

import "slices"

// sorted is numbers in order. Putting one in and taking one out moves those
// above it, which for the rows of a window is faster than a tree.
type sorted []float64

func (s *sorted) insert(x float64) {
	at, _ := slices.BinarySearch(*s, x)
	*s = slices.Insert(*s, at, x)
}

// remove takes out one of the value, if there is one.
func (s *sorted) remove(x float64) {
	if at, found := slices.BinarySearch(*s, x); found {
		*s = slices.Delete(*s, at, at+1)
	}
}

// merged returns the numbers of both in order.
func merged(a, b sorted) sorted {
	out := make(sorted, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if b[0] < a[0] {
			a, b = b, a
		}
		out, a = append(out, a[0]), a[1:]
	}
	return append(append(out, a...), b...)
}
