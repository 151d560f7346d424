// Package influx is the sink to databases that read InfluxDB's line protocol by
// HTTP: InfluxDB 1, 2 and 3, VictoriaMetrics, QuestDB.
//
// A line is written over the one of the same measurement, tags and time, so that
// a record which is sent again is there once.
package influx

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"sync"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/sinks/bulk"
	"github.com/holdfast-edge/holdfast/sinks/web"
	"github.com/holdfast-edge/holdfast/tag"
)

// Sink writes line protocol.
type Sink struct{}

var _ sinks.Sink = Sink{}

// Spec names the type and declares Options.
func (Sink) Spec() config.SinkType {
	return config.SinkType{
		Name:    "influx",
		Doc:     "A database that reads InfluxDB's line protocol by HTTP: InfluxDB 1, 2 and 3, VictoriaMetrics, QuestDB. docs/sinks/influx.md shows the lines.",
		Options: Options{},
	}
}

// Open asks the server whether it is there, and makes the database of an
// InfluxDB 1 where it is missing.
func (Sink) Open(ctx context.Context, to sinks.Target) (sinks.Writer, error) {
	o, ok := to.Options.(*Options)
	if !ok {
		return nil, &sinks.Failure{Permanent: true, Err: fmt.Errorf("open influx sink: options of type %T", to.Options)}
	}
	scheme := "Bearer"
	if o.API == v2 {
		scheme = "Token"
	}
	client, err := web.New(&o.Access, scheme, o.Window)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", o.Access.URL, err)
	}
	p := &poster{options: o, site: to.Site, client: client, plans: map[*tag.Schema]*plan{}}
	if err := p.greet(ctx); err != nil {
		client.Close()
		return nil, fmt.Errorf("open %s: %w", o.Access.URL, err)
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

// greet finds out whether the server is there and lets us in.
func (p *poster) greet(ctx context.Context) error {
	o := p.options
	ctx, cancel := context.WithTimeout(ctx, o.Bulk.Timeout)
	defer cancel()
	r := web.Request{Method: http.MethodGet, Path: "ping"}
	if o.API == v1 && o.Create && o.Database != "" {
		r = web.Request{Path: "query", Query: url.Values{"q": {`CREATE DATABASE "` + o.Database + `"`}}}
	}
	_, err := p.client.Do(ctx, r)
	return web.Opening(err)
}

// Close lets go of the connections.
func (p *poster) Close() error {
	p.client.Close()
	return nil
}
