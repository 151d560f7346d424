package main

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/internal/node"
)

// api asks the console of a plant.
func api(t *testing.T, method, path, body string) []byte {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, os.Getenv("HOLDFAST_URL")+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: %s %s %v", method, path, answer.Status, text, err)
	}
	return text
}

// recordFaultyPress records the press of the demonstration, well and in trouble, and returns the file.
func recordFaultyPress(t *testing.T) string {
	t.Helper()
	plant(t)
	eventually(t, "Good", "get", "tags", "press.force")
	file := filepath.Join(t.TempDir(), "press.holdrec")
	if code, _, errs := call("record", "fetch", "press", "-o", file); code != exitFailed || !strings.Contains(errs, "nothing has been recorded") {
		t.Errorf("before: %d %s", code, errs)
	}
	if code, out, errs := call("record", "start", "press", "--max-size", "1MiB", "--max-time", "1h"); code != 0 || !strings.Contains(out, ": on: ") {
		t.Fatalf("%d %s%s", code, out, errs)
	}
	moreFrames(t)
	api(t, http.MethodPut, "/api/v1/faults/garbage", `{"on": true}`)
	eventually(t, "Bad", "get", "tags", "press.force")
	moreFrames(t) // so that the fault lasts when it is played
	api(t, http.MethodPut, "/api/v1/faults/garbage", `{"on": false}`)
	eventually(t, "Good", "get", "tags", "press.force")
	if code, out, errs := call("record", "stop", "press"); code != 0 || !strings.Contains(out, ": ended: ") {
		t.Errorf("%d %s%s", code, out, errs)
	}
	if code, out, errs := call("record", "fetch", "press", "-o", file); code != 0 || !strings.Contains(out, "frames in") {
		t.Fatalf("%d %s%s", code, out, errs)
	}
	for name, args := range map[string][]string{
		"exists": {"record", "fetch", "press", "-o", file}, "record list": {"record", "stop", "nobody"}, "1s to 24h": {"record", "start", "press", "--max-time", "48h"}, "4KiB to 64MiB": {"record", "start", "press", "--max-size", "1GiB"},
	} {
		if code, out, errs := call(args...); code == 0 || !strings.Contains(errs, name) {
			t.Errorf("%v: %d %s%s", args, code, out, errs)
		}
	}
	return file
}

// moreFrames waits until ten frames more than now have been recorded.
func moreFrames(t *testing.T) {
	t.Helper()
	frames := func() int {
		found := regexp.MustCompile(`on: (\d+) frames`).FindStringSubmatch(eventually(t, "press", "record", "list"))
		if found == nil {
			return 0
		}
		n, err := strconv.Atoi(found[1])
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := frames()
	await(t, "frames", func() bool { return frames() >= before+10 })
}

// replay plays a file until the test ends, and returns the address.
func replay(t *testing.T, file string) string {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	seen, out := newScreen("Playing on")
	ended := make(chan error, 1)
	c := replayCommand{File: file, Listen: "127.0.0.1:0", Speed: 1}
	var said bytes.Buffer
	go func() {
		ended <- c.Run(ctx, &surroundings{out: io.MultiWriter(&said, out), logger: slog.New(slog.DiscardHandler)})
	}()
	awaitSeen(t, seen, func() {})
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	found := regexp.MustCompile(`Playing on (127\.0\.0\.1:[0-9]+)\.`).FindStringSubmatch(said.String())
	if found == nil {
		t.Fatalf("it does not say where: %s", said.String())
	}
	return found[1]
}

func TestAFaultOfThePlantIsPlayedAgainAtADesk(t *testing.T) {
	file := recordFaultyPress(t)
	if code, out, errs := call("replay", "--info", file); code != 0 || !strings.Contains(out, "driver modbus") {
		t.Errorf("%d %s%s", code, out, errs)
	}
	address := replay(t, file)
	site := filepath.Join(t.TempDir(), "desk.yaml")
	text := `{site: desk, console: {listen: "127.0.0.1:0"}, devices: [{name: press, driver: modbus, endpoint: "tcp://` + address + `", probe_max: 1s,
  groups: [{name: cycle, scan: 200ms, tags: [
    {name: force, address: "input:10", type: uint16, scale: 0.5},
    {name: stroke, address: "input:11", type: uint16, scale: 0.1},
    {name: pressure, address: "input:2", type: uint16}]}]}]}`
	if err := os.WriteFile(site, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	parts, err := components()
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := parts.Load(site)
	if err != nil {
		t.Fatal(err)
	}
	desk, err := node.Start(t.Context(), node.Options{Components: parts, Site: loaded, Dir: t.TempDir(), Version: "test", Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := desk.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	quality := func(prefix string) func() bool {
		return func() bool {
			s, ok := desk.Sample("press", "force")
			return ok && strings.HasPrefix(s.Value.Quality().String(), prefix)
		}
	}
	await(t, "a good value", quality("Good"))
	await(t, "the fault", quality("BadCommunicationError"))
	await(t, "a good value again", quality("Good"))
}

func TestWhatIsNoRecordingIsNotPlayed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "other")
	if err := os.WriteFile(file, []byte("nothing of the kind, and long enough"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := call("replay", file); code != exitFailed || !strings.Contains(errs, "no recording") {
		t.Errorf("%d %s", code, errs)
	}
}

// await waits for a condition.
func await(t *testing.T, what string, holds func() bool) {
	t.Helper()
	limit := time.NewTimer(patience)
	defer limit.Stop()
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for !holds() {
		select {
		case <-again.C:
		case <-limit.C:
			t.Fatalf("waited in vain for %s", what)
		}
	}
}
