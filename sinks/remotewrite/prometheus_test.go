package remotewrite_test

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/internal/leak"
	"github.com/holdfast-edge/holdfast/internal/ports"
	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/sinks/conformance"
	"github.com/holdfast-edge/holdfast/sinks/remotewrite"
)

func TestMain(m *testing.M) { leak.Main(m) }

// server is Debian's Prometheus, or VictoriaMetrics: both answer PromQL.
type server struct {
	*conformance.Process
	address, path string
	base          int64
}

func startPrometheus(t *testing.T, base int64, outOfOrder string) *server {
	t.Helper()
	dir := t.TempDir()
	conf := filepath.Join(dir, "prometheus.yml")
	text := "global: {scrape_interval: 1h}\n"
	if outOfOrder != "" {
		text += "storage: {tsdb: {out_of_order_time_window: " + outOfOrder + "}}\n"
	}
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s := &server{address: ports.Free(t).Address(), path: "/api/v1/write", base: base}
	s.Process = conformance.StartProcess(t, conformance.Answers("http://"+s.address+"/-/ready"), nil, "prometheus",
		"--config.file="+conf, "--storage.tsdb.path="+dir+"/data", "--web.listen-address="+s.address, "--web.enable-remote-write-receiver", "--log.level=warn")
	return s
}

func startVictoria(t *testing.T, base int64) *server {
	t.Helper()
	s := &server{address: ports.Free(t).Address(), path: "/api/v1/write", base: base}
	s.Process = conformance.StartProcess(t, conformance.Answers("http://"+s.address+"/health"), nil,
		"victoria-metrics", "-httpListenAddr="+s.address, "-storageDataPath="+t.TempDir(), "-search.latencyOffset=0s", "-retentionPeriod=1y")
	return s
}

func (s *server) Address() string { return s.address }

func (s *server) Keys(address string) string {
	return "url: http://" + address + s.path + "\nlinger: 5ms\nbatch: 50"
}

func (s *server) Restart(*testing.T) {
	s.Stop()
	s.Start()
}

// query returns the samples of every series of the site.
func (s *server) query(t *testing.T) (found []found) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	if flush, err := client.Get("http://" + s.address + "/internal/force_flush"); err == nil { // VictoriaMetrics shows what is flushed
		_ = flush.Body.Close()
	}
	q := url.Values{"query": {`{site="plant-7"}[2h]`}, "time": {strconv.FormatInt(time.Now().Add(30*time.Minute).Unix(), 10)}}
	reply, err := client.Get("http://" + s.address + "/api/v1/query?" + q.Encode())
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	var answer struct {
		Data struct {
			Result []struct {
				Metric map[string]string
				Values [][2]any
			}
		}
		Error string
	}
	if err := json.NewDecoder(reply.Body).Decode(&answer); err != nil || answer.Error != "" {
		t.Fatal(answer.Error, err)
	}
	for _, r := range answer.Data.Result {
		for _, v := range r.Values {
			value, err := strconv.ParseFloat(v[1].(string), 64)
			if err != nil {
				t.Fatal(err)
			}
			found = append(found, newFound(r.Metric["__name__"], v[0].(float64), value))
		}
	}
	return found
}

// found is a sample that is there.
type found struct {
	metric string
	ns     int64
	value  float64
}

func newFound(metric string, seconds, value float64) found {
	return found{metric, int64(seconds*1000+0.5) * 1e6, value}
}

func (s *server) Seen(t *testing.T) (all []conformance.Record) {
	t.Helper()
	records := map[string]*conformance.Record{}
	for _, f := range s.query(t) {
		stream, field, _ := strings.Cut(f.metric, "_")
		if stream == "hf" {
			continue
		}
		key := stream + strconv.FormatInt(f.ns, 10)
		r := records[key]
		if r == nil {
			r = &conformance.Record{Stream: stream, Sequence: uint64(time.Duration(f.ns-s.base) / time.Second)}
			records[key] = r
		}
		switch {
		case field == "temperature":
			r.Temperature = f.value
		case !math.IsNaN(f.value): // VictoriaMetrics shows the stale marker, Prometheus does not
			r.Humidity = fmt.Sprint(f.value)
		}
	}
	for _, r := range records {
		all = append(all, *r)
	}
	slices.SortFunc(all, func(a, b conformance.Record) int { return int(a.Sequence) - int(b.Sequence) })
	return all
}

func TestTheSinkConformsWithPrometheus(t *testing.T) {
	conformance.Run(t, conformance.Subject{
		Sink: remotewrite.Sink{}, Idempotent: true, GapsUntold: true, Impatient: "timeout: 1s",
		Start: func(t *testing.T, base int64) conformance.Far { return startPrometheus(t, base, "2h") },
	})
}

func TestTheSinkConformsWithVictoriaMetrics(t *testing.T) {
	conformance.Run(t, conformance.Subject{
		Sink: remotewrite.Sink{}, Idempotent: true, GapsUntold: true, Impatient: "timeout: 1s",
		Start: func(t *testing.T, base int64) conformance.Far { return startVictoria(t, base) },
	})
}

func TestLateSamplesThatPrometheusRefusesAreToldOrPassed(t *testing.T) {
	base := time.Now().Add(-10 * time.Minute).UnixNano()
	s := startPrometheus(t, base, "")
	for how, refused := range map[string]bool{"drop": false, "refuse": true} {
		w, err := remotewrite.Sink{}.Open(t.Context(), conformance.Target(conformance.Options(t, remotewrite.Sink{}, s.Keys(s.address)+"\nout_of_order: "+how)))
		if err != nil {
			t.Fatal(err)
		}
		answers := make(chan error, 2)
		for _, first := range []uint64{200, 1} { // the newer one goes first
			done := func(err error) { answers <- err }
			if err := w.Send(t.Context(), sinks.Delivery{Batch: conformance.Rows(t, base, how, first, 3)}, done); err != nil {
				t.Fatal(err)
			}
			if err := <-answers; (err != nil) != (refused && first == 1) {
				t.Errorf("%s, from %d: %v", how, first, err)
			}
		}
		if err := w.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
}
