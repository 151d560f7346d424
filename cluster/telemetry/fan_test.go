package telemetry_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/telemetry"
	"github.com/holdfast-edge/holdfast/config"
	web "github.com/holdfast-edge/holdfast/sinks/http"
	"github.com/holdfast-edge/holdfast/supervisor"
	"github.com/holdfast-edge/holdfast/tag"
)

const patience = time.Minute

// taker is a far end that keeps the bodies of requests.
type taker struct {
	mu     sync.Mutex
	bodies []string
}

func (f *taker) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	text, _ := io.ReadAll(r.Body)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.bodies = append(f.bodies, string(text))
}

// fan starts a fan to an HTTP sink, with keys as the cloud's file of sinks has them.
func fan(t *testing.T, far *taker, keys string) *telemetry.Fan {
	t.Helper()
	server := httptest.NewServer(far)
	t.Cleanup(server.Close)
	catalog, err := config.NewCatalog(nil, []config.SinkType{web.Sink{}.Spec()})
	if err != nil {
		t.Fatal(err)
	}
	text := "site: cloud\nsinks: [{name: far, type: http, url: '" + server.URL + "', body: single, linger: 1ms, " + keys + "}]\n"
	site, err := config.Parse([]config.Source{{Name: "test", Data: []byte(text)}}, catalog)
	if err != nil {
		t.Fatal(err)
	}
	s := site.Sinks[0]
	f := telemetry.NewFan("m1", []telemetry.Sink{{Kind: web.Sink{}, Config: &s}}, slog.New(slog.DiscardHandler))
	system := supervisor.New(supervisor.Options{Name: "test", Logger: slog.New(slog.DiscardHandler)})
	if _, err := system.Spawn(f.Spec()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := system.Shutdown(ctx); err != nil {
			t.Error(err)
		}
	})
	return f
}

// records is a row of a site's stream, in a lane.
func record(t *testing.T, site string, sequence uint64, origin tag.Origin) link.Record {
	t.Helper()
	stream := tag.NewStreamID(site, "boiler.fast")
	schema, err := tag.NewSchema(stream, "boiler.fast", tag.Field{Name: "t", Kind: tag.Int}, tag.Field{Name: "secret", Kind: tag.Int})
	if err != nil {
		t.Fatal(err)
	}
	b, err := tag.Assemble(schema, tag.Rows{Times: []int64{1}, Values: []tag.Value{tag.IntOf(7), tag.IntOf(8)}, Origin: origin})
	if err != nil {
		t.Fatal(err)
	}
	return link.Record{Batch: b.Committed(tag.Identity{Site: site, Stream: stream, Incarnation: 1, Sequence: sequence})}
}

// deliver delivers until the sink is open, and returns what came of it.
func deliver(t *testing.T, f *telemetry.Fan, r link.Record) {
	t.Helper()
	deadline := time.After(patience)
	for {
		done := make(chan error, 1)
		if err := f.Deliver(t.Context(), r, func(err error) { done <- err }); err != nil {
			t.Fatal(err)
		}
		select {
		case err := <-done:
			if err == nil {
				return
			}
		case <-deadline:
			t.Fatal("it was never delivered")
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-deadline:
			t.Fatal("it was never delivered")
		}
	}
}

func TestARecordIsToldUnderItsOwnSitesName(t *testing.T) {
	far := &taker{}
	f := fan(t, far, `template: '"{site}/{stream}"'`)
	for _, site := range []string{"plant-1", "plant-2"} {
		deliver(t, f, record(t, site, 1, tag.Live))
	}
	if len(far.bodies) != 2 || far.bodies[0] != `"plant-1/boiler.fast"` || far.bodies[1] != `"plant-2/boiler.fast"` {
		t.Errorf("it was told as %q", far.bodies)
	}
}

func TestTheKeysOfDeliveryHoldAtTheCloud(t *testing.T) {
	far := &taker{}
	f := fan(t, far, "fields: [t], historical: skip")
	deliver(t, f, record(t, "plant-1", 1, tag.Live))
	deliver(t, f, record(t, "plant-1", 2, tag.Backfill))
	if len(far.bodies) != 2 || !strings.Contains(far.bodies[1], "gap") {
		t.Fatalf("what was told: %q", far.bodies)
	}
	var got map[string]any
	if err := json.Unmarshal([]byte(far.bodies[0]), &got); err != nil || got["t"] != 7.0 || got["secret"] != nil {
		t.Errorf("it was told as %s, %v", far.bodies[0], err)
	}
	if s := f.Ledger().Streams("plant-1"); len(s) != 1 || s[0].Rows != 2 || s[0].Missing != 0 {
		t.Errorf("the account is %+v", s)
	}
}

func TestKeysThatMeanNothingAtACloudAreRefused(t *testing.T) {
	for _, c := range []config.Sink{
		{Paused: true}, {MaxBacklog: 1}, {OnError: config.OnError{Refused: config.RefusedHold}}, {OnError: config.OnError{Refused: config.RefusedDeadLetter}},
	} {
		if err := (telemetry.Sink{Config: &c}).Check(); err == nil {
			t.Errorf("%+v is taken", c)
		}
	}
	if err := (telemetry.Sink{Config: &config.Sink{OnError: config.OnError{Refused: config.RefusedDrop}}}).Check(); err != nil {
		t.Error(err)
	}
}
