//go:build !lean

package console

import (
	"context"
	"maps"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/holdfast-edge/holdfast/console/promapi"
	"github.com/holdfast-edge/holdfast/store/series"
)

// promQL answers PromQL: over the history, where there is one, and over the
// recent past of the node's own metrics.
type promQL struct {
	*promapi.API
	memory *promapi.Memory
}

// newPromQL makes the API.
func newPromQL(s *Server) *promQL {
	q := &promQL{memory: promapi.NewMemory(s.tellMetrics, 0)}
	source := promapi.Both{q.memory}
	if s.options.History != nil {
		source = append(source, series.New(s.options.History, s.options.Catalog))
	}
	q.API = promapi.New(promapi.Options{
		Source: source, Logger: s.options.Logger, Now: s.options.Now, Metadata: s.describeMetrics,
		Version: func() string {
			version, _ := s.options.Node.Version()
			return version
		},
	})
	return q
}

// run remembers the metrics until ctx is done.
func (q *promQL) run(ctx context.Context) { q.memory.Run(ctx) }

var _ http.Handler = (*promQL)(nil)

// tellMetrics tells those of the node, the runtime and the process.
func (s *Server) tellMetrics(to promapi.Told) {
	s.gather(func(m metric) { to(m.name, m.value, m.labels) })
	promapi.Gathered(s.registries.process)(to)
}

// describeMetrics says what the metrics are: the node's own as they say, and
// the tags as they are configured.
func (s *Server) describeMetrics() map[string]promapi.Metadata {
	found := map[string]promapi.Metadata{}
	for _, d := range s.options.Node.Devices(true) {
		for _, g := range d.Groups {
			for _, t := range g.Tags {
				found[series.MetricName(t.Name)] = promapi.Metadata{Type: "gauge", Help: t.Description, Unit: t.Unit}
			}
		}
	}
	kinds := map[prometheus.ValueType]string{prometheus.CounterValue: "counter", prometheus.GaugeValue: "gauge"}
	s.gather(func(m metric) { found[m.name] = promapi.Metadata{Type: kinds[m.kind], Help: m.help} })
	maps.Copy(found, describeRegistry(s.registries.process))
	return found
}

func describeRegistry(registry prometheus.Gatherer) map[string]promapi.Metadata {
	found := map[string]promapi.Metadata{}
	families, _ := registry.Gather() // what there is has been gathered
	for _, f := range families {
		kind := map[string]string{"COUNTER": "counter", "GAUGE": "gauge", "SUMMARY": "summary", "HISTOGRAM": "histogram"}[f.GetType().String()]
		if kind == "" {
			kind = "unknown"
		}
		found[f.GetName()] = promapi.Metadata{Type: kind, Help: f.GetHelp()}
	}
	return found
}
