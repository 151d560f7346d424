package supervisor

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// drawPolicy gives any policy that a Spec may hold after it was completed.
func drawPolicy(t *rapid.T) Policy {
	floor := time.Duration(rapid.Int64Range(1, int64(10*time.Second)).Draw(t, "floor"))
	return Policy{
		Floor:   floor,
		Cap:     time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "cap")),
		Jitter:  rapid.SampledFrom([]Jitter{FullJitter, EqualJitter, NoJitter}).Draw(t, "jitter"),
		Healthy: time.Duration(rapid.Int64Range(1, int64(time.Hour)).Draw(t, "healthy")),
		Intensity: Intensity{
			Restarts: rapid.IntRange(0, 8).Draw(t, "restarts"),
			Within:   time.Duration(rapid.Int64Range(1, int64(time.Hour)).Draw(t, "within")),
		},
		Exhausted: rapid.SampledFrom([]Exhausted{Escalate, Alarm}).Draw(t, "exhausted"),
		Slow:      time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "slow")),
	}.complete()
}

func drawFault(t *rapid.T, now time.Time) Fault {
	f := Fault{At: now, Permanent: rapid.IntRange(0, 9).Draw(t, "luck") == 0}
	if rapid.Bool().Draw(t, "was up") {
		f.Up = now.Add(-time.Duration(rapid.Int64Range(0, int64(2*time.Hour)).Draw(t, "spell")))
	}
	return f
}

// eachFault runs a random history of failures through a random policy.
func eachFault(t *rapid.T, check func(p Policy, h *History, f Fault, d Decision, before int)) {
	p := drawPolicy(t)
	now := time.Unix(0, 0)
	var h History
	for range rapid.IntRange(1, 60).Draw(t, "faults") {
		now = now.Add(time.Duration(rapid.Int64Range(0, int64(10*time.Minute)).Draw(t, "gap")))
		f := drawFault(t, now)
		before := h.Attempt()
		d := p.Step(&h, f, rapid.Float64Range(0, 0.999999).Draw(t, "random"))
		check(p, &h, f, d, before)
	}
}

func TestAWaitLiesBetweenTheFloorAndTheBoundOfItsAttempt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		eachFault(t, func(p Policy, _ *History, _ Fault, d Decision, _ int) {
			if d.Verdict != Retry {
				return
			}
			bound := p.Bound(d.Attempt)
			low := p.Floor
			if p.Jitter == EqualJitter {
				low = max(low, bound/2)
			}
			if p.Jitter == NoJitter {
				low = bound
			}
			if d.After < low || d.After > bound {
				t.Fatalf("attempt %d waits %v, not within %v and %v", d.Attempt, d.After, low, bound)
			}
		})
	})
}

func TestTheBoundGrowsWithTheAttemptsUpToTheCap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPolicy(t)
		last := time.Duration(0)
		for attempt := 1; attempt < 80; attempt++ {
			bound := p.Bound(attempt)
			if bound < last || bound < p.Floor || bound > p.Cap {
				t.Fatalf("bound of attempt %d is %v after %v, floor %v, cap %v", attempt, bound, last, p.Floor, p.Cap)
			}
			last = bound
		}
		if last != p.Cap {
			t.Fatalf("the bound ends at %v, not at the cap %v", last, p.Cap)
		}
	})
}

func TestAHealthySpellForgetsEveryFailureBefore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		eachFault(t, func(p Policy, h *History, f Fault, d Decision, before int) {
			healthy := !f.Up.IsZero() && f.At.Sub(f.Up) >= p.Healthy
			if healthy && d.Attempt != 1 {
				t.Fatalf("attempt %d after a healthy spell", d.Attempt)
			}
			if !healthy && d.Attempt != before+1 {
				t.Fatalf("attempt %d after %d without a healthy spell", d.Attempt, before)
			}
		})
	})
}

// window counts failures the slow way: all of those within the intensity's time.
type window struct{ faults []time.Time }

func (w *window) add(at time.Time) { w.faults = append(w.faults, at) }

func (w *window) within(at time.Time, d time.Duration) (n int) {
	for _, f := range w.faults {
		if at.Sub(f) <= d {
			n++
		}
	}
	return n
}

