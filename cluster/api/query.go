package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holdfast-edge/holdfast/cluster/link/wire"
)

// queryInput asks the history of a site.
type queryInput struct {
	SiteInput

	SQL     string `query:"sql" required:"true" maxLength:"65536" example:"SELECT ts, temperature FROM boiler WHERE ts > ago('15m')"`
	Rows    uint32 `query:"rows" minimum:"1" maximum:"20000" default:"1000" doc:"At most so many rows."`
	Seconds int    `query:"seconds" minimum:"1" maximum:"300" default:"30" doc:"At most so long."`
}

func queryOperation() huma.Operation {
	o := operation(http.MethodGet, "/api/v1/sites/{site}/query", "query", "looking in", "Ask the history of a site in SQL; the site is asked")
	o.Description = "The answer is that of GET /api/v1/query of the node itself: {columns, rows, watermark, truncated}. It comes over " +
		"the connection that commands take, so an answer is 4 MiB at most: narrow the query, or group it."
	return o
}

func (s *Server) query(ctx context.Context, in *queryInput) (*body[json.RawMessage], error) {
	q := &wire.Ask{Question: &wire.Ask_Query{Query: &wire.Query{Text: in.SQL, Language: "sql", Limit: in.Rows}}}
	text, err := s.answer(ctx, in.Site, "query", q, time.Duration(in.Seconds)*time.Second)
	if err != nil {
		return nil, err
	}
	if !json.Valid(text) {
		return nil, errAnswer
	}
	return &body[json.RawMessage]{text}, nil
}

// promInput asks the history of a site in PromQL.
type promInput struct {
	SiteInput

	Query   string    `query:"query" required:"true" maxLength:"65536" example:"avg_over_time(temperature[5m])"`
	Start   time.Time `query:"start" doc:"Of a stretch of time, with step."`
	End     time.Time `query:"end" doc:"The moment, or the end of the stretch; now where it is missing."`
	Step    int64     `query:"step_ms" minimum:"0" maximum:"86400000" doc:"Milliseconds; without it the answer is for one moment."`
	Seconds int       `query:"seconds" minimum:"1" maximum:"300" default:"30" doc:"At most so long."`
}

func promOperation() huma.Operation {
	o := operation(http.MethodGet, "/api/v1/sites/{site}/promql", "promql", "looking in", "Ask the history and the metrics of a site in PromQL; the site is asked")
	o.Description = "The answer is that of GET /prometheus/api/v1/query of the node itself, or of query_range where there is a step, 4 MiB at most."
	return o
}

func (s *Server) promQL(ctx context.Context, in *promInput) (*body[json.RawMessage], error) {
	asked := &wire.Query{Text: in.Query, Language: "promql", StepMs: in.Step}
	if !in.Start.IsZero() {
		asked.StartMs = in.Start.UnixMilli()
	}
	if !in.End.IsZero() {
		asked.EndMs = in.End.UnixMilli()
	}
	text, err := s.answer(ctx, in.Site, "query", &wire.Ask{Question: &wire.Ask_Query{Query: asked}}, time.Duration(in.Seconds)*time.Second)
	if err != nil {
		return nil, err
	}
	if !json.Valid(text) {
		return nil, errAnswer
	}
	return &body[json.RawMessage]{text}, nil
}
