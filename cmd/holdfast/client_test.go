package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/console"
	"github.com/holdfast-edge/holdfast/internal/demo"
)

// patience is how long a condition may take on a loaded machine.
const patience = time.Minute

// plant starts the demonstration's plant and makes its node the one that
// commands ask.
func plant(t *testing.T) *demo.Demo {
	t.Helper()
	parts, err := components()
	if err != nil {
		t.Fatal(err)
	}
	d, err := demo.Start(t.Context(), demo.Options{
		Components: parts, Dir: t.TempDir(), Console: "127.0.0.1:0", Version: "test", Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), patience)
		defer cancel()
		if err := d.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Setenv("HOLDFAST_URL", d.Node().ConsoleURL())
	return d
}

// call runs the program.
func call(args ...string) (code int, out, errs string) {
	var said, failed bytes.Buffer
	code = run(args, &said, &failed)
	return code, said.String(), failed.String()
}

// eventually runs the program until it says something.
func eventually(t *testing.T, says string, args ...string) string {
	t.Helper()
	deadline := time.Now().Add(patience)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		code, out, errs := call(args...)
		if code == 0 && strings.Contains(out, says) {
			return out
		}
		if time.Now().After(deadline) {
			t.Fatalf("holdfast %v does not say %q but (%d):\n%s%s", args, says, code, out, errs)
		}
		<-tick.C
	}
}

func TestGetShowsWhatANodeHas(t *testing.T) {
	plant(t)
	eventually(t, "boiler.temperature", "get", "tags")
	eventually(t, "Good", "get", "tags", "boiler.temperature")
	for kind, says := range map[string]string{
		"devices": "boiler", "rules": "open_valve", "sinks": "line", "streams": "boiler.climate", "tree": "  core",
	} {
		eventually(t, says, "get", kind)
		if out := eventually(t, "", "get", kind, "-o", "json"); !json.Valid([]byte(out)) {
			t.Errorf("get %s -o json is no JSON: %s", kind, out)
		}
	}
	if out := eventually(t, "dryer", "get", "devices", "dryer"); strings.Contains(out, "boiler") {
		t.Errorf("only the dryer was asked for: %s", out)
	}
	if out := eventually(t, "session", "get", "tree", "/endpoints"); strings.Contains(out, "core") {
		t.Errorf("only the endpoints were asked for: %s", out)
	}
	if code, _, errs := call("get", "devices", "oven"); code != exitFailed || !strings.Contains(errs, `"oven"`) {
		t.Errorf("%d %s", code, errs)
	}
}

func TestAWriteEndsWithACodeThatTellsHowItWent(t *testing.T) {
	plant(t)
	eventually(t, "Good", "get", "tags", "boiler.valve")
	if code, out, errs := call("write", "boiler.valve", "42"); code != 0 || !strings.Contains(out, "verified") {
		t.Errorf("a good one: %d %s%s", code, out, errs)
	}
	if code, out, errs := call("write", "boiler.valve", "-1"); code != exitRefused || !strings.Contains(out, "refused") || !strings.Contains(errs, "valve") {
		t.Errorf("one beyond the limit: %d %s%s", code, out, errs)
	}
	code, out, _ := call("write", "boiler.valve", "17", "--dry-run", "-o", "json")
	var report console.Report
	if err := json.Unmarshal([]byte(out), &report); code != 0 || err != nil || !report.DryRun || report.Outcome != "accepted" {
		t.Errorf("a dry run: %d %v %s", code, err, out)
	}
	if code, _, errs := call("write", "boiler.nothing", "1"); code != exitFailed || !strings.Contains(errs, "nothing") {
		t.Errorf("no such tag: %d %s", code, errs)
	}
	if code, _, errs := call("write", "boiler", "1"); code != exitConfig || !strings.Contains(errs, "DEVICE.TAG") {
		t.Errorf("no tag at all: %d %s", code, errs)
	}
}

func TestAnActorIsStoppedAndStarted(t *testing.T) {
	plant(t)
	for _, c := range []struct{ verb, says string }{{"stop", "stopped"}, {"start", "/rules/forward"}, {"restart", "/rules/forward"}} {
		if code, out, errs := call(c.verb, "/rules/forward"); code != 0 || !strings.Contains(out, c.says) {
			t.Errorf("%s: %d %s%s", c.verb, code, out, errs)
		}
	}
	if code, _, errs := call("stop", "/rules/none"); code != exitFailed || !strings.Contains(errs, "/rules/none") {
		t.Errorf("%d %s", code, errs)
	}
}

