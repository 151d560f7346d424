package node

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/supervisor"
)

// large is a site with something of every kind. Port 1 refuses.
const large = `
site: plant-7
console: {listen: "127.0.0.1:0"}
broker: {publish_groups: true}
devices:
  - {name: boiler, driver: modbus, endpoint: "tcp://127.0.0.1:1", unit: 1, groups: [{name: g, scan: 1h, tags: [{name: t, address: "holding:0", type: int16}]}]}
  - {name: pump, driver: modbus, endpoint: "tcp://127.0.0.1:1", unit: 2, groups: [{name: g, scan: 1h, tags: [{name: t, address: "holding:0", type: int16}]}]}
  - {name: meter, driver: modbus, endpoint: "tcp://127.0.0.2:1", unit: 1, groups: [{name: g, scan: 1h, tags: [{name: t, address: "holding:0", type: int16}]}]}
streams:
  - {name: gauge, mqtt: {topic: "gauge"}}
rules:
  - {name: hot, sql: "SELECT t FROM boiler WHERE t > 1", to: [line]}
  - {name: wet, sql: "SELECT t FROM pump"}
sinks:
  - {name: line, type: mqtt, url: "mqtt://127.0.0.1:1", topic: "a"}
`

func (l lives) scene(text string) *scene {
	l.t.Helper()
	s, errs := l.c.scene(l.options(text).Site)
	if len(errs) > 0 {
		l.t.Fatal(errs)
	}
	return s
}

// edited is a text with one edit, which must be possible.
func edited(t *testing.T, text, from, to string) string {
	t.Helper()
	if strings.Count(text, from) == 0 {
		t.Fatalf("%q is not in the text", from)
	}
	return strings.Replace(text, from, to, 1)
}

func paths(parts []part) (all []string) {
	for _, p := range parts {
		all = append(all, p.path())
	}
	return all
}

func TestOnlyWhatAChangeTouchesEndsAndBegins(t *testing.T) {
	l := lives{t, t.TempDir(), components(t)}
	n := run(t, large)
	for _, c := range []struct{ name, from, to, ends, begins string }{
		{"nothing", "t > 1", "t > 1", "", ""},
		{"a rule", "t > 1", "t > 2", "/rules/hot", "/rules/hot"},
		{"a rule's sink", ", to: [line]", "", "/rules/hot /sinks/line", "/rules/hot"},
		{
			"a device, and the rule that reads it", `unit: 2, groups: [{name: g, scan: 1h, tags: [{name: t, address: "holding:0", type: int16}`,
			`unit: 2, groups: [{name: g, scan: 1h, tags: [{name: t, address: "holding:0", type: float32}, {name: u, address: "holding:9", type: int16}`,
			"/endpoints/tcp:127.0.0.1:1/pump /rules/wet", "/rules/wet /endpoints/tcp:127.0.0.1:1/pump",
		},
		{
			"a device's schedule", `unit: 2, groups: [{name: g, scan: 1h`, `unit: 2, groups: [{name: g, scan: 2h`,
			"/endpoints/tcp:127.0.0.1:1/pump", "/endpoints/tcp:127.0.0.1:1/pump",
		},
		{
			"an endpoint, with its device", "tcp://127.0.0.2:1", "tcp://127.0.0.3:1",
			"/endpoints/tcp:127.0.0.2:1", "/endpoints/tcp:127.0.0.3:1 /endpoints/tcp:127.0.0.3:1/meter",
		},
		{"a stream", `topic: "gauge"`, `topic: "gauges"`, "/subscriptions/gauge", "/subscriptions/gauge"},
		{"a sink", `topic: "a"`, `topic: "b"`, "/sinks/line", "/sinks/line"},
	} {
		got := changeOf(n.parts(l.scene(large)), n.parts(l.scene(edited(t, large, c.from, c.to))))
		ends, begins := paths(got.ends), paths(got.begins)
		slices.Sort(ends)
		slices.Sort(begins)
		wantEnds, wantBegins := strings.Fields(c.ends), strings.Fields(c.begins)
		slices.Sort(wantEnds)
		slices.Sort(wantBegins)
		if !slices.Equal(ends, wantEnds) || !slices.Equal(begins, wantBegins) {
			t.Errorf("%s: ends %v, begins %v", c.name, ends, begins)
		}
	}
}

