package console_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/console"
	"github.com/holdfast-edge/holdfast/tag"
)

// watcher reads a stream.
type watcher struct {
	t     *testing.T
	lines *bufio.Scanner
}

// watch opens a stream, which ends with the test.
func (s *served) watch(query string) *watcher {
	s.t.Helper()
	ctx, cancel := context.WithCancel(s.t.Context())
	s.t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL()+"/api/v1/stream"+query, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	answer, err := s.client.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = answer.Body.Close() })
	if got := answer.Header.Get("Content-Type"); answer.StatusCode != http.StatusOK || got != "text/event-stream" {
		text, _ := io.ReadAll(answer.Body)
		s.t.Fatalf("%s, %s: %s", answer.Status, got, text)
	}
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, 1<<20)
	return &watcher{t: s.t, lines: lines}
}

// next decodes the next event of a name for which holds is true.
func next[T any](w *watcher, name string, holds func(T) bool) T {
	w.t.Helper()
	current := ""
	for w.lines.Scan() {
		line := w.lines.Text()
		if event, ok := strings.CutPrefix(line, "event: "); ok {
			current = event
		}
		data, ok := strings.CutPrefix(line, "data: ")
		if !ok || current != name {
			continue
		}
		var frame T
		if err := json.Unmarshal([]byte(data), &frame); err != nil {
			w.t.Fatal(err)
		}
		if holds(frame) {
			return frame
		}
	}
	w.t.Fatalf("the stream ended before %s: %v", name, w.lines.Err())
	panic("unreachable")
}

type treeFrame struct {
	Actors []console.Actor
	Gone   []string
}

type liveTag struct {
	D, T, Q string
	V, L    any
	Ms      int64
}

func any1[T any](T) bool { return true }

func TestAStreamBeginsWithEverythingAndGoesOnWithWhatChanges(t *testing.T) {
	node := newFake()
	s := serve(t, node, nil)
	w := s.watch("?device=boiler")
	if v := next(w, "hello", any1[console.Version]); v.Site != "plant-7" {
		t.Errorf("hello %+v", v)
	}
	if tree := next(w, "tree", any1[treeFrame]); len(tree.Actors) != 7 || tree.Actors[0].Path != "/" {
		t.Errorf("tree %+v", tree)
	}
	if tags := next(w, "tags", any1[[]liveTag]); len(tags) != 2 || tags[0].V != 21.5 || tags[0].Ms != noon.UnixMilli() {
		t.Errorf("tags %+v", tags)
	}
	node.set("temperature", tag.FloatOf(21.5).WithQuality(tag.BadTimeout), noon)
	if tags := next(w, "tags", any1[[]liveTag]); len(tags) != 1 || tags[0].V != nil || tags[0].L != 21.5 || tags[0].Q != "BadTimeout" {
		t.Errorf("only the temperature changed: %+v", tags)
	}
	node.change(func(f *fake) {
		f.tree.Children[1].Children[0].Children = f.tree.Children[1].Children[0].Children[:1]
		f.tree.Children[1].Children[0].Children[0].State = "connecting"
	})
	tree := next(w, "tree", any1[treeFrame])
	if len(tree.Actors) != 1 || tree.Actors[0].State != "connecting" || len(tree.Gone) != 1 || tree.Gone[0] != "/endpoints/tcp:10.0.0.7:502/boiler" {
		t.Errorf("only two changed: %+v", tree)
	}
	node.happen("failed", "/x", "it failed")
	if events := next(w, "events", any1[[]console.Event]); len(events) != 1 || events[0].Text != "it failed" {
		t.Errorf("events %+v", events)
	}
	node.change(func(f *fake) { f.sinks[0].Lag = 77 })
	next(w, "status", func(f struct{ Sinks []console.Sink }) bool { return f.Sinks[0].Lag == 77 })
}

func TestAStreamOfNoDeviceHasNoTags(t *testing.T) {
	s := serve(t, newFake(), nil)
	w := s.watch("?device=nothing")
	for w.lines.Scan() && !strings.HasPrefix(w.lines.Text(), "event: status") {
		if strings.HasPrefix(w.lines.Text(), "event: tags") {
			t.Fatal("it has")
		}
	}
}

func TestAStreamTakesUpWhereTheLastOneEnded(t *testing.T) {
	node := newFake()
	for i := range 500 {
		node.happen("state", "/x", fmt.Sprint(i+1))
	}
	s := serve(t, node, nil)
	if e := next(s.watch("?after=450"), "events", any1[[]console.Event]); e[0].Number != 451 || len(e) != 50 {
		t.Errorf("from %d, %d of them", e[0].Number, len(e))
	}
	if e := next(s.watch(""), "events", any1[[]console.Event]); e[0].Number != 301 || len(e) != 200 {
		t.Errorf("a new viewer is shown from %d, %d of them", e[0].Number, len(e))
	}
	if e := next(s.watch("?after=100"), "events", any1[[]console.Event]); e[0].Number != 101 || len(e) != 200 {
		t.Errorf("one who was long away is shown from %d, %d of them in a frame", e[0].Number, len(e))
	}
}

func TestTooManyViewersAreTurnedAwayAndCounted(t *testing.T) {
	s := serve(t, newFake(), nil)
	for range 32 {
		next(s.watch(""), "hello", any1[console.Version])
	}
	if status, text := s.do(http.MethodGet, "/api/v1/stream", ""); status != 503 || !strings.Contains(text, "32 pages") {
		t.Errorf("%d %s", status, text)
	}
	if m := s.metric("holdfast_console_viewers_refused_total"); m != "1" {
		t.Errorf("counted %q", m)
	}
}

func TestAViewerThatLeavesMakesRoom(t *testing.T) {
	s := serve(t, newFake(), nil)
	r, err := s.client.Get(s.URL() + "/api/v1/stream")
	if err != nil {
		t.Fatal(err)
	}
	until(t, "the viewer to be counted", func() bool { return s.metric("holdfast_console_viewers") == "1" })
	_ = r.Body.Close()
	until(t, "the viewer to be gone", func() bool { return s.metric("holdfast_console_viewers") == "0" })
	if got := s.metric("holdfast_console_viewers_cut_total"); got != "0" {
		t.Errorf("one who leaves is no slow one: %s", got)
	}
}

func TestAViewerThatTakesNothingIsCutAndCounted(t *testing.T) {
	node := newFake()
	node.sinks[0].Detail = strings.Repeat("a long story ", 20_000) // soon no buffer of the system holds the frames
	s := serve(t, node, nil)
	c, err := net.Dial("tcp", strings.TrimPrefix(s.URL(), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := fmt.Fprintf(c, "GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	until(t, "the slow viewer to be cut", func() bool { return s.metric("holdfast_console_viewers_cut_total") == "1" })
	next(s.watch(""), "status", any1[map[string]any]) // others are served on
}

func TestStreamsEndWithTheConsole(t *testing.T) {
	node := newFake()
	s, err := console.Open(console.Options{Listen: "127.0.0.1:0", Node: node, Logger: discard()})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx) }()
	r, err := http.Get(s.URL() + "/api/v1/stream")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	_, _ = io.Copy(io.Discard, r.Body) // it ends, or this never returns
}
