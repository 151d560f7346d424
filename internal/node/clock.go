package node

import (
	"fmt"
	"sync"
	"time"

	"github.com/holdfast-edge/holdfast/console"
)

// clockWatch compares the wall clock with the monotonic one, and says whether
// the wall clock is to be believed. It is pure: both are arguments. The goroutine
// of the vigil looks; anybody may ask.
//
//	untrusted ── it is not before the floor, or the system says that it is in step ──▶ trusted
//
// The floor is a time that has been: when the program was built, and what the
// clock has shown to this node before. A clock that is trusted stays so; its
// steps are counted and told.
type clockWatch struct {
	built time.Time // it cannot be earlier

	mu        sync.Mutex
	floor     time.Time
	wall      time.Time // at the last look
	elapsed   time.Duration
	untrusted bool
	since     time.Duration // elapsed when it was first not trusted
	steps     console.Clock
	open      []shift // of the time that was not trusted, not yet known how far off it was
	known     []shift
	life      uint64        // of the log
	first     uint64        // position of what this process is the first to append
	trust     chan struct{} // closed when it is trusted
}

// Bounds of the watch: less than leastStep is what keeping a clock in step
// does; a floor further ahead of the program than longestLife was a wrong clock;
// a clock that nobody sets for patientFor is believed as soon as it is later than
// the program.
const (
	leastStep   = time.Second
	longestLife = 20 * 365 * 24 * time.Hour
	patientFor  = time.Hour
	keptShifts  = 16
)

// newClockWatch begins with both clocks as they are, and the latest that the wall
// clock has shown before.
func newClockWatch(built, before, wall time.Time, elapsed time.Duration, synchronized bool) *clockWatch {
	w := &clockWatch{built: built, floor: built, wall: wall.Round(0), elapsed: elapsed, since: elapsed, trust: make(chan struct{})}
	if before.After(w.floor) && before.Before(built.Add(longestLife)) {
		w.floor = before
	}
	if w.untrusted = w.wall.Before(w.floor) && !synchronized; !w.untrusted {
		close(w.trust)
	}
	return w
}

// look takes what both clocks show, and returns what is new, in words.
func (w *clockWatch) look(wall time.Time, elapsed time.Duration, synchronized bool) (told []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	wall = wall.Round(0) // without the monotonic clock
	expected := w.wall.Add(elapsed - w.elapsed)
	step := wall.Sub(expected)
	if step.Abs() >= leastStep {
		told = append(told, w.stepped(expected, wall, step))
	}
	if w.untrusted && step.Abs() < leastStep {
		w.extend(wall)
	}
	w.wall, w.elapsed = wall, elapsed
	if w.untrusted && w.believable(wall, elapsed, synchronized) {
		told = append(told, "the clock is trusted now: it shows "+wall.UTC().Format(time.RFC3339))
		w.begin(wall)
	}
	return told
}

// stepped counts a step. Whoever set a trusted clock back meant it.
func (w *clockWatch) stepped(expected, wall time.Time, step time.Duration) string {
	if step > 0 {
		w.steps.Forward++
	} else {
		w.steps.Back++
	}
	w.steps.Last, w.steps.Stepped = step, wall.UTC()
	if w.untrusted {
		w.extend(expected)
		for i := range w.open {
			w.open[i].By += int64(step)
		}
		w.open = append(w.open, w.stretch(wall))
		w.since = w.elapsed
	}
	direction := "forward"
	if step < 0 {
		direction = "back"
	}
	return fmt.Sprintf("the clock was set %s by %s, from %s to %s", direction, step.Abs().Round(time.Millisecond), expected.UTC().Format(time.RFC3339), wall.UTC().Format(time.RFC3339))
}

func (w *clockWatch) believable(wall time.Time, elapsed time.Duration, synchronized bool) bool {
	return synchronized || !wall.Before(w.floor) || !wall.Before(w.built) && elapsed-w.since >= patientFor
}

// begin trusts the clock, and knows now how far off it was before.
func (w *clockWatch) begin(wall time.Time) {
	w.settle()
	w.untrusted, w.floor = false, wall
	close(w.trust)
}

// trusted is closed once the clock is trusted.
func (w *clockWatch) trusted() <-chan struct{} { return w.trust }

// show tells how the clock is doing.
func (w *clockWatch) show() console.Clock {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := w.steps
	c.Trusted = !w.untrusted
	return c
}

// trouble tells of a clock that is not trusted; empty for one that is.
func (w *clockWatch) trouble() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.untrusted {
		return ""
	}
	return fmt.Sprintf("the clock shows %s, and it has been %s already: values go into the history once it is set",
		w.wall.UTC().Format(time.RFC3339), w.floor.UTC().Format(time.RFC3339))
}
