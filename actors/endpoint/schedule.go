package endpoint

import (
	"hash/fnv"
	"time"
)

// schedule says when the scans of one group are due. Scans keep their phase:
// a late one does not shift those after it. It is pure; times carry a
// monotonic reading.
type schedule struct {
	every   time.Duration
	due     time.Time // of the scan that comes next
	running time.Time // due time of the scan in flight; zero: none
	meter   *Meter
}

// begin sets the phase. Devices of the same interval are spread over it by
// name, so that a thousand of them do not ask at the same instant.
func (s *schedule) begin(name string, now time.Time) {
	s.running = time.Time{}
	h := fnv.New64a()
	_, _ = h.Write([]byte(name))
	spread := min(s.every, time.Second)
	s.due = now.Add(time.Duration(h.Sum64() % uint64(spread)))
}

// rest makes nothing due. A scan in flight stays in flight.
func (s *schedule) rest() { s.due = time.Time{} }

// resume makes a scan due at once, and its time the phase, after a rest.
func (s *schedule) resume(now time.Time) {
	if s.due.IsZero() {
		s.due = now
	}
}

// wait returns how long it is until the next scan is due.
func (s *schedule) wait(now time.Time) time.Duration { return max(s.due.Sub(now), 0) }

// tick is called when a scan is due. It reports whether to start it, and moves
// on to the next.
func (s *schedule) tick(now time.Time) (start bool) {
	if now.Before(s.due) {
		return false
	}
	due := s.due
	s.due = due.Add(s.every)
	if missed := now.Sub(s.due) / s.every; missed >= 0 && !now.Before(s.due) {
		s.meter.Overruns.Add(uint64(missed) + 1)
		due = due.Add((missed + 1) * s.every)
		s.due = due.Add(s.every)
	}
	if !s.running.IsZero() {
		s.meter.Overruns.Add(1)
		return false
	}
	s.running = due
	return true
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
