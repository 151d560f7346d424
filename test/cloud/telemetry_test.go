package cloud_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/actors/uplink"
	"github.com/holdfast-edge/holdfast/cluster/member"
	"github.com/holdfast-edge/holdfast/cluster/telemetry"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/tag"
)

// far is a sink in memory that refuses what it is told to.
type far struct {
	mu     sync.Mutex
	got    []uint64
	refuse func(sequence uint64) error
}

func (f *far) Spec() config.SinkType { return config.SinkType{Name: "far", Doc: "in memory"} }

func (f *far) Open(context.Context, sinks.Target) (sinks.Writer, error) { return f, nil }

func (f *far) Send(_ context.Context, d sinks.Delivery, done func(error)) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if d.Batch != nil {
		first := d.Batch.Identity(0).Sequence
		if f.refuse != nil {
			if err := f.refuse(first); err != nil {
				go done(err)
				return nil
			}
		}
		for i := range d.Batch.Len() {
			f.got = append(f.got, first+uint64(i))
		}
	}
	go done(nil)
	return nil
}

func (f *far) Lost() <-chan struct{}       { return nil }
func (f *far) Close(context.Context) error { return nil }

// node opens the telemetry of a site that has joined.
func (c *cloud) node(name string) sinks.Writer {
	c.t.Helper()
	if err := c.join(name, nil).Save(c.home(name)); err != nil {
		c.t.Fatal(err)
	}
	return c.open(name)
}

// home is the directory of a node's credentials.
func (c *cloud) home(name string) string { return filepath.Join(c.dir, "node-"+name) }

// open opens the telemetry of a site, once more where it is open already.
func (c *cloud) open(name string) sinks.Writer {
	c.t.Helper()
	dir := c.home(name)
	far := uplink.Telemetry{Env: uplink.Env{Dir: dir, Now: time.Now, Logger: slog.New(slog.DiscardHandler), Status: &uplink.Status{}}}
	w, err := far.Open(c.t.Context(), sinks.Target{})
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := w.Close(ctx); err != nil {
			c.t.Error(err)
		}
	})
	return w
}

// send sends and waits for what comes of it.
func send(t *testing.T, w sinks.Writer, d sinks.Delivery) error {
	t.Helper()
	done := make(chan error, 1)
	if err := w.Send(t.Context(), d, func(err error) { done <- err }); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-done:
		return err
	case <-time.After(patience):
		t.Fatal("nothing came of a delivery")
		return nil
	}
}

// batch is rows of a stream of plant-7 from a sequence on.
func batch(t *testing.T, sequence uint64, n int) *tag.Batch {
	t.Helper()
	stream := tag.NewStreamID("plant-7", "boiler.fast")
	schema, err := tag.NewSchema(stream, "boiler.fast", tag.Field{Name: "t", Kind: tag.Int})
	if err != nil {
		t.Fatal(err)
	}
	b := tag.NewBuilder(schema, n)
	for i := range n {
		b.Row(int64(i))[0] = tag.IntOf(int64(i))
	}
	return b.Batch().Committed(tag.Identity{Site: "plant-7", Stream: stream, Incarnation: 1, Sequence: sequence})
}

func TestTelemetryIsAcknowledgedWhenTheSinksHaveItAndItsGapsAreReported(t *testing.T) {
	f := &far{refuse: func(sequence uint64) error {
		if sequence == 31 {
			return &sinks.Failure{Permanent: true, Err: errors.New("too large")}
		}
		return nil
	}}
	c := start(t, 1, func(o *member.Options) { o.Sinks = []telemetry.Sink{{Kind: f, Config: &config.Sink{Name: "far"}}} })
	w := c.node("plant-7")
	for _, d := range []sinks.Delivery{{Batch: batch(t, 1, 10)}, {Batch: batch(t, 16, 15)}, {Batch: batch(t, 16, 15)}} {
		if err := send(t, w, d); err != nil {
			t.Fatal(err)
		}
	}
	gap := &tag.Gap{First: batch(t, 11, 1).Identity(0), Count: 3, Cause: tag.QuotaExceeded}
	if err := send(t, w, sinks.Delivery{Gap: gap}); err != nil {
		t.Fatal(err)
	}
	refusal, ok := errors.AsType[*sinks.Failure](send(t, w, sinks.Delivery{Batch: batch(t, 31, 1)}))
	if !ok || !refusal.Permanent {
		t.Errorf("what the far end refuses for good came back as %v", refusal)
	}
	var streams []telemetry.Stream
	c.do(http.MethodGet, "/api/v1/sites/plant-7/telemetry", nil, &streams)
	if len(streams) != 1 {
		t.Fatalf("%d streams", len(streams))
	}
	s := streams[0]
	if s.Rows != 25 || s.Twice != 15 || s.Gaps[tag.QuotaExceeded.String()] != 3 || s.Missing != 2 || s.Next != 31 {
		t.Errorf("the account is %+v", s)
	}
}

func TestACloudWithoutSinksTakesNoTelemetry(t *testing.T) {
	c := start(t, 1)
	dir := t.TempDir()
	if err := c.join("plant-7", nil).Save(dir); err != nil {
		t.Fatal(err)
	}
	far := uplink.Telemetry{Env: uplink.Env{Dir: dir, Now: time.Now, Logger: slog.New(slog.DiscardHandler), Status: &uplink.Status{}}}
	_, err := far.Open(t.Context(), sinks.Target{})
	if f, ok := errors.AsType[*sinks.Failure](err); !ok || !f.Permanent {
		t.Errorf("opened: %v", err)
	}
}