// actors lists the paths of the tree, but those of evaluators, which come and go
// by themselves.
func actors(n *Node) (all []string) {
	var walk func(supervisor.Tree)
	walk = func(t supervisor.Tree) {
		if !strings.HasPrefix(t.Path, "/evaluators/") {
			all = append(all, t.Path)
		}
		for _, c := range t.Children {
			walk(c)
		}
	}
	walk(n.Tree())
	slices.Sort(all)
	return all
}

// grown waits until the tree of the large site is whole.
func grown(t *testing.T, n *Node) []string {
	t.Helper()
	deadline := time.After(time.Minute)
	for len(actors(n)) < 28 {
		select {
		case <-time.After(10 * time.Millisecond):
		case <-deadline:
			t.Fatalf("the tree is %v", actors(n))
		}
	}
	return actors(n)
}

// stopped lists the actors that a function stops, but those of sessions and
// evaluators, which come and go by themselves.
func stopped(n *Node, during func()) (all []string) {
	sub := n.system.Subscribe(10_000)
	during()
	sub.Close()
	for e := range sub.Events() {
		if e, ok := e.(supervisor.Stopped); ok && !strings.HasSuffix(e.Path, "/session") && !strings.HasPrefix(e.Path, "/evaluators/") {
			all = append(all, e.Path)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func TestANodeThatEntersAnotherSiteAndComesBackRunsWhatItRan(t *testing.T) {
	l := lives{t, t.TempDir(), components(t)}
	n := run(t, large)
	before := grown(t, n)
	other := edited(t, edited(t, large, "127.0.0.2:1", "127.0.0.4:1"), "  - {name: wet, sql: \"SELECT t FROM pump\"}\n", "")
	got := stopped(n, func() {
		for _, text := range []string{other, large, other, large} {
			if err := n.enter(t.Context(), l.scene(text)); err != nil {
				t.Fatal(err)
			}
		}
	})
	want := []string{
		"/endpoints/tcp:127.0.0.2:1", "/endpoints/tcp:127.0.0.2:1/meter",
		"/endpoints/tcp:127.0.0.4:1", "/endpoints/tcp:127.0.0.4:1/meter", "/rules/wet",
	}
	if !slices.Equal(got, want) {
		t.Errorf("stopped are %v", got)
	}
	if after := grown(t, n); !slices.Equal(before, after) {
		t.Errorf("the tree has become %v", after)
	}
	if n.site().Device("meter") == nil || len(n.plan().rules) != 2 {
		t.Error("it shows another site than the one it runs")
	}
}

func TestAChangeThatWasBrokenOffIsUndone(t *testing.T) {
	l := lives{t, t.TempDir(), components(t)}
	n := run(t, large)
	before := grown(t, n)
	taken := supervisor.Spec{Name: "cold", Kind: "rule", New: supervisor.Group()}
	if err := n.system.Stop(t.Context(), "/subscriptions"); err != nil { // so that nothing can be added to it
		t.Fatal(err)
	}
	if _, err := n.system.Add(t.Context(), "/rules", taken); err != nil { // in the way
		t.Fatal(err)
	}
	other := edited(t, large, "rules:\n", "rules:\n  - {name: cold, sql: \"SELECT t FROM pump\"}\n")
	other = edited(t, other, "streams:\n", "streams:\n  - {name: second, mqtt: {topic: \"second\"}}\n")
	if err := n.enter(t.Context(), l.scene(other)); err == nil {
		t.Fatal("a change that cannot be made has no error")
	}
	if err := n.enter(t.Context(), l.scene(large)); err != nil {
		t.Fatal(err)
	}
	if err := n.system.Start(t.Context(), "/subscriptions"); err != nil {
		t.Fatal(err)
	}
	if after := grown(t, n); !slices.Equal(before, after) {
		t.Errorf("the tree has become %v", after)
	}
}
