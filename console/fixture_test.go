package console_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/console"
)

// patience is how long a condition may take on a loaded machine.
const patience = 2 * time.Minute

// served is a console that serves a node on loopback.
type served struct {
	*console.Server
	t      *testing.T
	node   *fake
	client *http.Client
	logs   *logs
}

// logs is what the console has logged.
type logs struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// serve serves the node until the test ends; change may change the options.
func serve(t *testing.T, node *fake, change func(*console.Options)) *served {
	t.Helper()
	s := &served{t: t, node: node, client: &http.Client{Timeout: patience}, logs: &logs{}}
	o := console.Options{
		Listen: "127.0.0.1:0", Dir: t.TempDir(), Node: node, Actor: "/core/console",
		Logger: slog.New(slog.NewTextHandler(s.logs, nil)), Now: func() time.Time { return noon },
	}
	if change != nil {
		change(&o)
	}
	var err error
	if s.Server, err = console.Open(o); err != nil {
		t.Fatal(err)
	}
	s.Hurry(20*time.Millisecond, 2*time.Second)
	run(t, s.Server)
	return s
}

// run serves until the test ends.
func run(t *testing.T, s *console.Server) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx) }()
	t.Cleanup(func() {
		cancel()
		select {
		case err := <-ended:
			if err != nil {
				t.Errorf("serve: %v", err)
			}
		case <-time.After(patience):
			t.Error("the console does not end")
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}

// do makes a request and returns the status and the body.
func (s *served) do(method, path, body string, change ...func(*http.Request)) (int, string) {
	s.t.Helper()
	r, err := http.NewRequest(method, s.URL()+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, c := range change {
		c(r)
	}
	answer, err := s.client.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

// get decodes an answer that must be a good one.
func (s *served) get(path string, into any) {
	s.t.Helper()
	status, text := s.do(http.MethodGet, path, "")
	if status != http.StatusOK {
		s.t.Fatalf("GET %s: %d %s", path, status, text)
	}
	if err := json.Unmarshal([]byte(text), into); err != nil {
		s.t.Fatalf("GET %s: %v in %s", path, err, text)
	}
}

// until waits for a condition.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(patience)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatalf("waited for %s", what)
		}
		<-tick.C
	}
}
