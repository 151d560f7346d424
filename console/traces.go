package console

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holdfast-edge/holdfast/console/access"
	"github.com/holdfast-edge/holdfast/internal/openapi"
)

// TraceTarget is whose next record is followed: a tag, with its device; or a
// stream, a rule, or a sink.
type TraceTarget struct {
	Device string `json:"device,omitempty" example:"boiler"`
	Tag    string `json:"tag,omitempty" example:"temperature"`
	Stream string `json:"stream,omitempty"`
	Rule   string `json:"rule,omitempty"`
	Sink   string `json:"sink,omitempty"`
}

// Trace is the way of one record so far.
type Trace struct {
	ID      uint64          `json:"id"`
	Target  TraceTarget     `json:"target"`
	State   string          `json:"state" enum:"armed,running,done,ended" doc:"armed: waits for the record; running: it is on its way; done: it has arrived wherever it was expected; ended: the time is over."`
	Started time.Time       `json:"started"`
	Until   time.Time       `json:"until"`
	Value   json.RawMessage `json:"value,omitempty" doc:"Of the tag."`
	Quality string          `json:"quality,omitempty"`
	Hops    []Hop           `json:"hops"`
	Missing []string        `json:"missing,omitempty" doc:"Where it was expected and has not come."`
}

// Hop is one step of a record.
type Hop struct {
	Stage       string        `json:"stage" doc:"source, read, published, rule in, rule out, no row from (a rule), committed, handed, acknowledged or failed."`
	Time        time.Time     `json:"time"`
	Follows     int           `json:"follows" doc:"The number of the hop that it comes after, from 0; -1 for the first."`
	Since       time.Duration `json:"since_ns" doc:"Since that hop."`
	SinceSource time.Duration `json:"since_source_ns" doc:"Since the source time, by which the clocks of node and device differ."`
	Stream      string        `json:"stream"`
	Where       string        `json:"where,omitempty" doc:"The rule or the sink."`
	Sequence    uint64        `json:"sequence,omitempty" doc:"Of the record in the log."`
	Note        string        `json:"note,omitempty" doc:"Why it failed."`
}

// traceInput asks for a trace.
type traceInput struct {
	Body struct {
		TraceTarget
		Wait time.Duration `json:"wait_ns,omitempty" minimum:"1000000000" maximum:"300000000000" doc:"How long to follow it; 30 s unless given."`
	}
}

// findTraceInput asks how it goes.
type findTraceInput struct {
	request
	ID   uint64 `path:"id"`
	Wait int    `query:"wait" minimum:"0" maximum:"60" doc:"Seconds to wait until it is over."`
}

// traceWait is how long a record is followed where nothing is said.
const traceWait = 30 * time.Second

func (s *Server) describeTraces(api huma.API) {
	o := operation(http.MethodPost, "/api/v1/traces", "trace", "flow", "Follow the next record of a tag, a stream, a rule or a sink")
	o.Description = "The hops from the source to the far end, with the time of each. A number of traces is kept; they cost nothing while none is open."
	o.Errors = []int{http.StatusNotFound}
	openapi.Register(api, o, s.trace)
	openapi.Register(api, operation(http.MethodGet, "/api/v1/traces", "list-traces", "flow", "The traces that are kept, the newest first"),
		func(context.Context, *struct{}) (*body[[]Trace], error) {
			return &body[[]Trace]{some(s.options.Node.Traces())}, nil
		})
	o = operation(http.MethodGet, "/api/v1/traces/{id}", "show-trace", "flow", "A trace as it stands, or when it is over")
	o.Errors = []int{http.StatusNotFound}
	openapi.Register(api, o, s.showTrace)
}

func (s *Server) trace(ctx context.Context, in *traceInput) (*body[Trace], error) {
	wait := in.Body.Wait
	if wait == 0 {
		wait = traceWait
	}
	t, err := s.options.Node.Trace(in.Body.TraceTarget, wait)
	s.options.Logger.Info("trace", "by", "user "+access.UserOf(ctx), "target", fmt.Sprintf("%+v", in.Body.TraceTarget), "error", err)
	if err != nil {
		return nil, huma.Error404NotFound(err.Error())
	}
	return &body[Trace]{t}, nil
}

func (s *Server) showTrace(ctx context.Context, in *findTraceInput) (*body[Trace], error) {
	patient(in.reply)
	over := time.NewTimer(time.Duration(in.Wait) * time.Second)
	defer over.Stop()
	look := time.NewTicker(time.Second) // a trace ends by itself, and nobody is told
	defer look.Stop()
	for waiting := in.Wait > 0; ; {
		t, changed, ok := s.options.Node.FindTrace(in.ID)
		if !ok {
			return nil, huma.Error404NotFound(fmt.Sprintf("trace %d is not kept any more", in.ID))
		}
		if !waiting || t.State == "done" || t.State == "ended" {
			return &body[Trace]{t}, nil
		}
		select {
		case <-changed:
		case <-look.C:
		case <-over.C:
			waiting = false
		case <-ctx.Done():
			return nil, huma.Error503ServiceUnavailable("the console ends")
		}
	}
}
