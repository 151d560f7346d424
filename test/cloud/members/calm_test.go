//go:build linux

package members_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

// nodeStatus is what a node says of itself when it is asked through the cloud.
type nodeStatus struct {
	Started time.Time `json:"started"`
	Actors  []struct {
		Path     string `json:"path"`
		Restarts int    `json:"restarts"`
	} `json:"actors"`
}

// calm says when the real nodes were started. Every member is asked, whoever has the site, and nothing may have been
// restarted on any of them.
func (p *plants) calm() map[string]time.Time {
	c := p.cloud
	c.t.Helper()
	started := map[string]time.Time{}
	for _, name := range p.real {
		for _, m := range c.members {
			var s nodeStatus
			eventually(c.t, within(), m.name+" answers for "+name, func() bool {
				status, answer := c.try(m, short, http.MethodGet, "/api/v1/sites/"+name+"/status", nil)
				return status == http.StatusOK && json.Unmarshal(answer, &s) == nil
			})
			for _, a := range s.Actors {
				if a.Restarts > 0 {
					c.t.Errorf("%s has restarted %s %d times", name, a.Path, a.Restarts)
				}
			}
			if len(s.Actors) < 5 {
				c.t.Errorf("%s has %d actors", name, len(s.Actors))
			}
			started[name] = s.Started
		}
	}
	return started
}

// TestHalfOpenLinksAreNoticed cuts a site's cable: packets vanish, and nobody is told.
func TestHalfOpenLinksAreNoticed(t *testing.T) {
	needs(t)
	t.Parallel()
	c := start(t, "half")
	p := &plants{cloud: c}
	p.addReal("real-1", 111)
	p.owned(nil)
	h := p.hosts["real-1"]
	h.cut("front", true)
	took := eventually(t, within(), "the member has noticed", func() bool { return strings.Contains(p.disowned(nil), `[], and the store ""`) })
	t.Logf("the member noticed after %s", took.Round(time.Millisecond))
	noticed := eventually(t, within()-took, "the node has noticed", func() bool { return p.nodes[0].said("keepalive ping failed") })
	t.Logf("the node noticed after %s", (took + noticed).Round(time.Millisecond))
	h.cut("front", false)
	t.Logf("plugged in again, it is owned after %s", p.owned(nil).Round(time.Millisecond))
	p.calm()
}
