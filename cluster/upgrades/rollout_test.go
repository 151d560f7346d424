package upgrades_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/commands"
	"github.com/holdfast-edge/holdfast/cluster/kv"
	"github.com/holdfast-edge/holdfast/cluster/link/wire"
	"github.com/holdfast-edge/holdfast/cluster/rollout"
	"github.com/holdfast-edge/holdfast/cluster/sites"
)

// fleet is a cloud with version 2.0.0 and sites that can run it.
func fleet(t *testing.T, n int) (c *cloud, all []sites.Site) {
	t.Helper()
	c = open(t)
	c.put("2.0.0", "linux/arm64", "for arm")
	for i := range n {
		all = append(all, c.site(fmt.Sprintf("plant-%d", i), "linux/arm64"))
	}
	return c, all
}

// done has every site that was begun say that it runs it, and returns how many that were.
func (c *cloud) done(r rollout.Rollout) (n int) {
	c.t.Helper()
	for _, s := range r.Sites {
		if s.State == rollout.Begun {
			c.send(s.Name, s.Command)
			c.answers(s.Name, s.Command, wire.Result_RESULT_DONE, "version 2.0.0")
			n++
		}
	}
	return n
}

func TestAnUpgradeGoesFromTheCanaryInWavesToTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, all := fleet(t, 8)
		c.member("m1")
		id := c.begin(rollout.Plan{Canary: 2, Wave: 3}, all...)
		var waves []int
		r := c.after(settled, id)
		for ; !r.State.Ended() && len(waves) < 9; r = c.after(settled, id) {
			waves = append(waves, c.done(r))
		}
		if fmt.Sprint(waves) != "[2 3 3]" || r.State != rollout.Done || r.Count(rollout.Confirmed) != 8 {
			t.Errorf("waves of %v, it is %s: %+v", waves, r.State, r.Sites)
		}
	})
}

func TestAnUpgradeThatIsRevertedRefusedOrOfAnotherPlatformStopsAtTheCanary(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, all := fleet(t, 3)
		c.member("m1")
		for what, result := range map[string]wire.Result{"failed: reverted: tags are Bad": wire.Result_RESULT_FAILED, "refused: no room": wire.Result_RESULT_REFUSED} {
			id := c.begin(rollout.Plan{Canary: 1, Wave: 3}, all...)
			c.after(settled, id)
			c.send("plant-0", id)
			_, detail, _ := strings.Cut(what, ": ")
			c.answers("plant-0", id, result, detail)
			if r := c.after(settled, id); r.State != rollout.Stopped || r.Count(rollout.Waiting) != 2 || r.Sites[0].Reason != what {
				t.Errorf("it is %s: %+v", r.State, r.Sites)
			}
		}
		id := c.begin(rollout.Plan{Canary: 1, Wave: 3}, append([]sites.Site{c.site("other", "linux/riscv64")}, all...)...)
		if r := c.after(settled, id); r.State != rollout.Stopped || !strings.Contains(r.Sites[0].Reason, "it runs on linux/riscv64") {
			t.Errorf("it is %s: %+v", r.State, r.Sites)
		}
	})
}

func TestAnUpgradeGoesOnWhereTheMemberThatRanItDied(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, all := fleet(t, 5)
		kill := c.member("m1")
		id := c.begin(rollout.Plan{Canary: 1, Wave: 2}, all...)
		c.done(c.after(settled, id))
		before := c.after(settled, id)
		kill()
		// What came while nobody ran it is heard by the next.
		if n := c.done(before); n != 2 || before.State != rollout.Waves {
			t.Fatalf("it is %s, %d are begun", before.State, n)
		}
		if r := c.after(time.Hour, id); r.Count(rollout.Begun) != 2 {
			t.Errorf("a dead member takes steps: %+v", r.Sites)
		}
		c.member("m2")
		c.done(c.after(settled, id))
		if r := c.after(settled, id); r.State != rollout.Done || r.Count(rollout.Confirmed) != 5 {
			t.Errorf("it is %s: %+v", r.State, r.Sites)
		}
		for _, s := range all {
			if list, err := c.commands.List(t.Context(), s.Name); err != nil || len(list) != 1 {
				t.Errorf("%s was asked %d times, %v", s.Name, len(list), err)
			}
		}
	})
}

