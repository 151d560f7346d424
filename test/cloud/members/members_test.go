//go:build linux

package members_test

import (
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"
)

// misfortune is something that happens to machines. It returns the member that cannot be asked afterwards, and what ends it.
type misfortune struct {
	name string
	fall func(*cloud, *member) (without *member, mend func())
}

func nothing() {}

// misfortunes are those that a cloud has to live through.
func misfortunes() []misfortune {
	return []misfortune{
		{"a member is killed that carries a rollout on", func(c *cloud, _ *member) (*member, func()) {
			r := c.beginRollout()
			m := c.runner()
			m.kill()
			return m, func() { c.rolledOut(r, m); m.again(); c.ready(m) }
		}},
		{"a member is paused for 10 s", func(_ *cloud, m *member) (*member, func()) {
			m.pause(10 * time.Second)
			return nil, nothing
		}},
		{"etcd is cut off for 10 s", func(c *cloud, _ *member) (*member, func()) {
			for _, m := range c.members {
				m.host.cut("back", true)
			}
			<-time.After(10 * time.Second)
			for _, m := range c.members {
				m.host.cut("back", false)
			}
			return nil, nothing
		}},
		{"all of etcd is started again", func(c *cloud, _ *member) (*member, func()) {
			for _, k := range c.keepers {
				k.kill()
			}
			for _, k := range c.keepers {
				k.again()
			}
			return nil, nothing
		}},
		{"a member is cut off from etcd, and not from its sites", func(c *cloud, m *member) (*member, func()) {
			m.host.cut("back", true)
			return m, func() { m.host.cut("back", false); c.ready(m) }
		}},
	}
}

func TestEverySiteIsOwnedOnceAndEveryCommandRunsOnceWhateverHappensToMembers(t *testing.T) {
	needs(t)
	t.Parallel()
	c := start(t, "five")
	p := settle(c)
	t.Logf("%d sites are connected after %s", len(p.names()), p.owned(nil).Round(time.Millisecond))
	started := p.calm()
	h := p.strike()
	for range rounds(t) {
		for _, m := range misfortunes() {
			p.befall(m)
		}
	}
	h.quiet()
	h.judge()
	c.audit()
	for name, then := range p.calm() {
		if !then.Equal(started[name]) {
			t.Errorf("%s was started at %s, and again at %s", name, started[name], then)
		}
	}
}

// chaosVariable asks for the long form.
const chaosVariable = "HOLDFAST_CHAOS"

// rounds is how often everything happens: once, or as often as HOLDFAST_CHAOS says.
func rounds(t *testing.T) int {
	t.Helper()
	text := os.Getenv(chaosVariable)
	if text == "" {
		return 1
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// befall has something happen to the member that has the most sites, and waits until all are owned, before it is mended and
// after.
func (p *plants) befall(m misfortune) {
	t := p.cloud.t
	t.Helper()
	busiest, sites := p.busiest()
	without, mend := m.fall(p.cloud, busiest)
	t.Logf("%s (%s, with %d sites): every site is owned after %s", m.name, busiest.name, sites, p.owned(without).Round(time.Millisecond))
	mend()
	t.Logf("%s, mended: after %s", m.name, p.owned(nil).Round(time.Millisecond))
}

// needs skips where the test cannot be: it needs namespaces and Debian's etcd.
func needs(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("takes more than a minute")
	}
	if os.Getuid() != 0 {
		t.Skip("network namespaces need root")
	}
	if _, err := exec.LookPath("etcd"); err != nil {
		t.Skip("needs Debian's etcd-server: run make deps")
	}
	if err := exec.Command("ip", "netns").Run(); err != nil {
		t.Skipf("this machine has no network namespaces: %v", err)
	}
}
