package supervisor

import (
	"encoding/json"
	"go/parser"
	"go/token"
	"strings"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// within gives the default policy with that intensity.
func within(restarts int, d time.Duration) Policy {
	policy := DefaultPolicy()
	policy.Intensity = Intensity{Restarts: restarts, Within: d}
	return policy
}

// site spawns the tree that the package comment draws.
func site(p *plant) {
	part := func(name string) Spec {
		return Spec{Name: name, New: receive(fragile), Policy: within(3, time.Minute)}
	}
	endpoint := Spec{Name: "tcp:127.0.0.1:5020", Policy: within(5, 10*time.Minute), New: Group(
		Spec{Name: "session", New: receive(fragile)},
		Spec{Name: "boiler", New: receive(fragile)},
	)}
	p.spawn(Spec{
		Name: "store", Strategy: RestForOne, Policy: within(5, time.Minute),
		New: Group(part("log"), part("broker"), part("history")),
	})
	p.spawn(Spec{Name: "endpoints", Policy: within(0, time.Minute), New: Group(endpoint)})
	p.awaitState("/store/history", "running")
	p.awaitState("/endpoints/tcp:127.0.0.1:5020/boiler", "running")
}

// drawn gives the tree in the package comment: its indented lines that draw one.
func drawn(t *testing.T) string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "doc.go", nil, parser.ParseComments|parser.PackageClauseOnly)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for line := range strings.Lines(file.Doc.Text()) {
		if after, ok := strings.CutPrefix(line, "\t"); ok && (strings.HasPrefix(after, "node") || strings.ContainsAny(after, "├└")) {
			b.WriteString(after)
		}
	}
	return b.String()
}

func TestTheDrawnTreeIsTheLiveOne(t *testing.T) {
	p := newPlant(t)
	site(p)
	if got, want := p.Tree().Text(), drawn(t); got != want {
		t.Errorf("the live tree is\n%s\nthe package comment draws\n%s", got, want)
	}
}

func TestAReportedStateIsShownUntilTheIncarnationEnds(t *testing.T) {
	p := newPlant(t)
	pid := p.spawn(Spec{Name: "a", Policy: brisk(), New: receive(func(ctx actor.Context) {
		switch msg := ctx.Message().(type) {
		case *actor.Started:
			Report(ctx, "connecting", "")
		case string:
			Report(ctx, "polling", msg)
		default:
			fragile(ctx)
		}
	})})
	if e := await[StateChanged](p, "/a"); e.From != "starting" || e.To != "connecting" {
		t.Errorf("it says %v", e)
	}
	p.awaitState("/a", "connecting")
	p.clock.Advance(time.Second)
	p.Send(pid, "12 tags")
	if e := await[StateChanged](p, "/a"); e.String() != "/a: connecting -> polling (12 tags)" {
		t.Errorf("it says %v", e)
	}
	p.clock.Advance(time.Second)
	p.Send(pid, "13 tags")
	p.eventually("the detail is shown", func() bool {
		tree, _ := p.Subtree("/a")
		return tree.Detail == "13 tags"
	})
	tree, _ := p.Subtree("/a")
	if since := p.clock.Now().Add(-time.Second); !tree.Since.Equal(since) {
		t.Errorf("polling since %v, want %v", tree.Since, since)
	}
	p.Send(pid, explode{})
	p.awaitState("/a", "backing off")
	if tree, _ := p.Subtree("/a"); tree.Detail != "" {
		t.Errorf("the detail of the failed incarnation is still %q", tree.Detail)
	}
}

func TestTheTreeHasTheLastFailureAndTheNextAttempt(t *testing.T) {
	p := newPlant(t)
	pid := p.spawn(Spec{Name: "a", Kind: "device", New: receive(fragile), Policy: brisk()})
	p.Send(pid, explode{})
	p.awaitState("/a", "backing off")
	tree := p.Tree()
	a := tree.Find("/a")
	if a.LastFailure == nil || a.LastFailure.Stack == "" || !a.Next.Equal(p.clock.Now().Add(100*time.Millisecond)) || a.Kind != "device" {
		t.Errorf("it shows %+v", a)
	}
	if tree.Find("/b") != nil {
		t.Error("it finds what is not there")
	}
	if _, err := json.Marshal(tree); err != nil {
		t.Errorf("as JSON: %v", err)
	}
	p.clock.Advance(time.Second)
	p.awaitState("/a", "running")
	if a, _ := p.Subtree("/a"); !a.Next.IsZero() || a.LastFailure == nil {
		t.Errorf("it shows %+v", a)
	}
	if got := p.Tree().Status(); !strings.Contains(got, "running, 1 restarts") {
		t.Errorf("the status is\n%s", got)
	}
}
