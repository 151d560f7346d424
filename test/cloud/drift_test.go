package cloud_test

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/api"
	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/member"
	"github.com/holdfast-edge/holdfast/internal/node"
	"github.com/holdfast-edge/holdfast/internal/ports"
	"github.com/holdfast-edge/holdfast/test/cloud/stage"
)

// realNode is a real node of a site that has joined.
type realNode struct {
	t       *testing.T
	program string
	console string
	dir     string
}

// startNode joins a site and runs the program for it until the test ends.
func (c *cloud) startNode(name string) *realNode {
	c.t.Helper()
	data := filepath.Join(c.t.TempDir(), "data")
	n := &realNode{t: c.t, program: build(c.t).node, console: ports.Free(c.t).Address(), dir: filepath.Dir(data)}
	if err := c.join(name, nil).Save(node.UplinkDir(data)); err != nil {
		c.t.Fatal(err)
	}
	stage.Boot(c.t, data, n.program, "edge", "-c", n.config("first", ""), "--data", data)
	return n
}

// text is a configuration with something in it.
func (n *realNode) text(more string) string {
	return fmt.Sprintf("site: plant-7\nconsole: {listen: %q}\nchanges: {window: 100ms}\nbroker: {listen: \"127.0.0.1:0\"}\n%s", n.console, more)
}

func (n *realNode) config(name, more string) string {
	n.t.Helper()
	path := filepath.Join(n.dir, name+".yaml")
	if err := os.WriteFile(path, []byte(n.text(more)), 0o600); err != nil {
		n.t.Fatal(err)
	}
	return path
}

// local changes the node as somebody at the site does.
func (n *realNode) local(more string) {
	n.t.Helper()
	cmd := exec.CommandContext(n.t.Context(), n.program, "apply", "-f", n.config("local", more), "--window", "100ms", "--url", "http://"+n.console)
	if out, err := cmd.CombinedOutput(); err != nil {
		n.t.Fatalf("apply: %v\n%s", err, out)
	}
}

// has tells whether the node runs a stream.
func (n *realNode) has(stream string) bool {
	n.t.Helper()
	out, err := exec.CommandContext(n.t.Context(), n.program, "get", "streams", "--url", "http://"+n.console).CombinedOutput()
	if err != nil {
		n.t.Fatalf("get streams: %v\n%s", err, out)
	}
	return strings.Contains(string(out), stream)
}

// site returns what the cloud knows of the site.
func (c *cloud) site() (s api.Site) {
	c.t.Helper()
	c.do(http.MethodGet, "/api/v1/sites/plant-7", nil, &s)
	return s
}

func TestALocalChangeIsReportedAndKeptOrOverriddenAsThePolicySays(t *testing.T) {
	c := start(t, 1)
	n := c.startNode("plant-7")
	c.owned("plant-7")
	window := 100 * time.Millisecond
	desire := func(keep bool, want uint64) {
		t.Helper()
		policy := api.PolicyChange{HealthWindow: &window, KeepDrift: &keep}
		c.do(http.MethodPatch, "/api/v1/sites/plant-7", api.SiteChange{Policy: &policy}, nil)
		files := []link.File{{Name: "site.yaml", Data: n.text("streams: [{name: stream_a, mqtt: {topic: a}}]\n")}}
		c.do(http.MethodPut, "/api/v1/sites/plant-7/desired", api.Configuration{Files: files}, nil)
		eventually(t, "the site has confirmed what it was told", func() bool {
			r := c.site().Reported
			return r != nil && r.Confirmed == want && !r.Drift
		})
	}
	desire(true, 1)
	n.local("streams: [{name: stream_b, mqtt: {topic: b}}]\n")
	eventually(t, "the drift is reported", func() bool { return c.site().Reported.Drift })
	if !n.has("stream_b") {
		t.Error("the local change was not kept")
	}
	desire(false, 2) // another policy is another generation
	n.local("streams: [{name: stream_c, mqtt: {topic: c}}]\n")
	eventually(t, "the drift is overridden", func() bool { return n.has("stream_a") })
	eventually(t, "that is reported", func() bool {
		r := c.site().Reported
		return !r.Drift && r.Running == 2
	})
}

func TestWhatIsNotSaidOfAPolicyStaysAsItIsAtTheSite(t *testing.T) {
	standard := link.DefaultPolicy()
	standard.HealthWindow = 7 * time.Minute
	c := start(t, 1, func(o *member.Options) { o.Policy = standard })
	c.join("plant-7", nil)
	keep, share, tooMuch := true, 0.5, 1.5
	c.do(http.MethodPatch, "/api/v1/sites/plant-7", api.SiteChange{Policy: &api.PolicyChange{KeepDrift: &keep}}, nil)
	c.do(http.MethodPatch, "/api/v1/sites/plant-7", api.SiteChange{Policy: &api.PolicyChange{MaxBadTags: &share}}, nil)
	want := standard
	want.KeepDrift, want.MaxBadTags = true, 0.5
	if got := c.site().Policy; got == nil || *got != want {
		t.Errorf("the policy is %+v, want %+v", got, want)
	}
	refused := api.SiteChange{Policy: &api.PolicyChange{MaxBadTags: &tooMuch}}
	if status := c.ask(0, c.token, http.MethodPatch, "/api/v1/sites/plant-7", refused, nil); status != http.StatusUnprocessableEntity {
		t.Errorf("more than all tags may be Bad: status %d", status)
	}
}
