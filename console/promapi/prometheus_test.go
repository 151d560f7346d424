package promapi_test

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/s2"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/prompb"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb/chunkenc"

	"github.com/holdfast-edge/holdfast/internal/ports"
	"github.com/holdfast-edge/holdfast/store/series"
)

// startPrometheus runs Debian's Prometheus, which takes samples by remote write,
// until the test ends.
func startPrometheus(t testing.TB) (address string) {
	t.Helper()
	t.Helper()
	at := ports.Free(t).Address()
	dir := t.TempDir()
	config := filepath.Join(dir, "prometheus.yml")
	if err := os.WriteFile(config, []byte("global: {}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("prometheus", "--config.file="+config, "--storage.tsdb.path="+filepath.Join(dir, "data"),
		"--web.listen-address="+at, "--web.enable-remote-write-receiver", "--log.level=warn")
	var logs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &logs, &logs
	if err := cmd.Start(); err != nil {
		t.Fatalf("start Debian's prometheus (make deps installs it): %v", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-ended
	})
	address = "http://" + at
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for limit := time.Now().Add(patience); time.Now().Before(limit); <-tick.C {
		if r, err := http.Get(address + "/-/ready"); err == nil {
			_ = r.Body.Close()
			if r.StatusCode == http.StatusOK {
				return address
			}
		}
	}
	t.Fatalf("prometheus is not ready:\n%s", &logs)
	return ""
}

// write gives Prometheus by remote write what a Queryable has.
func write(t testing.TB, address string, source *series.Queryable) (samples int) {
	t.Helper()
	t.Helper()
	q, err := source.Querier(0, noon.UnixMilli())
	if err != nil {
		t.Fatal(err)
	}
	var all prompb.WriteRequest
	set := q.Select(t.Context(), true, nil, labels.MustNewMatcher(labels.MatchRegexp, model.MetricNameLabel, ".+"))
	for set.Next() {
		one := series1(set.At())
		samples += len(one.Samples)
		all.Timeseries = append(all.Timeseries, one)
	}
	if err := set.Err(); err != nil {
		t.Fatal(err)
	}
	text, err := all.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.Post(address+"/api/v1/write", "application/x-protobuf", bytes.NewReader(s2.EncodeSnappy(nil, text)))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if r.StatusCode/100 != 2 {
		var said bytes.Buffer
		_, _ = said.ReadFrom(r.Body)
		t.Fatalf("remote write: %d %s", r.StatusCode, &said)
	}
	return samples
}

func series1(s storage.Series) (one prompb.TimeSeries) {
	s.Labels().Range(func(l labels.Label) {
		one.Labels = append(one.Labels, prompb.Label{Name: l.Name, Value: l.Value})
	})
	for it := s.Iterator(nil); it.Next() != chunkenc.ValNone; {
		at, v := it.At()
		one.Samples = append(one.Samples, prompb.Sample{Timestamp: at, Value: v})
	}
	return one
}

// corpus is what both are asked. It leaves out what a later version of the
// engine changed on purpose: whether a range has its left end (no sample and no
// step of a subquery lies on one), and how far rates of what is no counter are
// extrapolated.
func corpus() (queries []string) {
	for _, selector := range []string{"temperature", `energy_total{device="boiler"}`, `pump{site="plant-7"}`, `{tag="energy total",device!="boiler"}`} {
		for _, f := range []string{
			"%s", "%s offset 7m", "-%s", "%s * 2 + 1", "%s > 20", "%s > bool 20", "abs(%s)", "ceil(%s)", "clamp(%s, 20, 22)", "sgn(%s)", "sqrt(%s)",
			"rate(%s[5m])", "irate(%s[3m])", "increase(%s[17m])", "delta(%s[9m])", "idelta(%s[2m])", "deriv(%s[10m])", "predict_linear(%s[10m], 600)",
			"resets(%s[30m])", "changes(%s[30m])", "avg_over_time(%s[7m])", "min_over_time(%s[7m])", "max_over_time(%s[7m])", "sum_over_time(%s[7m])",
			"count_over_time(%s[7m])", "stddev_over_time(%s[7m])", "stdvar_over_time(%s[7m])", "quantile_over_time(0.9, %s[7m])", "last_over_time(%s[7m])",
			"present_over_time(%s[7m])", "absent_over_time(%s[1m])", "absent(%s)", "rate(%s[5m] offset 11m)", "max_over_time(rate(%[1]s[2m])[20m20s:1m])",
			"avg_over_time(%s[15m40s:30s] offset 3m)", "sum(%s)", "sum by (device) (%s)", "avg without (device, stream) (%s)", "count(%s)", "min(%s)", "max(%s)",
			"stddev(%s)", "topk(1, %s)", "bottomk(1, %s)", "quantile(0.3, %s)", "count_values(\"v\", round(%s))", "group(%s)", "timestamp(%s)",
			"label_replace(%s, \"unit2\", \"$1\", \"unit\", \"(.*)\")", "label_join(%s, \"path\", \"/\", \"site\", \"device\")", "sort_desc(%s)", "round(%s, 0.5)",
			"%[1]s and on (device) temperature > 22", "%[1]s or temperature", "%[1]s unless on (device) pump == 1", "%[1]s / on (device, group) group_left temperature",
			"%s @ 1795863600", "rate(%s[5m] @ end())", "sum(rate(%[1]s[5m])) / count(%[1]s)", "histogram_quantile(0.9, %s)",
		} {
			isCounter := strings.Contains(selector, "energy")
			if ofCounters := strings.Contains(f, "rate(") || strings.Contains(f, "increase("); !ofCounters || isCounter {
				queries = append(queries, fmt.Sprintf(f, selector))
			}
		}
	}
	return append(queries, "1+1", "vector(3)", "time()", "scalar(sum(temperature))", "\"text\"", "hour()", "day_of_week(vector(time()))", "nothing",
		"sum by (device) (rate(energy_total[5m])) > 0.5", "temperature{device=~\"b.*\"}", "temperature{device!~\"b.*\",unit=\"°C\"}", "pi() * 2",
		"sum by (tag) ({site=\"plant-7\"})", "avg(temperature) - avg(temperature offset 1h)", "temperature == ignoring (device) temperature")
}
