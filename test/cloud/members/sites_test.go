//go:build linux

package members_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/api"
	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/test/cloud/light"
	"github.com/holdfast-edge/holdfast/test/cloud/register"
)

// plants is the sites of a cloud: light ones in this process, whose sockets are of other namespaces, and real nodes.
type plants struct {
	cloud *cloud
	light map[string]*light.Site
	real  []string
	hosts map[string]*host // of the real ones
	nodes []*process
}

const (
	lightSites = 28
	realSites  = 2
	rooms      = 2 // namespaces of light sites
)

// settle joins the sites and starts them.
func settle(c *cloud) *plants {
	c.t.Helper()
	p := &plants{cloud: c, light: map[string]*light.Site{}}
	var hosts []*host
	for i := range rooms {
		hosts = append(hosts, c.net.host(fmt.Sprintf("room%d", i+1), 101+i, 0))
	}
	for i := range lightSites {
		p.add(fmt.Sprintf("light-%02d", i), hosts[i%rooms])
	}
	for i := range realSites {
		p.addReal(fmt.Sprintf("real-%d", i+1), 111+i)
	}
	return p
}

// add runs a light site until the test ends.
func (p *plants) add(name string, from *host) {
	c := p.cloud
	s := light.New(c.join(name, from))
	s.Addresses, s.Dialer = c.links(), from
	register.Make(s)
	s.Judge = func(link.Statement) error { // a rollout shall take a while
		<-time.After(200 * time.Millisecond)
		return nil
	}
	p.light[name] = s
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.Run(ctx)
	}()
	c.t.Cleanup(func() {
		cancel()
		<-done
	})
}

// addReal starts a node. It has nothing to run until the cloud says so.
func (p *plants) addReal(name string, octet int) {
	c := p.cloud
	c.t.Helper()
	h, data, program := c.net.host(name, octet, 0), filepath.Join(c.dir, name), filepath.Join(c.dir, "holdfast")
	join := h.command(c.t.Context(), program, "edge", "join", "--cloud", c.members[0].link, "--data", data, "--token", c.invite(name))
	if out, err := join.CombinedOutput(); err != nil {
		c.t.Fatalf("join %s: %v: %s", name, err, out)
	}
	if p.hosts == nil {
		p.hosts = map[string]*host{}
	}
	p.real, p.hosts[name] = append(p.real, name), h
	p.nodes = append(p.nodes, run(c.t, c.dir, name, func() *exec.Cmd {
		return h.command(context.Background(), program, "--log-level", "debug", "edge", "--data", data)
	}))
}

// names are all sites.
func (p *plants) names() (all []string) {
	for name := range p.light {
		all = append(all, name)
	}
	return append(all, p.real...)
}

// disowned says what is wrong with who has which site, as the members themselves see it: each site has one session, with
// the member that the store has as its owner, under that epoch. Empty is as it should be.
func (p *plants) disowned(without *member) string {
	c := p.cloud
	sessions := map[string][]string{}
	owners := map[string]string{}
	for _, m := range c.members {
		if m == without {
			continue
		}
		status, answer := c.try(m, short, http.MethodGet, "/api/v1/sites", nil)
		var list []api.Site
		if status != http.StatusOK || json.Unmarshal(answer, &list) != nil {
			return fmt.Sprintf("%s answers %d: %s", m.name, status, answer)
		}
		for _, s := range list {
			if s.Owner != nil {
				owners[s.Name] = fmt.Sprintf("%s in epoch %d", s.Owner.Member, s.Owner.Epoch)
			}
			if s.Session != nil {
				sessions[s.Name] = append(sessions[s.Name], fmt.Sprintf("%s in epoch %d", m.name, s.Session.Epoch))
			}
		}
	}
	for _, name := range p.names() {
		if len(sessions[name]) != 1 || sessions[name][0] != owners[name] {
			return fmt.Sprintf("%s has the sessions %v, and the store %q", name, sessions[name], owners[name])
		}
	}
	return ""
}

// busiest is the member with the most sessions.
func (p *plants) busiest() (most *member, sites int) {
	p.cloud.t.Helper()
	for _, m := range p.cloud.members {
		var list []api.Site
		p.cloud.ask(m, http.MethodGet, "/api/v1/sites", nil, &list)
		have := 0
		for _, s := range list {
			if s.Session != nil {
				have++
			}
		}
		if most == nil || have > sites {
			most, sites = m, have
		}
	}
	return most, sites
}

// owned waits until every site is owned once, within what may pass after a misfortune.
func (p *plants) owned(without *member) time.Duration {
	p.cloud.t.Helper()
	begin, limit := time.Now(), within()
	deadline := time.After(limit)
	for {
		wrong := p.disowned(without)
		if wrong == "" {
			return time.Since(begin)
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-deadline:
			p.cloud.t.Fatalf("not within %s: %s", limit, wrong)
		}
	}
}

// within is how long after a misfortune every site has to be owned again: 15 s on the quiet machine of make chaos. Where it
// is one test among many, what is slow there is not the cloud's fault.
func within() time.Duration {
	if os.Getenv(chaosVariable) == "" {
		return 4 * patience
	}
	return 15 * time.Second
}
