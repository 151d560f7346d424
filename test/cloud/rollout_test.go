package cloud_test

import (
	"errors"
	"net/http"
	"strconv"
	"testing"

	"github.com/holdfast-edge/holdfast/cluster/api"
	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/rollout"
	"github.com/holdfast-edge/holdfast/test/cloud/light"
)

// fleet joins and runs light sites, which take generations that are not bad.
func (c *cloud) fleet(n int, bad func(link.Statement) error) []*light.Site {
	c.t.Helper()
	var all []*light.Site
	for i := range n {
		s := light.New(c.join("plant-"+strconv.Itoa(i), map[string]string{"n": strconv.Itoa(i)}))
		s.Judge = bad
		c.run(s)
		all = append(all, s)
	}
	for i := range n {
		c.owned("plant-" + strconv.Itoa(i))
	}
	return all
}

// ended begins a rollout and waits for its end.
func (c *cloud) ended(n api.NewRollout, meanwhile func()) (r rollout.Rollout) {
	c.t.Helper()
	c.do(http.MethodPost, "/api/v1/rollouts", n, &r)
	if meanwhile != nil {
		meanwhile()
	}
	eventually(c.t, "the rollout has ended", func() bool {
		c.do(http.MethodGet, "/api/v1/rollouts/"+r.ID, nil, &r)
		return r.State.Ended()
	})
	return r
}

func TestABadConfigurationForAHundredSitesStopsAtTheCanaryAndIsRevertedThere(t *testing.T) {
	c := start(t, 1)
	bad := errors.New("every tag is Bad")
	sites := c.fleet(100, func(s link.Statement) error {
		if s.Generation == 2 {
			return bad
		}
		return nil
	})
	good := c.ended(api.NewRollout{Files: []link.File{{Name: "site.yaml", Data: "site: {{site}} # {{n}}\n"}}, Templates: true, Canary: 1, Wave: 50}, nil)
	if good.State != rollout.Done || good.Count(rollout.Confirmed) != 100 {
		t.Fatalf("the good one is %s: %d confirmed", good.State, good.Count(rollout.Confirmed))
	}
	r := c.ended(api.NewRollout{Files: []link.File{{Name: "site.yaml", Data: "site: {{site}} # bad\n"}}, Templates: true, Canary: 1, Wave: 50}, nil)
	if r.State != rollout.Stopped || r.Count(rollout.Waiting) != 99 || r.Sites[0].Reason != "reverted: "+bad.Error() {
		t.Errorf("it is %s, %d wait, the canary: %+v", r.State, r.Count(rollout.Waiting), r.Sites[0])
	}
	reverted := 0
	for i, s := range sites {
		running, phase := s.Running()
		if running != 1 {
			t.Errorf("plant-%d runs %d", i, running)
		}
		if phase == "reverted" {
			reverted++
		}
	}
	if reverted != 1 {
		t.Errorf("%d sites had to revert", reverted)
	}
}

func TestARolloutSurvivesTheMembersThatRunIt(t *testing.T) {
	c := start(t, 3)
	c.fleet(20, nil)
	r := c.ended(api.NewRollout{Files: []link.File{{Name: "site.yaml", Data: "site: x\n"}}, Canary: 1, Wave: 2}, func() {
		for _, v := range c.views[1:] { // every member but the one that is asked
			v.set(true)
			v.expire()
		}
		t.Cleanup(func() {
			for _, v := range c.views {
				v.set(false)
			}
		})
	})
	if r.State != rollout.Done || r.Count(rollout.Confirmed) != 20 {
		t.Errorf("it is %s, %d confirmed", r.State, r.Count(rollout.Confirmed))
	}
}

func TestARolloutIsPausedResumedAndAborted(t *testing.T) {
	c := start(t, 1)
	hold := make(chan struct{})
	c.fleet(6, func(link.Statement) error { // so that it does not come to its end meanwhile
		<-hold
		return nil
	})
	t.Cleanup(func() { close(hold) })
	var r rollout.Rollout
	c.do(http.MethodPost, "/api/v1/rollouts", api.NewRollout{Files: []link.File{{Name: "site.yaml", Data: "site: x\n"}}, Canary: 1, Wave: 1}, &r)
	path := "/api/v1/rollouts/" + r.ID
	c.do(http.MethodPost, path+"/pause", struct{}{}, &r)
	if status := c.ask(0, c.token, http.MethodPost, path+"/pause", struct{}{}, nil); r.State != rollout.Paused || status != http.StatusConflict {
		t.Errorf("it is %s; pausing it again: status %d", r.State, status)
	}
	c.do(http.MethodPost, path+"/resume", struct{}{}, &r)
	c.do(http.MethodPost, path+"/abort", struct{}{}, &r)
	if r.State != rollout.Aborted || !c.audited("rollout", "done", "abort") {
		t.Errorf("it is %s", r.State)
	}
}
