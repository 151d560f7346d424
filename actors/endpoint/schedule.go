package endpoint

import (
	"hash/fnv"
	"time"
)

// grid is the times that scans share: they are due at multiples of it, so that a node wakes up once for all that are due
// within one, and not for each. What is due together is done before the next is, as long as the node keeps up at all.
const grid = 10 * time.Millisecond

// schedule says when the scans of one group are due. Scans keep their phase:
// a late one does not shift those after it, nor does one that is made at once
// because the device is back. It is pure; times carry a monotonic reading.
type schedule struct {
	every   time.Duration
	phase   time.Duration // of the first scan, from when it can be made
	first   time.Time     // when that was due: all others are whole intervals from it
	due     time.Time     // of the scan that comes next
	running time.Time     // due time of the scan in flight; zero: none
	meter   *Meter
}

// newSchedule returns the schedule of the named group. Groups are spread over
// their interval by name, so that a thousand devices do not ask at the same
// instant.
func newSchedule(name string, every time.Duration, meter *Meter) schedule {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name))
	spread := uint64(min(every, time.Second))
	return schedule{every: every, phase: time.Duration(h.Sum64() % spread), meter: meter}
}

// rest makes nothing due. A scan in flight stays in flight.
func (s *schedule) rest() { s.due = time.Time{} }

// resume makes a scan due when nothing is: at the group's phase the first time,
// at once after a rest.
func (s *schedule) resume(now time.Time) {
	switch {
	case !s.due.IsZero():
	case s.first.IsZero():
		s.first = onGrid(now.Add(s.phase), s.every)
		s.due = s.first
	case now.Before(s.first):
		s.due = s.first
	default:
		s.due = now
	}
}

// onGrid returns t, or the last time before it that is on the grid. For an interval that would leave the grid again it
// is a finer one, of which both are multiples.
func onGrid(t time.Time, every time.Duration) time.Time {
	shared := every
	for rest := grid; rest > 0; {
		shared, rest = rest, shared%rest
	}
	return t.Add(-time.Duration(t.UnixNano() % int64(shared)))
}

// wait returns how long it is until the next scan is due.
func (s *schedule) wait(now time.Time) time.Duration { return max(s.due.Sub(now), 0) }

// tick is called when a scan is due. It reports whether to start it, and moves
// on to the next.
func (s *schedule) tick(now time.Time) (start bool) {
	if s.due.IsZero() || now.Before(s.due) {
		return false
	}
	due := s.due
	s.due = s.after(due)
	if behind := now.Sub(s.due); behind >= 0 {
		missed := int64(behind/s.every) + 1
		s.meter.Overruns.Add(uint64(missed))
		s.due = s.due.Add(time.Duration(missed * int64(s.every)))
		due = s.due.Add(-s.every)
	}
	if !s.running.IsZero() {
		s.meter.Overruns.Add(1)
		return false
	}
	s.running = due
	return true
}

// after returns when the next scan is due after one that was at t: at the group's phase again, and not sooner than half
// an interval.
func (s *schedule) after(t time.Time) time.Time {
	since := t.Sub(s.first) + s.every/2
	return s.first.Add(since - since%s.every + s.every)
}

// done is called when the scan in flight has ended, in whatever way.
func (s *schedule) done(now time.Time) {
	if s.running.IsZero() {
		return
	}
	s.meter.Scans.Add(1)
	if now.Sub(s.running) > s.every {
		s.meter.Late.Add(1)
	}
	s.running = time.Time{}
}

// drop forgets the scan in flight: its session is gone.
func (s *schedule) drop() { s.running = time.Time{} }
