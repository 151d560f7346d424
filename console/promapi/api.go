package promapi

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/storage"
)

// Prefix is where the API stands; it is what a data source is given as URL.
const Prefix = "/prometheus"

// Options are the settings of an API.
type Options struct {
	Source   storage.Queryable
	Metadata func() map[string]Metadata
	Version  func() string
	Logger   *slog.Logger
	Now      func() time.Time // nil: time.Now

	Concurrent int           // queries at a time; 0: 4
	Samples    int           // that a query may hold; 0: 5 million
	Timeout    time.Duration // of a query; 0: 1 min
}

// Metadata describes a metric.
type Metadata struct {
	Type string `json:"type"`
	Help string `json:"help"`
	Unit string `json:"unit"`
}

// API answers requests. It may be used concurrently.
type API struct {
	options Options
	parser  parser.Parser
	engine  *promql.Engine
	turns   chan struct{}
	mux     *http.ServeMux
}

// The bounds of a query, unless they are given.
const (
	defaultConcurrent = 4
	defaultSamples    = 5_000_000
	defaultTimeout    = time.Minute
	lookback          = 5 * time.Minute
	maxPoints         = 11_000 // of a series in an answer, as Prometheus has it
	maxForm           = 1 << 20
)

// New returns an API.
func New(o Options) *API {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Concurrent <= 0 {
		o.Concurrent = defaultConcurrent
	}
	if o.Samples <= 0 {
		o.Samples = defaultSamples
	}
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	a := &API{options: o, parser: parser.NewParser(parser.Options{}), turns: make(chan struct{}, o.Concurrent), mux: http.NewServeMux()}
	a.engine = promql.NewEngine(promql.EngineOpts{
		Logger: o.Logger, MaxSamples: o.Samples, Timeout: o.Timeout, LookbackDelta: lookback, Parser: a.parser,
		EnableAtModifier: true, EnableNegativeOffset: true,
		NoStepSubqueryIntervalFn: func(int64) int64 { return time.Minute.Milliseconds() },
	})
	a.routes()
	return a
}

// Close ends the engine.
func (a *API) Close() error { return a.engine.Close() }

func (a *API) routes() {
	for path, serve := range map[string]func(*http.Request) (any, error){
		"query": a.instant, "query_range": a.over, "series": a.series, "labels": a.labelNames,
		"label/{name}/values": a.labelValues, "metadata": a.metadata, "status/buildinfo": a.buildInfo,
		"rules":           func(*http.Request) (any, error) { return map[string][]struct{}{"groups": {}}, nil },
		"alerts":          func(*http.Request) (any, error) { return map[string][]struct{}{"alerts": {}}, nil },
		"query_exemplars": func(*http.Request) (any, error) { return []struct{}{}, nil },
	} {
		a.mux.HandleFunc("GET "+Prefix+"/api/v1/"+path, a.answering(serve))
		a.mux.HandleFunc("POST "+Prefix+"/api/v1/"+path, a.answering(serve))
	}
	a.mux.HandleFunc("/", a.answering(func(r *http.Request) (any, error) {
		return nil, &problem{http.StatusNotFound, "not_found", r.URL.Path + " is none of what this API has"}
	}))
}

// ServeHTTP answers a request whose path begins with Prefix.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.mux.ServeHTTP(w, r) }

// turn waits until a query may run; done ends it.
func (a *API) turn(ctx context.Context) (done func(), err error) {
	select {
	case a.turns <- struct{}{}:
		return func() { <-a.turns }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// problem is an error with its status and Prometheus' name for its kind.
type problem struct {
	status int
	kind   string
	text   string
}

func (p *problem) Error() string { return p.text }

func wrong(err error) error { return &problem{http.StatusBadRequest, "bad_data", err.Error()} }

// problemOf tells the kinds of errors apart.
func problemOf(err error) *problem {
	if p, ok := errors.AsType[*problem](err); ok {
		return p
	}
	if _, ok := errors.AsType[promql.ErrStorage](err); ok {
		return &problem{http.StatusInternalServerError, "internal", err.Error()}
	}
	if _, ok := errors.AsType[promql.ErrQueryTimeout](err); ok || errors.Is(err, context.DeadlineExceeded) {
		return &problem{http.StatusServiceUnavailable, "timeout", err.Error()}
	}
	if _, ok := errors.AsType[promql.ErrQueryCanceled](err); ok || errors.Is(err, context.Canceled) {
		return &problem{statusClosed, "canceled", err.Error()}
	}
	return &problem{http.StatusUnprocessableEntity, "execution", err.Error()}
}

// statusClosed is what servers log of a client that has gone.
const statusClosed = 499
