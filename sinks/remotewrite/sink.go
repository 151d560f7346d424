// Package remotewrite is the sink to whatever takes Prometheus' remote write
// 1.0: Prometheus, VictoriaMetrics, Mimir, Thanos, Cortex, Grafana Cloud.
//
// Each field that is a number is a series. A value that is Bad ends its series
// with Prometheus' stale marker, so that a graph shows the hole. A sample is
// known by its series and time: one that is sent again is there once.
package remotewrite

import (
	"context"
	"fmt"
	"net/http"
	"sync"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/sinks/bulk"
	"github.com/holdfast-edge/holdfast/sinks/template"
	"github.com/holdfast-edge/holdfast/sinks/web"
	"github.com/holdfast-edge/holdfast/tag"
)

// Options are the keys of a sink of type prometheus.
type Options struct {
	Access

	Metric     template.Template            `yaml:"metric" default:"{stream}_{field}" doc:"The metric's name. {site}, {stream} and {field} are the names of site, rule and field. What a metric's name cannot hold becomes _."`
	Labels     map[string]template.Template `yaml:"labels" doc:"Labels beside site, as texts with placeholders: {stream}, {field}, or the {name} of a field of the row. A text field that is used here is not lost." example:"{machine: \"{machine}\"}"`
	OutOfOrder string                       `yaml:"out_of_order" default:"refuse" enum:"refuse,drop" doc:"What it means that the server refuses samples which are older than the newest of their series: refuse treats it as a refusal for good, told and counted like any other; drop counts the records as delivered, for a server that has the newer ones and is not to be told."`

	Bulk
}

// Access and Bulk are the keys that sinks of this kind share.
type (
	Access = web.Options
	Bulk   = bulk.Options
)

// Sink writes by remote write.
type Sink struct{}

var _ sinks.Sink = Sink{}

// Spec names the type and declares Options.
func (Sink) Spec() config.SinkType {
	return config.SinkType{
		Name:    "prometheus",
		Doc:     "Whatever takes Prometheus' remote write 1.0: Prometheus itself, VictoriaMetrics, Mimir, Thanos. A series for each field that is a number; docs/sinks/prometheus.md shows them.",
		Options: Options{},
	}
}

// Open asks the server with an empty request whether it is there and lets us in.
func (Sink) Open(ctx context.Context, to sinks.Target) (sinks.Writer, error) {
	o, ok := to.Options.(*Options)
	if !ok {
		return nil, &sinks.Failure{Permanent: true, Err: fmt.Errorf("open prometheus sink: options of type %T", to.Options)}
	}
	client, err := web.New(&o.Access, "Bearer", o.Window)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", o.URL, err)
	}
	p := &poster{options: o, site: to.Site, client: client, plans: map[*tag.Schema]*plan{}}
	ctx, cancel := context.WithTimeout(ctx, o.Timeout)
	defer cancel()
	if err := web.Opening(p.send(ctx, nil)); err != nil {
		client.Close()
		return nil, fmt.Errorf("open %s: %w", o.URL, err)
	}
	return bulk.NewWriter(o.Bulk, p), nil
}

// poster writes requests.
type poster struct {
	options *Options
	site    string
	client  *web.Client

	mu    sync.Mutex
	plans map[*tag.Schema]*plan
}

// Close lets go of the connections.
func (p *poster) Close() error {
	p.client.Close()
	return nil
}

// Check finds keys that do not go together.
func (o *Options) Check(report config.Report) {
	o.Access.Check(report)
	for name := range o.Labels {
		if name == "site" || labelName(name) != name {
			report("labels", &config.Problem{What: name + " is not a label's name of yours", Fix: "use letters, digits and _; site is on every series"})
		}
	}
}

// send posts a request, compressed with snappy as remote write has it.
func (p *poster) send(ctx context.Context, message []byte) error {
	_, err := p.client.Do(ctx, web.Request{
		Method: http.MethodPost, Type: "application/x-protobuf", Encoding: "snappy",
		Headers: map[string]string{"X-Prometheus-Remote-Write-Version": "0.1.0"}, Body: compress(message),
	})
	return err
}
