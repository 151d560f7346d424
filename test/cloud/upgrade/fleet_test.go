package upgrade

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/rollout"
	"github.com/holdfast-edge/holdfast/test/cloud/stage"
)

// TestAnUpgradeOfSeveralSitesGoesByCanaryAndWaveAndStopsWhereOneIsWorse is the life of a fleet: a version goes to the canary,
// then to the others; one that runs the canary's plant worse reaches no other site; one that does so at a site of the wave
// stays where it is good, goes where it is not, and the rollout says which is which. Meanwhile the member is another.
func TestAnUpgradeOfSeveralSitesGoesByCanaryAndWaveAndStopsWhereOneIsWorse(t *testing.T) {
	t.Parallel()
	s := set(t, "plant-1", "plant-2", "plant-3")
	canary, wave, worse := s.sites[0], s.sites[1], s.sites[2]
	s.takesAll(second)

	canary.harm("sick")
	r := s.ended(s.upgrade(third, policy()))
	if r.State != rollout.Stopped || r.Count(rollout.Waiting) != 2 || !strings.Contains(r.Sites[0].Reason, "reverted: ") {
		t.Errorf("with a bad canary it is %s: %+v", r.State, r.Sites)
	}
	for _, v := range s.sites {
		v.runs(second)
	}

	canary.harm("")
	worse.harm("sick")
	r = s.upgrade(third, policy())
	stage.Eventually(t, "the wave is on trial", func() bool { return s.shown(r).State == rollout.Waves })
	s.anotherMember()
	r = s.ended(r)
	if r.State != rollout.Stopped || r.Count(rollout.Confirmed) != 2 || r.Sites[2].State != rollout.Failed || !strings.Contains(r.Sites[2].Reason, "tags are Bad") {
		t.Errorf("with a bad site in the wave it is %s: %+v", r.State, r.Sites)
	}
	canary.runs(third)
	wave.runs(third)
	worse.runs(second)
}

// takesAll brings a version to every site, first to the canary alone.
func (s *scene) takesAll(version string) {
	s.t.Helper()
	r := s.ended(s.upgrade(version, policy()))
	if r.State != rollout.Done || r.Count(rollout.Confirmed) != len(s.sites) {
		s.t.Fatalf("version %s is %s: %+v", version, r.State, r.Sites)
	}
	begun := r.Sites[0].Begun
	for i, v := range s.sites {
		if i > 0 && r.Sites[i].Begun.Sub(begun) < policy().Window {
			s.t.Errorf("%s was told %v after the canary, which is watched for longer", v.name, r.Sites[i].Begun.Sub(begun))
		}
		v.runs(version)
	}
}

// TestWhatARolloutSaysOfASiteIsWhatItRuns goes from version to version while machines lose their power, the way is cut, and
// members leave.
func TestWhatARolloutSaysOfASiteIsWhatItRuns(t *testing.T) {
	t.Parallel()
	s := set(t, "plant-1", "plant-2", "plant-3")
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	runs := map[string]string{}
	for _, v := range s.sites {
		runs[v.name] = first
	}
	for round := range max(1, 2*chaos()) {
		next := []string{second, first}[round%2]
		r := s.upgrade(next, policy())
		for range 2 {
			<-time.After(time.Duration(random.IntN(4000)) * time.Millisecond)
			s.disaster(random)
		}
		for i, place := range s.ended(r).Sites {
			if place.State == rollout.Confirmed {
				runs[place.Name] = next
			}
			s.sites[i].runs(runs[place.Name])
		}
	}
}

// disaster befalls some site, or all of them.
func (s *scene) disaster(random *rand.Rand) {
	s.t.Helper()
	switch random.IntN(3) {
	case 0:
		s.sites[random.IntN(len(s.sites))].Cut()
	case 1:
		s.anotherMember()
	case 2:
		s.way.Lead("")
		<-time.After(time.Duration(random.IntN(3000)) * time.Millisecond)
		s.way.Lead(s.member.LinkAddress())
	}
}