func TestMoreFailuresThanTheIntensityExhaustThePolicyAndNoFewer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var w window
		latched := false
		eachFault(t, func(p Policy, _ *History, f Fault, d Decision, _ int) {
			if d.Attempt == 1 {
				w, latched = window{}, false
			}
			w.add(f.At)
			over := p.Intensity.Restarts > 0 && w.within(f.At, p.Intensity.Within) > p.Intensity.Restarts
			want := (over || latched) && !f.Permanent
			if d.Exhausted != want {
				t.Fatalf("exhausted is %v with %d failures in the window of %v", d.Exhausted, w.within(f.At, p.Intensity.Within), p.Intensity)
			}
			latched = want && p.Exhausted == Alarm || latched
			if want && p.Exhausted == Escalate {
				w = window{}
			}
		})
	})
}

func TestAPermanentFailureIsNeverRetriedHot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		eachFault(t, func(p Policy, _ *History, f Fault, d Decision, _ int) {
			if f.Permanent && (d.Verdict != Hold || d.After != p.Slow || d.ByCommand != (p.Slow == 0)) {
				t.Fatalf("a permanent failure is decided as %+v", d)
			}
		})
	})
}

func TestAnExhaustedChildThatStaysIsRetriedSlowlyUntilItIsHealthy(t *testing.T) {
	p := Policy{
		Floor: time.Second, Cap: time.Minute, Jitter: NoJitter, Healthy: time.Minute,
		Intensity: Intensity{Restarts: 1, Within: time.Minute}, Exhausted: Alarm, Slow: time.Hour,
	}
	var h History
	at := time.Unix(0, 0)
	step := func(f Fault) Verdict { return p.Step(&h, f, 0).Verdict }
	if got := step(Fault{At: at}); got != Retry {
		t.Errorf("the first failure is decided as %v", got)
	}
	for range 3 {
		if got := step(Fault{At: at, Up: at}); got != Hold {
			t.Errorf("a failure of an exhausted child is decided as %v", got)
		}
		at = at.Add(time.Hour)
	}
	if got := step(Fault{At: at, Up: at.Add(-time.Minute)}); got != Retry {
		t.Errorf("the failure after a healthy spell is decided as %v", got)
	}
}

func TestAPortIsTriedAFewTimesAtOnceThenWithAnAlarmForAsLongAsItIsTaken(t *testing.T) {
	p := PortPolicy()
	var h History
	at := time.Unix(0, 0)
	for attempt := 1; attempt <= 100; attempt++ {
		d := p.Step(&h, Fault{At: at}, 0.999)
		at = at.Add(d.After)
		switch quick := attempt <= 3; {
		case quick && (d.Verdict != Retry || d.After > time.Second):
			t.Errorf("attempt %d is decided as %+v", attempt, d)
		case !quick && (d.Verdict != Hold || !d.Exhausted || d.ByCommand || d.After != 15*time.Second):
			t.Errorf("attempt %d is decided as %+v", attempt, d)
		}
	}
}

func TestAnIncompletePolicyNeverRetriesHot(t *testing.T) {
	p := Policy{Intensity: Intensity{Restarts: 3, Within: time.Second}}.complete()
	var h History
	if d := p.Step(&h, Fault{At: time.Unix(0, 0)}, 0); d.After < 50*time.Millisecond {
		t.Errorf("it waits %v", d.After)
	}
}

type refused struct{ lasting bool }

func (refused) Error() string     { return "refused" }
func (r refused) Permanent() bool { return r.lasting }

func TestAnErrorSaysOfItselfWhetherItIsPermanent(t *testing.T) {
	plain := errors.New("log in")
	for _, c := range []struct {
		err  error
		want bool
	}{
		{nil, false},
		{plain, false},
		{Permanent(plain), true},
		{fmt.Errorf("connect: %w", Permanent(plain)), true},
		{fmt.Errorf("connect: %w", refused{true}), true},
		{refused{false}, false},
		{&PanicError{Value: Permanent(plain)}, true},
		{&PanicError{Value: "boom"}, false},
	} {
		if got := IsPermanent(c.err); got != c.want {
			t.Errorf("IsPermanent(%v) = %v", c.err, got)
		}
	}
	if !errors.Is(Permanent(plain), plain) || Permanent(nil) != nil {
		t.Error("Permanent hides the error it marks")
	}
}
