package endpoint

import (
	"fmt"
	"testing"
	"time"
)

// dueTimes lets a schedule run by itself and returns when its next n scans were due.
func dueTimes(s *schedule, now time.Time, n int) (all []time.Time) {
	s.resume(now)
	for range n {
		at := now.Add(s.wait(now))
		if s.tick(at) {
			all = append(all, at)
			s.done(at)
		}
		now = at
	}
	return all
}

func TestScansOfManyDevicesShareTheirWakeups(t *testing.T) {
	start := time.Date(2026, 11, 28, 10, 0, 0, 1_234_567, time.UTC)
	wakeups, scans := map[time.Time]bool{}, 0
	for i := range 1000 {
		s := newSchedule(fmt.Sprint("device_", i, ".g"), time.Second, &Meter{})
		for _, at := range dueTimes(&s, start.Add(time.Duration(i)*73*time.Microsecond), 3) {
			wakeups[at] = true
			scans++
		}
	}
	// Those of a first scan that is due at once are not shared.
	if scans != 3000 || len(wakeups) > 3*101+20 {
		t.Errorf("%d scans took %d wake-ups", scans, len(wakeups))
	}
}

func TestScansAreAWholeIntervalApartWhateverItIs(t *testing.T) {
	start := time.Date(2026, 11, 28, 10, 0, 0, 1_234_567, time.UTC)
	for _, every := range []time.Duration{
		time.Millisecond, 7 * time.Millisecond, 125 * time.Millisecond, time.Second, 90 * time.Second, 333_333_333,
	} {
		s := newSchedule("boiler.g", every, &Meter{})
		at := dueTimes(&s, start, 50)
		for i := 2; i < len(at); i++ {
			if gap := at[i].Sub(at[i-1]); gap != every {
				t.Errorf("%s: scan %d came %s after the one before", every, i, gap)
			}
		}
	}
}

func TestADeviceThatIsBackIsScannedAtOnceAndThenAtItsPhaseAgain(t *testing.T) {
	start := time.Date(2026, 11, 28, 10, 0, 0, 0, time.UTC)
	for away := time.Duration(0); away < 3*time.Second; away += 130 * time.Millisecond {
		s := newSchedule("boiler.g", time.Second, &Meter{})
		before := dueTimes(&s, start, 3)
		s.rest()
		back := before[2].Add(away)
		after := dueTimes(&s, back, 3)
		if !after[0].Equal(back) {
			t.Errorf("away for %s: it was scanned %s after it was back", away, after[0].Sub(back))
		}
		if gap := after[1].Sub(after[0]); gap < time.Second/2 || gap >= 3*time.Second/2 {
			t.Errorf("away for %s: the next scan came after %s", away, gap)
		}
		for _, at := range after[1:] {
			if at.Sub(before[0])%time.Second != 0 {
				t.Errorf("away for %s: the phase has shifted by %s", away, at.Sub(before[0])%time.Second)
			}
		}
	}
}

func TestScansThatANodeIsTooBusyForAreLeftOutAndCounted(t *testing.T) {
	start := time.Date(2026, 11, 28, 10, 0, 0, 0, time.UTC)
	meter := &Meter{}
	s := newSchedule("boiler.g", time.Second, meter)
	last := dueTimes(&s, start, 2)[1]
	if !s.tick(last.Add(3500*time.Millisecond)) || meter.Overruns.Load() != 2 {
		t.Errorf("%d were left out", meter.Overruns.Load())
	}
	if wait := s.wait(last.Add(3500 * time.Millisecond)); wait != 500*time.Millisecond {
		t.Errorf("the next one is due in %s", wait)
	}
}
