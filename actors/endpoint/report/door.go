package report

import "math"

// door is the slopes of the straight lines from a corner that pass every value
// since within the deviation.
type door struct {
	last      Sample
	any       bool // last is one
	low, high float64
}

// held returns the last value that came through, which becomes a corner when
// the door closes.
func (d *door) held() (Sample, bool) { return d.last, d.any }

// passes reports whether the straight line from the corner to a later value
// passes all values in between.
func (d *door) passes(corner, s Sample) bool {
	if !d.any {
		return true
	}
	slope := slopeOf(corner, s, 0)
	return slope >= d.low && slope <= d.high
}

// admit takes a value that passes.
func (d *door) admit(corner, s Sample, deviation float64) {
	low, high := slopeOf(corner, s, -deviation), slopeOf(corner, s, deviation)
	if d.any {
		low, high = math.Max(d.low, low), math.Min(d.high, high)
	}
	d.last, d.any, d.low, d.high = s, true, low, high
}

// slopeOf returns the slope of the line from a corner to what lies so much above a value, in units per ns.
func slopeOf(corner, s Sample, above float64) float64 {
	return (number(s.Value) + above - number(corner.Value)) / float64(s.Time-corner.Time)
}
