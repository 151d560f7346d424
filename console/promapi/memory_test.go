package promapi_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/tsdb/chunkenc"

	"github.com/holdfast-edge/holdfast/console/promapi"
)

// samplesOf are the values that are kept of a metric, and how many markers.
func samplesOf(t *testing.T, m *promapi.Memory, name string) (values []float64, stale int) {
	t.Helper()
	q, err := m.Querier(0, noon.Add(100*time.Hour).UnixMilli())
	if err != nil {
		t.Fatal(err)
	}
	set := q.Select(t.Context(), true, nil, labels.MustNewMatcher(labels.MatchEqual, model.MetricNameLabel, name))
	for set.Next() {
		for it := set.At().Iterator(nil); it.Next() != chunkenc.ValNone; {
			if _, v := it.At(); value.IsStaleNaN(v) {
				stale++
			} else {
				values = append(values, v)
			}
		}
	}
	return values, stale
}

func TestMetricsAreRememberedAndTheirEndIsMarked(t *testing.T) {
	registry := prometheus.NewRegistry()
	rows := prometheus.NewCounter(prometheus.CounterOpts{Name: "rows_total"})
	lag := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "lag"}, []string{"sink"})
	registry.MustRegister(rows, lag)
	m := promapi.NewMemory(promapi.Gathered(registry), 0)
	for i := range 10 {
		rows.Add(2)
		lag.WithLabelValues("line").Set(float64(i))
		if i == 5 {
			registry.Unregister(lag)
		}
		m.Keep(noon.Add(time.Duration(i) * promapi.ScrapeEvery))
		m.Keep(noon) // the clock was set back
	}
	if values, stale := samplesOf(t, m, "rows_total"); fmt.Sprint(values) != "[2 4 6 8 10 12 14 16 18 20]" || stale != 0 {
		t.Errorf("a counter: %v, %d", values, stale)
	}
	if values, stale := samplesOf(t, m, "lag"); fmt.Sprint(values) != "[0 1 2 3 4]" || stale != 1 {
		t.Errorf("a gauge that is gone: %v, %d", values, stale)
	}
}

func TestTheOldestIsForgotten(t *testing.T) {
	registry := prometheus.NewRegistry()
	many := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "many"}, []string{"n"})
	registry.MustRegister(many)
	for n := range 50 {
		many.WithLabelValues(fmt.Sprint(n)).Set(1)
	}
	m := promapi.NewMemory(promapi.Gathered(registry), 5000)
	for i := range 1000 {
		m.Keep(noon.Add(time.Duration(i) * promapi.ScrapeEvery))
	}
	if values, _ := samplesOf(t, m, "many"); len(values) > 5000 || len(values) < 4000 {
		t.Errorf("%d are kept", len(values))
	}
}

func TestAMetricThatComesAndGoesIsCutLikeTheOthers(t *testing.T) {
	registry := prometheus.NewRegistry()
	steady := prometheus.NewCounter(prometheus.CounterOpts{Name: "steady"})
	guest := prometheus.NewGauge(prometheus.GaugeOpts{Name: "guest"})
	registry.MustRegister(steady)
	m := promapi.NewMemory(promapi.Gathered(registry), 300)
	for i := range 400 {
		steady.Inc()
		guest.Set(float64(i) + 0.5)
		switch i % 10 {
		case 0:
			registry.MustRegister(guest)
		case 3:
			registry.Unregister(guest)
		}
		m.Keep(noon.Add(time.Duration(i) * promapi.ScrapeEvery))
	}
	counted, _ := samplesOf(t, m, "steady")
	for i, v := range counted {
		if v != float64(400-len(counted)+i+1) {
			t.Fatalf("sample %d of %d is %v", i, len(counted), v)
		}
	}
	seen, stale := samplesOf(t, m, "guest")
	if len(counted) < 190 || len(seen) < 40 || stale < len(seen)/3-1 || seen[len(seen)-1] != 392.5 {
		t.Errorf("%d, %d samples and %d ends are kept: %v", len(counted), len(seen), stale, seen)
	}
}
