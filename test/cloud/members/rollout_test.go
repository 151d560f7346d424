//go:build linux

package members_test

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/holdfast-edge/holdfast/cluster/api"
	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/rollout"
)

// beginRollout begins a rollout to the light sites, and returns it when it is in its waves.
func (c *cloud) beginRollout() (r rollout.Rollout) {
	c.t.Helper()
	// What it is told changes with each rollout, so that every one has something to do.
	files := []link.File{{Name: "site.yaml", Data: "# " + c.revision() + "\nsite: {{site}}\n"}}
	c.ask(c.members[0], http.MethodPost, "/api/v1/rollouts", api.NewRollout{Selector: "name=light-*", Files: files, Templates: true, Canary: 1, Wave: 2, Within: 120}, &r)
	eventually(c.t, patience, "the rollout is in its waves", func() bool {
		c.ask(c.members[0], http.MethodGet, "/api/v1/rollouts/"+r.ID, nil, &r)
		return r.State == rollout.Waves && r.Count(rollout.Confirmed) >= 3
	})
	return r
}

// revision is something that is new each time.
func (c *cloud) revision() string {
	c.t.Helper()
	r, err := c.etcd.Get(c.t.Context(), rollout.TurnKey)
	if err != nil {
		c.t.Fatal(err)
	}
	raw, err := json.Marshal(r.Header.Revision)
	if err != nil {
		c.t.Fatal(err)
	}
	return string(raw)
}

// runner is the member that carries rollouts on.
func (c *cloud) runner() *member {
	c.t.Helper()
	name := ""
	eventually(c.t, patience, "somebody carries the rollout on", func() bool { // between two leases nobody does
		r, err := c.etcd.Get(c.t.Context(), rollout.TurnKey)
		if err != nil || len(r.Kvs) != 1 {
			return false
		}
		name, _, _ = strings.Cut(string(r.Kvs[0].Value), "/")
		return true
	})
	for _, m := range c.members {
		if m.name == name {
			return m
		}
	}
	c.t.Fatalf("%s carries the rollout on, which is no member", name)
	return nil
}

// rolledOut waits until every site has what a rollout brings, as another member than the one that died says.
func (c *cloud) rolledOut(r rollout.Rollout, without *member) {
	c.t.Helper()
	var ask *member
	for _, m := range c.members {
		if m != without {
			ask = m
		}
	}
	before := r.Count(rollout.Confirmed)
	c.t.Cleanup(func() {
		for _, s := range r.Sites {
			if s.State != rollout.Confirmed && c.t.Failed() {
				c.t.Logf("%s is %s: %s", s.Name, s.State, s.Reason)
			}
		}
	})
	took := eventually(c.t, patience, "the rollout is done", func() bool {
		c.ask(ask, http.MethodGet, "/api/v1/rollouts/"+r.ID, nil, &r)
		return r.State.Ended()
	})
	if r.State != rollout.Done || r.Count(rollout.Confirmed) != len(r.Sites) {
		c.t.Errorf("the rollout is %s: %s; %d of %d sites have confirmed", r.State, r.Reason, r.Count(rollout.Confirmed), len(r.Sites))
	}
	c.t.Logf("the rollout went on from %d to %d sites in %s", before, r.Count(rollout.Confirmed), took.Round(1e6))
}