func TestASiteThatIsAwayIsNotBegunAfterItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, all := fleet(t, 2)
		c.member("m1")
		id := c.begin(rollout.Plan{Canary: 1, Wave: 1}, all...)
		if r := c.after(within, id); r.State != rollout.Canary {
			t.Errorf("within its time it is %s", r.State)
		}
		if r := c.after(time.Minute, id); r.State != rollout.Stopped || !strings.HasPrefix(r.Sites[0].Reason, "refused: the site was not reached") {
			t.Errorf("it is %s: %+v", r.State, r.Sites)
		}
	})
}

func TestASiteThatNeverComesBackFailsWhenItsTrialHasToBeOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, all := fleet(t, 2)
		c.member("m1")
		id := c.begin(rollout.Plan{Canary: 1, Wave: 1}, all...)
		c.after(settled, id)
		c.send("plant-0", id)
		trial := wanted("2.0.0").Policy
		if r := c.after(within+trial.Start+trial.Window+trial.Confirm, id); r.State != rollout.Canary {
			t.Errorf("while it may be on trial it is %s: %+v", r.State, r.Sites)
		}
		if r := c.after(5*time.Minute, id); r.State != rollout.Stopped || !strings.HasPrefix(r.Sites[0].Reason, "unknown: ") {
			t.Errorf("it is %s: %+v", r.State, r.Sites)
		}
		if r := c.after(48*time.Hour, id); r.State != rollout.Stopped || r.Count(rollout.Waiting) != 1 {
			t.Errorf("two days later it is %s: %+v", r.State, r.Sites)
		}
	})
}

func TestWhatASiteMadeOfItIsHeardLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, all := fleet(t, 4)
		c.member("m1")
		id := c.begin(rollout.Plan{Canary: 1, Wave: 2, MaxFailures: 2}, all...)
		c.done(c.after(settled, id))
		c.after(settled, id)
		c.send("plant-1", id)
		c.send("plant-2", id)
		r := c.after(30*time.Minute, id)
		if r.State != rollout.Waves || r.Count(rollout.Failed) != 2 || r.Sites[1].Outcome != commands.Unknown || r.Sites[3].State != rollout.Begun {
			t.Fatalf("it is %s: %+v", r.State, r.Sites)
		}
		c.answers("plant-1", id, wire.Result_RESULT_FAILED, "reverted: it ended 3 times")
		c.answers("plant-2", id, wire.Result_RESULT_DONE, "version 2.0.0")
		r = c.after(settled, id)
		if r.Sites[1].Reason != "failed: reverted: it ended 3 times" || r.Sites[2].State != rollout.Confirmed || r.Sites[2].Reason != "" {
			t.Errorf("heard late: %+v", r.Sites)
		}
	})
}

func TestOutcomesOfAWaveAreHeardAfterItStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, all := fleet(t, 4)
		c.member("m1")
		id := c.begin(rollout.Plan{Canary: 1, Wave: 3}, all...)
		c.done(c.after(settled, id))
		c.after(settled, id)
		for i := 1; i < 4; i++ {
			c.send(fmt.Sprintf("plant-%d", i), id)
		}
		c.answers("plant-1", id, wire.Result_RESULT_FAILED, "reverted: tags are Bad")
		if r := c.after(settled, id); r.State != rollout.Stopped || r.Count(rollout.Begun) != 2 {
			t.Fatalf("it is %s: %+v", r.State, r.Sites)
		}
		c.answers("plant-2", id, wire.Result_RESULT_DONE, "version 2.0.0")
		r := c.after(time.Hour, id) // the third one never says anything
		if r.Sites[2].State != rollout.Confirmed || !strings.HasPrefix(r.Sites[3].Reason, "unknown: ") || r.State != rollout.Stopped {
			t.Errorf("it is %s: %+v", r.State, r.Sites)
		}
		ends := 0
		for _, record := range c.records() {
			if record.What == "rollout" && record.Result == string(rollout.Stopped) {
				ends++
			}
		}
		if ends != 1 {
			t.Errorf("that it stopped is in the audit log %d times", ends)
		}
	})
}

