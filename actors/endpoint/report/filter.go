package report

import (
	"math"
	"time"

	"github.com/holdfast-edge/holdfast/tag"
)

// Sample is a value at its source time, in ns since the Unix epoch.
type Sample struct {
	Value tag.Value
	Time  int64
}

// Rule says when a value is news.
type Rule struct {
	Deviation float64       // in the unit of the scaled value; 0: any change is news
	Door      bool          // corners of lines are reported, else what leaves the band around the last report
	Heartbeat time.Duration // the longest time without a report; 0: none
}

// Filter decides for one tag. The zero Filter reports every change. It has one owner.
type Filter struct {
	Rule

	begun    bool
	reported Sample // the last one
	door     door
}

// Offer takes in the next value and appends what of it is to be reported, in
// the order of time: nothing, the value, a corner before it, or both.
func (f *Filter) Offer(dst []Sample, s Sample) []Sample {
	switch {
	case !f.begun:
	case f.changedKind(s):
		dst = f.Flush(dst)
	case f.Door && isNumber(s.Value):
		return f.offerToDoor(dst, s)
	case !f.news(s.Value) && !f.overdue(s):
		return dst
	}
	return f.report(dst, s)
}

// Flush appends the value that waits to become a corner, where there is one: no
// other will follow.
func (f *Filter) Flush(dst []Sample) []Sample {
	if held, ok := f.door.held(); ok {
		f.door = door{}
		f.reported = held
		return append(dst, held)
	}
	return dst
}

// Reset forgets everything: the next value is news.
func (f *Filter) Reset() { *f = Filter{Rule: f.Rule} }

func (f *Filter) report(dst []Sample, s Sample) []Sample {
	f.begun, f.reported, f.door = true, s, door{}
	return append(dst, s)
}

// changedKind reports whether a value is of another quality, or no number where
// the last was one, or the other way round.
func (f *Filter) changedKind(s Sample) bool {
	last := f.reported.Value
	return s.Value.Quality() != last.Quality() || isNumber(s.Value) != isNumber(last)
}

// news reports whether a value has left the band.
func (f *Filter) news(v tag.Value) bool {
	last := f.reported.Value
	if f.Deviation == 0 || !isNumber(v) {
		return !v.Equal(last)
	}
	return math.Abs(number(v)-number(last)) > f.Deviation
}

func (f *Filter) overdue(s Sample) bool {
	return f.Heartbeat > 0 && s.Time-f.reported.Time >= int64(f.Heartbeat)
}

// offerToDoor reports the corner that a value makes of the one before it, and
// the value itself where its heartbeat has come or time has not gone on.
func (f *Filter) offerToDoor(dst []Sample, s Sample) []Sample {
	if s.Time <= f.newest().Time {
		if s.Value.Equal(f.newest().Value) {
			return dst
		}
		return f.report(f.Flush(dst), s)
	}
	if !f.door.passes(f.reported, s) {
		dst = f.Flush(dst)
	}
	if f.overdue(s) {
		return f.report(dst, s)
	}
	f.door.admit(f.reported, s, f.Deviation)
	return dst
}

// newest returns what was offered last.
func (f *Filter) newest() Sample {
	if held, ok := f.door.held(); ok {
		return held
	}
	return f.reported
}

// isNumber reports whether a value can be compared with a deviation.
func isNumber(v tag.Value) bool {
	return v.Kind().IsNumber() && !math.IsNaN(number(v))
}

func number(v tag.Value) float64 {
	n, _ := v.Float()
	return n
}