func TestEventsAreFollowed(t *testing.T) {
	plant(t)
	node := connection{URL: os.Getenv("HOLDFAST_URL"), User: "admin"}
	ctx, cancel := context.WithCancel(t.Context())
	seen, out := newScreen("/rules/forward")
	c := eventsCommand{Follow: true, Last: 0, Output: "text", Path: "/rules", connection: node}
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx, &surroundings{out: out}) }()
	awaitSeen(t, seen, func() { call("restart", "/rules/forward") })
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	eventually(t, "/rules/forward", "events", "--last", "500", "-o", "json")
}

func TestWatchingShowsItAgain(t *testing.T) {
	plant(t)
	ctx, cancel := context.WithCancel(t.Context())
	seen, out := newScreen("DEVICE")
	c := getCommand{
		Kind: "devices", Output: "table", Watch: true, Interval: time.Millisecond,
		connection: connection{URL: os.Getenv("HOLDFAST_URL"), User: "admin"},
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx, &surroundings{out: out}) }()
	for range 3 {
		awaitSeen(t, seen, func() {})
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// screen tells whenever a text is written on it.
type screen struct {
	text string
	seen chan struct{}
	mu   sync.Mutex
	all  strings.Builder
}

func newScreen(text string) (seen chan struct{}, w io.Writer) {
	s := &screen{text: text, seen: make(chan struct{}, 1)}
	return s.seen, s
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all.Write(p)
	if strings.Contains(s.all.String(), s.text) {
		s.all.Reset()
		select {
		case s.seen <- struct{}{}:
		default:
		}
	}
	return len(p), nil
}

// awaitSeen provokes something until it is seen.
func awaitSeen(t *testing.T, seen <-chan struct{}, provoke func()) {
	t.Helper()
	limit := time.NewTimer(patience)
	defer limit.Stop()
	again := time.NewTicker(200 * time.Millisecond)
	defer again.Stop()
	for {
		provoke()
		select {
		case <-seen:
			return
		case <-again.C:
		case <-limit.C:
			t.Fatal("it was not seen")
		}
	}
}

func TestWhatCannotBeAskedIsSaidWithTheWayOut(t *testing.T) {
	t.Setenv("HOLDFAST_TOKEN", "")
	empty := filepath.Join(t.TempDir(), "none")
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"nobody there":      {[]string{"--url", "http://127.0.0.1:1"}, "--url or HOLDFAST_URL"},
		"no address":        {[]string{"--url", "plant-7"}, "http://HOST:PORT"},
		"a password in it":  {[]string{"--url", "http://admin:secret@127.0.0.1:1"}, "HOLDFAST_PASSWORD"},
		"a missing file":    {[]string{"--token-file", empty}, empty},
		"a missing CA":      {[]string{"--url", "https://127.0.0.1:1", "--ca", empty}, empty},
		"a wrong pin":       {[]string{"--url", "https://127.0.0.1:1", "--fingerprint", "ab:cd"}, "64 hexadecimal digits"},
		"a secret in clear": {[]string{"--url", "http://192.0.2.1:8470"}, "in the clear"},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "a secret in clear" {
				t.Setenv("HOLDFAST_TOKEN", "very-secret")
			}
			code, out, errs := call(append([]string{"get", "tags"}, c.args...)...)
			if code != exitFailed || !strings.Contains(errs, c.says) || strings.Contains(out+errs, "secret@") || strings.Contains(out+errs, "very-secret") {
				t.Errorf("%d %s%s", code, out, errs)
			}
		})
	}
}

func TestTheHistoryIsQueried(t *testing.T) {
	plant(t)
	eventually(t, "boiler.climate", "query", `SELECT DISTINCT "table" FROM tags`)
	const recent = "SELECT ts, temperature FROM boiler.climate WHERE temperature IS NOT NULL ORDER BY ts DESC LIMIT 2"
	eventually(t, "Z", "query", recent)
	if out := eventually(t, "", "query", "-o", "csv", recent); !strings.HasPrefix(out, "ts,temperature\n2") || strings.Count(out, "\n") != 3 {
		t.Errorf("got %q", out)
	}
	file := filepath.Join(t.TempDir(), "answer.csv")
	if code, out, errs := call("query", "-o", "csv", "-f", file, recent); code != 0 || out != "" {
		t.Errorf("%d %s%s", code, out, errs)
	}
	if text, err := os.ReadFile(file); err != nil || !bytes.HasPrefix(text, []byte("ts,")) {
		t.Errorf("the file: %v", err)
	}
	if code, _, errs := call("query", "--rows", "1", recent); code != 0 || !strings.Contains(errs, "--rows") {
		t.Errorf("more rows than asked for: %d %s", code, errs)
	}
	if code, _, errs := call("query", "SELECT 1 FROM"); code != exitFailed || !strings.Contains(errs, "line 1, column 14") {
		t.Errorf("a wrong one: %d %s", code, errs)
	}
}
