package rollout

import (
	"fmt"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/desired"
)

// field is sites that answer as they are told.
type field struct {
	r   *Rollout
	now time.Time
	say map[string]*desired.Reported
}

func newField(n int, p Plan) *field {
	f := &field{r: &Rollout{Plan: p, State: Canary}, now: time.Unix(1000, 0), say: map[string]*desired.Reported{}}
	for i := range n {
		f.r.Sites = append(f.r.Sites, Place{Name: fmt.Sprint(i), State: Waiting})
	}
	return f
}

// step steps, and gives a generation to what was begun.
func (f *field) step() bool {
	f.now = f.now.Add(time.Second)
	changed := f.r.Step(f.say, f.now)
	for i := range f.r.Sites {
		if s := &f.r.Sites[i]; s.State == Begun {
			s.Generation = 7
		}
	}
	return changed
}

// answer has every site that was begun say the same.
func (f *field) answer(phase string) (n int) {
	for _, s := range f.r.Sites {
		if s.State != Begun {
			continue
		}
		n++
		r := &desired.Reported{Target: 7, Phase: phase}
		if phase == "confirmed" {
			r.Running, r.Confirmed = 7, 7
		}
		f.say[s.Name] = r
	}
	return n
}

func TestARolloutGoesFromTheCanaryInWavesToTheEnd(t *testing.T) {
	f := newField(25, Plan{Canary: 2, Wave: 10})
	var waves []int
	for f.step(); !f.r.State.Ended(); f.step() {
		if n := f.answer("confirmed"); n > 0 {
			waves = append(waves, n)
		}
	}
	if fmt.Sprint(waves) != "[2 10 10 3]" || f.r.State != Done || f.r.Count(Confirmed) != 25 {
		t.Errorf("waves %v, %s, %d confirmed", waves, f.r.State, f.r.Count(Confirmed))
	}
}

func TestAFailureAtTheCanaryStopsIt(t *testing.T) {
	for _, phase := range []string{"reverted", "refused"} {
		f := newField(100, Plan{Canary: 1, Wave: 10})
		f.step()
		f.answer(phase)
		f.step()
		if f.r.State != Stopped || f.r.Count(Waiting) != 99 {
			t.Errorf("%s: %s, %d wait", phase, f.r.State, f.r.Count(Waiting))
		}
		if f.step() {
			t.Error("it goes on after its end")
		}
	}
}

func TestASilentSiteFailsInTimeAndTheOthersGoOnWithinTheThreshold(t *testing.T) {
	f := newField(4, Plan{Canary: 1, Wave: 5, MaxFailures: 1, Within: 10 * time.Second})
	for range 30 {
		f.step()
		if f.r.Sites[0].State == Failed {
			f.answer("confirmed")
		}
	}
	if f.r.State != Done || f.r.Count(Failed) != 1 || f.r.Count(Confirmed) != 3 || f.r.Sites[0].Reason == "" {
		t.Errorf("%+v", f.r)
	}
}

func TestACanaryThatFailsWithinTheThresholdIsFollowedByAnotherOneAndByNoWave(t *testing.T) {
	f := newField(10, Plan{Canary: 2, Wave: 5, MaxFailures: 2})
	f.step()
	f.answer("refused")
	f.step()
	if f.r.State != Canary || f.r.Count(Begun) != 2 || f.r.Count(Failed) != 2 {
		t.Fatalf("after two canaries have failed it is %s, %d are begun", f.r.State, f.r.Count(Begun))
	}
	f.answer("confirmed")
	f.step()
	if f.r.State != Waves || f.r.Count(Begun) != 5 {
		t.Errorf("after two have confirmed it is %s, %d are begun", f.r.State, f.r.Count(Begun))
	}
}

func TestWhatComesOfASiteIsHeardAfterTheRolloutHasStopped(t *testing.T) {
	f := newField(11, Plan{Canary: 1, Wave: 10})
	f.step()
	f.answer("confirmed")
	f.step()
	f.say["1"] = &desired.Reported{Target: 7, Phase: "reverted", Reason: "tags are Bad"}
	f.step()
	if f.r.State != Stopped || f.r.Count(Begun) != 9 || !f.r.followed() {
		t.Fatalf("it is %s, %d are begun", f.r.State, f.r.Count(Begun))
	}
	reason := f.r.Reason
	f.answer("confirmed")
	f.say["2"] = &desired.Reported{Target: 7, Phase: "reverted", Reason: "tags are Bad"}
	if !f.step() || f.r.State != Stopped || f.r.Reason != reason || f.r.Count(Confirmed) != 9 || f.r.Count(Failed) != 2 || f.r.followed() {
		t.Errorf("it is %s, %d have confirmed, %d failed", f.r.State, f.r.Count(Confirmed), f.r.Count(Failed))
	}
}

func TestAPausedRolloutHearsItsSitesAndBeginsNoOther(t *testing.T) {
	f := newField(3, Plan{Canary: 1, Wave: 1})
	f.step()
	f.r.State, f.r.Before = Paused, Canary
	f.answer("confirmed")
	if !f.step() || f.r.Count(Confirmed) != 1 || f.r.Count(Begun) != 0 || f.r.State != Paused || f.r.followed() {
		t.Errorf("it is %s, %d have confirmed, %d are begun", f.r.State, f.r.Count(Confirmed), f.r.Count(Begun))
	}
}
