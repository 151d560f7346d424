package http_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	nethttp "net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/internal/leak"
	"github.com/holdfast-edge/holdfast/internal/ports"
	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/sinks/conformance"
	"github.com/holdfast-edge/holdfast/sinks/http"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestMain(m *testing.M) { leak.Main(m) }

// server keeps what is posted to it.
type server struct {
	address string
	http    *nethttp.Server
	done    chan struct{}
	body    string

	mu    sync.Mutex
	seen  []conformance.Record
	types map[string]bool
	busy  int // requests to be answered with 503 first
}

func start(t *testing.T, body string) *server {
	t.Helper()
	s := &server{body: body, address: ports.Free(t).Address(), types: map[string]bool{}}
	s.listen(t)
	t.Cleanup(s.stop)
	return s
}

func (s *server) listen(t *testing.T) {
	t.Helper()
	l, err := net.Listen("tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	s.address, s.done = l.Addr().String(), make(chan struct{})
	s.http = &nethttp.Server{Handler: s, ReadHeaderTimeout: time.Minute}
	go func() { defer close(s.done); _ = s.http.Serve(l) }()
}

func (s *server) stop() {
	_ = s.http.Close()
	<-s.done
}

// ServeHTTP takes records, and refuses a request with a note that says so.
func (s *server) ServeHTTP(w nethttp.ResponseWriter, r *nethttp.Request) {
	if user, password, _ := r.BasicAuth(); user != "edge" || password != "secret7" {
		w.WriteHeader(nethttp.StatusUnauthorized)
		return
	}
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.busy > 0 {
		s.busy--
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(nethttp.StatusServiceUnavailable)
		return
	}
	records, err := read(string(text))
	if err != nil || strings.Contains(string(text), "refuse me") || r.Header.Get("Idempotency-Key") == "" {
		w.WriteHeader(nethttp.StatusUnprocessableEntity)
		return
	}
	s.types[r.Header.Get("Content-Type")] = true
	s.seen = append(s.seen, records...)
}

// read reads an array, lines, or one object.
func read(text string) (all []conformance.Record, err error) {
	var bodies []struct {
		ID, Stream  string
		Temperature float64
		Humidity    *int
		Note        string
		Gap         *struct {
			First string
			Count uint64
		}
	}
	if !strings.HasPrefix(text, "[") {
		text = "[" + strings.ReplaceAll(strings.TrimSpace(text), "\n", ",") + "]"
	}
	if err := json.Unmarshal([]byte(text), &bodies); err != nil {
		return nil, err
	}
	for _, b := range bodies {
		if b.Gap != nil {
			b.ID = b.Gap.First
		}
		id, err := tag.ParseIdentity(b.ID)
		if err != nil {
			return nil, err
		}
		one := conformance.Record{Stream: "one", Sequence: id.Sequence, Temperature: b.Temperature}
		if id.Stream == tag.NewStreamID("plant-7", "two") {
			one.Stream = "two"
		}
		if b.Humidity != nil {
			one.Humidity = fmt.Sprint(*b.Humidity)
		}
		if b.Gap != nil {
			one.Gap = b.Gap.Count
		}
		all = append(all, one)
	}
	return all, nil
}

func (s *server) Address() string { return s.address }

func (s *server) Keys(address string) string {
	return "url: http://" + address + "/in\nusername: edge\npassword: env:HTTP_PASSWORD\nlinger: 5ms\nbatch: 50\nbody: " + s.body
}

func (s *server) WrongKeys(t *testing.T, address string) (keys, secret string) {
	t.Setenv("WRONG_PASSWORD", "hunter2hunter2")
	return strings.Replace(s.Keys(address), "HTTP_PASSWORD", "WRONG_PASSWORD", 1), "hunter2"
}

func (s *server) Spoil(row []tag.Value) { row[2] = tag.StringOf("refuse me") }

func (s *server) Restart(t *testing.T) {
	s.stop()
	s.listen(t)
}

func (s *server) Seen(*testing.T) []conformance.Record {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]conformance.Record(nil), s.seen...)
}

func TestTheSinkConforms(t *testing.T) {
	t.Setenv("HTTP_PASSWORD", "secret7")
	for _, body := range []string{"array", "lines", "single"} {
		t.Run(body, func(t *testing.T) {
			conformance.Run(t, conformance.Subject{
				Sink: http.Sink{}, Impatient: "timeout: 500ms",
				Start: func(t *testing.T, _ int64) conformance.Far { return start(t, body) },
			})
		})
	}
}

func TestAServerThatAsksForPeaceGetsItOnTheSameConnection(t *testing.T) {
	t.Setenv("HTTP_PASSWORD", "secret7")
	s := start(t, "array")
	s.busy = 1
	w, err := http.Sink{}.Open(t.Context(), conformance.Target(conformance.Options(t, http.Sink{}, s.Keys(s.address))))
	if err != nil {
		t.Fatal(err)
	}
	answer := make(chan error, 1)
	if err := w.Send(t.Context(), sinks.Delivery{Batch: conformance.Rows(t, 0, "one", 1, 3)}, func(err error) { answer <- err }); err != nil {
		t.Fatal(err)
	}
	if err := <-answer; err != nil || len(s.Seen(t)) != 3 {
		t.Errorf("%v, %d records", err, len(s.Seen(t)))
	}
	if err := w.Close(t.Context()); err != nil || !s.types["application/json"] {
		t.Errorf("%v, %v", err, s.types)
	}
}
