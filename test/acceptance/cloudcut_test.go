package acceptance

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/api"
	"github.com/holdfast-edge/holdfast/cluster/kv"
	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/member"
	"github.com/holdfast-edge/holdfast/console/client"
	"github.com/holdfast-edge/holdfast/internal/ports"
)

// headquarters is a cloud of one member, and whoever tells it what to do. Changes are watched for a window.
type headquarters struct {
	t      *testing.T
	member *member.Member
	ask    *client.Client
}

func startHeadquarters(t *testing.T, window time.Duration) *headquarters {
	t.Helper()
	dir := t.TempDir()
	policy := link.DefaultPolicy()
	policy.HealthWindow, policy.MaxBadTags = window, 1 // there is no plant
	m, err := member.Start(t.Context(), member.Options{
		Name: "m1", Store: kv.NewMemory(), Dir: dir, Link: "127.0.0.1:0", API: "127.0.0.1:0", Policy: policy, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := m.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	file := filepath.Join(dir, "token")
	if err := m.FirstToken(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	token, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	ask, err := client.New(client.Options{URL: m.APIURL(), Token: strings.TrimSpace(string(token))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(ask.Close)
	return &headquarters{t, m, ask}
}

// join has a node's directory become one of the cloud's sites.
func (h *headquarters) join(name, data string) {
	h.t.Helper()
	var token api.JoinToken
	if err := h.ask.Send(h.t.Context(), http.MethodPost, "/api/v1/sites", api.NewSite{Name: name}, &token); err != nil {
		h.t.Fatal(err)
	}
	join := exec.Command(program(h.t), "edge", "join", "--cloud", h.member.LinkAddress(), "--data", data, "--token", token.Token)
	if out, err := join.CombinedOutput(); err != nil {
		h.t.Fatalf("join: %v: %s", err, out)
	}
}

// apply says what a site shall run, and returns the generation's number.
func (h *headquarters) apply(name, text string) uint64 {
	h.t.Helper()
	var a api.Applied
	c := api.Configuration{Files: []link.File{{Name: "site.yaml", Data: text}}}
	if err := h.ask.Send(h.t.Context(), http.MethodPut, "/api/v1/sites/"+name+"/desired", c, &a); err != nil {
		h.t.Fatal(err)
	}
	return a.Generation
}

// pair is a site with two devices that are called for a number: half of a configuration would show.
func pair(port, n int) string {
	text := fmt.Sprintf("site: plant-7\nconsole: {listen: \"127.0.0.1:%d\"}\ndevices:\n", port)
	for _, side := range []string{"left", "right"} {
		text += fmt.Sprintf("  - name: %s-%d\n    driver: modbus\n    endpoint: tcp://127.0.0.1:1\n    unit: 1\n    groups:\n"+
			"      - {name: g, scan: 1s, tags: [{name: t, address: \"holding:0\", type: uint16}]}\n", side, n)
	}
	return text
}

// TestThePowerIsCutAnywhereInAChangeThatTheCloudBrings kills a node at a random time after the cloud has a new generation for
// it: verified, fetched, applied, watched or confirmed. What runs afterwards is the old one or the new one as a whole, and
// the cloud knows which.
func TestThePowerIsCutAnywhereInAChangeThatTheCloudBrings(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	h, data, port := startHeadquarters(t, 50*time.Millisecond), t.TempDir(), ports.Free(t).Number()
	h.join("plant-7", data)
	e := start(t, nil, "edge", "-c", site(t, pair(port, 0)), "--data", data)
	runs := 0
	for n := 1; n <= cuts(t); n++ {
		generation := h.apply("plant-7", pair(port, n))
		<-time.After(time.Duration(random.IntN(400)) * time.Millisecond)
		e.kill()
		e = start(t, nil, "edge", "--data", data)
		e.whole(runs, n)
		until(t, fmt.Sprintf("generation %d is confirmed or reverted", generation), func() error {
			e.whole(runs, n)
			var s api.Site
			if err := h.ask.Get(t.Context(), "/api/v1/sites/plant-7", nil, &s); err != nil {
				return err
			}
			switch r := s.Reported; {
			case r != nil && r.Confirmed == generation:
				runs = n
			case r == nil || r.Target != generation || r.Phase != "reverted":
				return fmt.Errorf("the site reports %+v", r)
			}
			return nil
		})
		e.whole(runs, runs)
	}
}

// TestAGenerationThatThePowerCutRevertedIsNotTriedAgain has the cloud's first generation, which takes the place of what
// somebody has written at the site, reverted by a power cut. It is not taken for a local change that the cloud overrides.
func TestAGenerationThatThePowerCutRevertedIsNotTriedAgain(t *testing.T) {
	h, data, port := startHeadquarters(t, time.Hour), t.TempDir(), ports.Free(t).Number()
	h.join("plant-7", data)
	e := start(t, nil, "edge", "-c", site(t, pair(port, 0)), "--data", data)
	first := h.apply("plant-7", pair(port, 1))
	h.reports("plant-7", first, "gating")
	e.kill()
	e = start(t, nil, "edge", "--data", data)
	h.reports("plant-7", first, "reverted")
	h.reports("plant-7", h.apply("plant-7", pair(port, 2)), "gating")
	var changes struct {
		Ended []struct{ Origin, State string }
	}
	until(t, "the node tells its changes", func() error { return e.get("/api/v1/changes", &changes) })
	if got, want := fmt.Sprint(changes.Ended), "[{cloud 1 reverted}]"; got != want {
		t.Errorf("the node has tried %s, want %s", got, want)
	}
}

// reports waits until a site tells of a generation that it is in a phase.
func (h *headquarters) reports(name string, generation uint64, phase string) {
	h.t.Helper()
	until(h.t, fmt.Sprintf("generation %d is %s", generation, phase), func() error {
		var s api.Site
		if err := h.ask.Get(h.t.Context(), "/api/v1/sites/"+name, nil, &s); err != nil {
			return err
		}
		if r := s.Reported; r == nil || r.Target != generation || r.Phase != phase {
			return fmt.Errorf("the site reports %+v", r)
		}
		return nil
	})
}

// whole wants a node to run one of two configurations, and all of it.
func (e *edge) whole(before, after int) {
	e.t.Helper()
	var devices []struct{ Name string }
	if e.get("/api/v1/devices", &devices) != nil {
		return // it is being started anew
	}
	var names []string
	for _, d := range devices {
		names = append(names, d.Name)
	}
	for _, n := range []int{before, after} {
		if len(names) == 2 && strings.Join(names, " ") == fmt.Sprintf("left-%d right-%d", n, n) {
			return
		}
	}
	e.t.Fatalf("it runs %v, between %d and %d", names, before, after)
}
