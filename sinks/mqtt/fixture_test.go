package mqtt

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/broker/mosquittotest"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/internal/leak"
	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestMain(m *testing.M) { leak.Main(m) }

// patience bounds waits that end as soon as what they wait for has come.
const patience = time.Minute

// parse reads the keys of a sink as a configuration would hold them, one a
// line; url and topic have a value where none is given.
func parse(lines ...string) (*Options, error) {
	catalog, err := config.NewCatalog(nil, []config.SinkType{New().Spec()})
	if err != nil {
		return nil, err
	}
	all := strings.Join(lines, "\n    ")
	for _, given := range []string{"url: mqtt://127.0.0.1:1", "topic: t"} {
		key, _, _ := strings.Cut(given, " ")
		if !strings.Contains("\n    "+all, "\n    "+key) {
			all += "\n    " + given
		}
	}
	text := "site: plant-7\nsinks:\n  - name: line\n    type: mqtt\n    " + all + "\n"
	site, err := config.Parse([]config.Source{{Name: "site.yaml", Data: []byte(text)}}, catalog)
	if err != nil {
		return nil, err
	}
	return site.Sinks[0].Options.(*Options), nil
}

func options(t testing.TB, lines ...string) *Options {
	t.Helper()
	o, err := parse(lines...)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// at is the options of a sink to mosquitto.
func at(t *testing.T, s *mosquittotest.Server, lines ...string) *Options {
	t.Helper()
	t.Setenv("LINE_PASSWORD", mosquittotest.Password)
	return options(t, append([]string{"url: " + s.URL(), "username: " + mosquittotest.User, "password: env:LINE_PASSWORD"}, lines...)...)
}

func target(o *Options) sinks.Target {
	return sinks.Target{Site: "plant-7", Name: "line", Options: o, Logger: slog.New(slog.DiscardHandler)}
}

// open opens the sink and closes it when the test ends.
func open(t *testing.T, o *Options) sinks.Writer {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	w, err := New().Open(ctx, target(o))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { abandon(w) })
	return w
}

// abandon closes a connection without waiting for what is on the way.
func abandon(w sinks.Writer) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_ = w.Close(ctx)
}

// climate is a schema of two fields.
func climate(t testing.TB) *tag.Schema {
	t.Helper()
	s, err := tag.NewSchema(tag.NewStreamID("plant-7", "climate"), "climate",
		tag.Field{Name: "temperature", Kind: tag.Float, Unit: "°C"}, tag.Field{Name: "humidity", Kind: tag.Int})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// noon is the source time of every first row.
const noon = 1_800_000_000_000_000_000

// readings makes a committed batch of n rows, the first with this sequence;
// humidity is the sequence.
func readings(t testing.TB, schema *tag.Schema, first uint64, n int) *tag.Batch {
	t.Helper()
	b := tag.NewBuilder(schema, n)
	for i := range n {
		row := b.Row(noon + int64(i)*int64(time.Second))
		row[0], row[1] = tag.FloatOf(21.5), tag.UintOf(first+uint64(i))
	}
	return b.Batch().Committed(tag.Identity{Site: "plant-7", Stream: schema.Stream(), Incarnation: 3, Sequence: first})
}

func batch(b *tag.Batch) sinks.Delivery { return sinks.Delivery{Batch: b} }

// results collects what done was called with, by delivery.
type results struct {
	mu    sync.Mutex
	grown *sync.Cond
	calls map[int][]error
}

func newResults() *results {
	r := &results{calls: map[int][]error{}}
	r.grown = sync.NewCond(&r.mu)
	return r
}

// of returns the done of delivery i.
func (r *results) of(i int) func(error) {
	return func(err error) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.calls[i] = append(r.calls[i], err)
		r.grown.Broadcast()
	}
}

// wait returns when n deliveries are done.
func (r *results) wait(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for len(r.calls) < n {
		r.grown.Wait()
	}
}

// check wants every one of n deliveries done exactly once, with an error that
// is wanted reports true of.
func (r *results) check(t *testing.T, n int, wanted func(error) bool) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range n {
		if calls := r.calls[i]; len(calls) != 1 || !wanted(calls[0]) {
			t.Errorf("delivery %d was done with %v", i, calls)
		}
	}
}

// fate returns what becomes of a delivery that the far end may answer before Send has returned: a failure that may pass is
// what Send returns then, else what done is called with.
func fate(t *testing.T, w sinks.Writer, d sinks.Delivery) error {
	t.Helper()
	answer := make(chan error, 1)
	if err := w.Send(t.Context(), d, func(err error) { answer <- err }); err != nil {
		return err
	}
	return <-answer
}

func acknowledged(err error) bool { return err == nil }

// transient reports an error after which the same is worth trying again.
func transient(err error) bool {
	f, ok := errors.AsType[*sinks.Failure](err)
	return err != nil && (!ok || !f.Permanent)
}

func permanent(err error) bool {
	f, ok := errors.AsType[*sinks.Failure](err)
	return ok && f.Permanent
}

// sequence is the humidity in a payload, by which tests number rows.
func sequence(t *testing.T, payload string) (n int) {
	t.Helper()
	_, rest, found := strings.Cut(payload, `"humidity":`)
	if _, err := fmt.Sscanf(rest, "%d", &n); !found || err != nil {
		t.Fatalf("no humidity in %s", payload)
	}
	return n
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