func TestTwoUpgradesOfASiteAreTwoCommandsOfWhichTheSecondIsTheSitesToRefuse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, all := fleet(t, 1)
		c.member("m1")
		first, second := c.begin(rollout.Plan{Canary: 1, Wave: 1}, all...), c.begin(rollout.Plan{Canary: 1, Wave: 1}, all...)
		c.after(settled, first)
		c.send("plant-0", first)
		c.send("plant-0", second)
		c.answers("plant-0", second, wire.Result_RESULT_REFUSED, "another version is on trial")
		if r := c.after(settled, second); r.State != rollout.Stopped || r.Sites[0].Reason != "refused: another version is on trial" {
			t.Errorf("the second is %s: %+v", r.State, r.Sites)
		}
		if r := c.after(0, first); r.State != rollout.Canary {
			t.Errorf("the first is %s", r.State)
		}
		c.answers("plant-0", first, wire.Result_RESULT_DONE, "version 2.0.0")
		if r := c.after(settled, first); r.State != rollout.Done {
			t.Errorf("the first is %s", r.State)
		}
	})
}

func TestAStoreThatIsAwayForAWhileFailsNoSite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, all := fleet(t, 2)
		id := c.begin(rollout.Plan{Canary: 1, Wave: 1}, all...)
		c.blobs.away.Store(true)
		c.member("m1")
		if r := c.after(30*time.Second, id); r.State != rollout.Canary || r.Sites[0].State != rollout.Begun || !strings.Contains(r.Sites[0].Reason, errAway.Error()) {
			t.Errorf("it is %s: %+v", r.State, r.Sites)
		}
		c.blobs.away.Store(false)
		if r := c.after(settled, id); r.Sites[0].Command != id || r.Sites[0].Reason != "" {
			t.Errorf("when it is back: %+v", r.Sites)
		}
		c.done(c.after(0, id))
		c.blobs.away.Store(true)
		if r := c.after(2*time.Minute, id); r.Sites[1].State != rollout.Failed || !strings.Contains(r.Sites[1].Reason, errAway.Error()) {
			t.Errorf("when it stays away: %+v", r.Sites)
		}
		c.blobs.away.Store(false)
	})
}

func TestAnAbortInTheMiddleOfTellingFindsOutWhoWasTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, all := fleet(t, 3)
		id := c.begin(rollout.Plan{Canary: 2, Wave: 1}, all...)
		w := c.pin("2.0.0")
		if _, err := c.upgrades.Ask(t.Context(), "plant-0", id, "anna", w, within); err != nil {
			t.Fatal(err)
		}
		err := kv.Update(t.Context(), c.store, rollout.Prefix+id, func(r *rollout.Rollout, _ bool) error { // as a member that died leaves it
			r.Sites[0].State, r.Sites[1].State = rollout.Begun, rollout.Begun
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.rollouts.Order(t.Context(), id, "abort", "anna"); err != nil {
			t.Fatal(err)
		}
		c.member("m1")
		if r := c.after(settled, id); r.Sites[0].Command != id || r.Sites[1].State != rollout.Waiting {
			t.Errorf("it is %s: %+v", r.State, r.Sites)
		}
		c.send("plant-0", id)
		c.answers("plant-0", id, wire.Result_RESULT_DONE, "version 2.0.0")
		if r := c.after(settled, id); r.State != rollout.Aborted || r.Sites[0].State != rollout.Confirmed || r.Count(rollout.Waiting) != 2 {
			t.Errorf("it is %s: %+v", r.State, r.Sites)
		}
	})
}
