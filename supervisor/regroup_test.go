package supervisor

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// line is a rest-for-one parent with children that obey in their own time.
type line struct {
	stands   []stand
	failures int // that are still to come, at random starts
}

// settle plays the moves until none is left.
func (l *line) settle(t *rapid.T) {
	for range 100 * len(l.stands) {
		switch m, i := nextMove(l.stands); m {
		case moveNone:
			return
		case moveTakeDown:
			l.stands[i] = stand{standing: standEnding}
		case moveRelease:
			l.release(t, i)
		case moveWait:
			l.arrive(t)
		}
	}
	t.Fatalf("never settles: %+v", l.stands)
}

// release checks what rest-for-one promises: everything before is up, everything after down.
func (l *line) release(t *rapid.T, i int) {
	for j, s := range l.stands {
		if j < i && s.standing != standUp && s.standing != standStopped {
			t.Fatalf("%d is released while %d, on which it rests, is not up: %+v", i, j, l.stands)
		}
		if j > i && s.standing != standDown && s.standing != standStopped {
			t.Fatalf("%d is released while %d, which rests on it, is not down: %+v", i, j, l.stands)
		}
	}
	l.stands[i].standing = standStarting
}

// arrive lets one of the children that are under way reach where it was ordered.
func (l *line) arrive(t *rapid.T) {
	var under []int
	for i, s := range l.stands {
		if s.standing == standEnding || s.standing == standStarting || s.waiting {
			under = append(under, i)
		}
	}
	if len(under) == 0 {
		t.Fatalf("waits for nothing: %+v", l.stands)
	}
	i := rapid.SampledFrom(under).Draw(t, "arrives")
	switch s := &l.stands[i]; {
	case s.waiting && s.standing == standDown:
		s.waiting = false
	case s.standing == standEnding:
		s.standing = standDown
	case s.standing == standStarting && l.failures > 0 && rapid.Bool().Draw(t, "fails"):
		l.failures--
		*s = stand{standing: standEnding, waiting: true}
	case s.standing == standStarting:
		s.standing = standUp
	}
}

func TestAFailureInALineBringsDownWhatRestsOnItAndStartsItInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 7).Draw(t, "children")
		l := line{stands: make([]stand, n), failures: rapid.IntRange(0, 5).Draw(t, "failures")}
		for i := range l.stands {
			l.stands[i].standing = rapid.SampledFrom([]standing{standUp, standUp, standStopped, standStarting}).Draw(t, "standing")
		}
		l.stands[rapid.IntRange(0, n-1).Draw(t, "failed")] = stand{standing: standEnding, waiting: true}
		l.settle(t)
		if i := slices.IndexFunc(l.stands, func(s stand) bool { return s.standing != standUp && s.standing != standStopped }); i >= 0 {
			t.Fatalf("child %d is left as %+v", i, l.stands[i])
		}
	})
}
