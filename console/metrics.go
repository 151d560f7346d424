package console

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics serves the registry.
func (s *Server) metrics() http.Handler {
	return promhttp.HandlerFor(s.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4})
}

// newRegistry returns one of our own, so that no library adds to it.
func (s *Server) newRegistry() *prometheus.Registry {
	registry := prometheus.NewRegistry()
	registry.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		collector{s},
	)
	return registry
}

// collector asks the node at each scrape: nothing is counted twice.
type collector struct{ server *Server }

// Describe says nothing, which makes the collector unchecked: what there is
// depends on the site.
func (collector) Describe(chan<- *prometheus.Desc) {}

// Collect sends every metric as it is now.
func (c collector) Collect(to chan<- prometheus.Metric) {
	g, node := gathering{to}, c.server.options.Node
	version, _ := node.Version()
	g.gauge("holdfast_info", "What is running; always 1.", 1, "site", node.Site(), "version", version)
	g.gauge("holdfast_troubles", "Things wrong with the node itself.", float64(len(node.Trouble())))
	g.clock(node.Clock())
	for _, d := range node.Devices(false) {
		g.device(&d)
	}
	for _, s := range node.Streams() {
		g.stream(&s)
	}
	for _, r := range node.Rules() {
		g.rule(&r)
	}
	for _, s := range node.Sinks() {
		g.sink(&s)
	}
	for _, s := range node.Servers() {
		g.server(&s)
	}
	g.log(node.Log())
	g.broker(node.Broker())
	tree := node.Tree()
	g.actor(&tree)
	c.console(g)
}

func (c collector) console(g gathering) {
	v := c.server.viewers
	g.gauge("holdfast_console_viewers", "Pages that watch.", float64(v.watching.Load()))
	g.counter("holdfast_console_viewers_cut_total", "Viewers cut since they took their frames too slowly.", v.cut.Load())
	g.counter("holdfast_console_viewers_refused_total", "Viewers turned away since there were too many.", v.refused.Load())
	if c.server.door != nil {
		g.counter("holdfast_console_log_ins_refused_total", "Wrong passwords, and attempts beyond the limit.", c.server.door.Refused())
	}
}
