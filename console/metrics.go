package console

import (
	"net/http"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"
)

// registries are what is scraped. They are our own, so that no library adds to them.
type registries struct {
	all     *prometheus.Registry
	process *prometheus.Registry // those of all that are not the node's: of the runtime and the process
}

func (s *Server) newRegistries() registries {
	r := registries{all: prometheus.NewRegistry(), process: prometheus.NewRegistry()}
	r.process.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	r.all.MustRegister(r.process, &collector{server: s, descriptions: map[string]*prometheus.Desc{}})
	return r
}

// metrics serves what is registered.
func (s *Server) metrics() http.Handler {
	return promhttp.HandlerFor(s.registries.all, promhttp.HandlerOpts{MaxRequestsInFlight: 4})
}

// collector asks the node at each scrape. What a metric is, but for its value, is described once.
type collector struct {
	server *Server

	mu           sync.Mutex
	descriptions map[string]*prometheus.Desc // by the name
}

// Describe says nothing, which makes the collector unchecked: what there is
// depends on the site.
func (*collector) Describe(chan<- *prometheus.Desc) {}

// Collect sends every metric as it is now.
func (c *collector) Collect(to chan<- prometheus.Metric) {
	c.server.gather(func(m metric) { to <- &scraped{metric: m, description: c.description(m)} })
}

func (c *collector) description(m metric) *prometheus.Desc {
	c.mu.Lock()
	defer c.mu.Unlock()
	d, known := c.descriptions[m.name]
	if !known {
		var names []string
		for i := 0; i < len(m.labels); i += 2 {
			names = append(names, m.labels[i])
		}
		d = prometheus.NewDesc(m.name, m.help, names, nil)
		c.descriptions[m.name] = d
	}
	return d
}

// scraped is a metric on its way into a scrape.
type scraped struct {
	metric
	description *prometheus.Desc
}

// Desc is described at prometheus.Metric.
func (s *scraped) Desc() *prometheus.Desc { return s.description }

// Write is described at prometheus.Metric.
func (s *scraped) Write(out *dto.Metric) error {
	var few [4]string
	values := few[:0]
	for i := 1; i < len(s.labels); i += 2 {
		values = append(values, s.labels[i])
	}
	out.Label = prometheus.MakeLabelPairs(s.description, values)
	if s.kind == prometheus.CounterValue {
		out.Counter = &dto.Counter{Value: &s.value}
	} else {
		out.Gauge = &dto.Gauge{Value: &s.value}
	}
	return nil
}
