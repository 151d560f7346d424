package modbus

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func newEstimate() estimate {
	return estimate{shortest: 200 * time.Millisecond, longest: 2 * time.Second}
}

func TestAnUnknownUnitIsGivenTheLongestTime(t *testing.T) {
	e := newEstimate()
	if got := e.timeout(); got != 2*time.Second {
		t.Error(got)
	}
}

func TestAFastUnitIsStillGivenTheShortestTime(t *testing.T) {
	e := newEstimate()
	for range 100 {
		e.answered(time.Millisecond)
	}
	if got := e.timeout(); got != 200*time.Millisecond {
		t.Error(got)
	}
}

func TestASlowUnitIsGivenItsTime(t *testing.T) {
	e := newEstimate()
	for range 100 {
		e.answered(400 * time.Millisecond)
	}
	if got := e.timeout(); got < 400*time.Millisecond || got > 500*time.Millisecond {
		t.Error(got)
	}
}

func TestEachMissDoublesTheWaitUpToTheLongest(t *testing.T) {
	e := newEstimate()
	e.answered(time.Millisecond)
	for _, want := range []int64{200, 400, 800, 1600, 2000, 2000} {
		if got := e.timeout().Milliseconds(); got != want {
			t.Errorf("got %d ms, want %d ms", got, want)
		}
		e.missed()
	}
	if got := e.brief(estimate{}); got != 200*time.Millisecond {
		t.Errorf("a probe waits %v", got)
	}
	e.answered(time.Millisecond)
	if got := e.timeout(); got != 200*time.Millisecond {
		t.Errorf("after an answer: %v", got)
	}
}

func TestTheWaitIsAlwaysBetweenShortestAndLongest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := newEstimate()
		for _, took := range rapid.SliceOf(rapid.Int64Range(-1, int64(time.Hour))).Draw(t, "took") {
			if took < 0 {
				e.missed()
			} else {
				e.answered(time.Duration(took))
			}
			if got := e.timeout(); got < e.shortest || got > e.longest {
				t.Fatalf("%v", got)
			}
		}
	})
}

func TestAProbeOfAnUnknownUnitIsAsBriefAsItsNeighboursAllow(t *testing.T) {
	e, others := newEstimate(), newEstimate()
	others.answered(time.Millisecond)
	for i := 1; i <= 3*patientEvery; i++ {
		want := int64(200)
		if i%patientEvery == 0 {
			want = 2000
		}
		if got := e.brief(others).Milliseconds(); got != want {
			t.Errorf("probe %d waits %d ms, want %d ms", i, got, want)
		}
	}
	alone := newEstimate()
	if got := alone.brief(estimate{}); got != 2*time.Second {
		t.Errorf("where nobody has answered a probe waits %v", got)
	}
}

func TestAUnitThatHasBecomeSlowIsFoundByAProbe(t *testing.T) {
	e := newEstimate()
	e.answered(time.Millisecond)
	longest := time.Duration(0)
	for range patientEvery {
		longest = max(longest, e.brief(estimate{}))
	}
	if longest != e.longest {
		t.Errorf("of %d probes the longest waits %v", patientEvery, longest)
	}
}
