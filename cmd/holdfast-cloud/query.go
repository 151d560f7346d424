package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"github.com/holdfast-edge/holdfast/console/client"
)

// queryCommand asks the history of a site.
type queryCommand struct {
	Site string `arg:"" help:"Which site."`
	SQL  string `arg:"" help:"What to ask, such as \"SELECT ts, temperature FROM boiler WHERE ts > ago('15m')\", or, with --promql, \"avg_over_time(temperature[5m])\"."`

	PromQL  bool          `name:"promql" help:"Ask in PromQL: for this moment, or for the last --since, by --step."`
	Since   time.Duration `default:"1h" help:"With --step: how far back."`
	Step    time.Duration `help:"Of the times that PromQL is asked for." placeholder:"DURATION"`
	Rows    int           `default:"1000" help:"At most so many rows, up to 20,000."`
	Timeout time.Duration `default:"30s" help:"At most so long, up to 5m."`

	connection
}

// Run is called by the command line.
func (c *queryCommand) Run(ctx context.Context, s *surroundings) error {
	cloud, err := c.open()
	if err != nil {
		return err
	}
	defer cloud.Close()
	seconds := max(int(c.Timeout.Round(time.Second)/time.Second), 1)
	if c.PromQL {
		return c.promQL(ctx, s, cloud, seconds)
	}
	ask := url.Values{"sql": {c.SQL}, "rows": {fmt.Sprint(c.Rows)}, "seconds": {fmt.Sprint(seconds)}}
	var whole json.RawMessage
	if err := cloud.Get(ctx, "/api/v1/sites/"+url.PathEscape(c.Site)+"/query", ask, &whole); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(s.out, whole)
	}
	var a answer
	if err := json.Unmarshal(whole, &a); err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	return a.print(s)
}

// promQL asks in PromQL.
func (c *queryCommand) promQL(ctx context.Context, s *surroundings, cloud *client.Client, seconds int) error {
	now := time.Now()
	ask := url.Values{"query": {c.SQL}, "seconds": {fmt.Sprint(seconds)}, "end": {now.Format(time.RFC3339Nano)}}
	if c.Step > 0 {
		ask.Set("start", now.Add(-c.Since).Format(time.RFC3339Nano))
		ask.Set("step_ms", fmt.Sprint(c.Step.Milliseconds()))
	}
	var whole json.RawMessage
	if err := cloud.Get(ctx, "/api/v1/sites/"+url.PathEscape(c.Site)+"/promql", ask, &whole); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(s.out, whole)
	}
	var e evaluated
	if err := json.Unmarshal(whole, &e); err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	return e.print(s)
}

// answer is a site's, as far as a table shows it.
type answer struct {
	Columns   []struct{ Name string } `json:"columns"`
	Rows      [][]json.RawMessage     `json:"rows"`
	Truncated bool                    `json:"truncated"`
}

func (a *answer) print(s *surroundings) error {
	titles := make([]string, len(a.Columns))
	for i, c := range a.Columns {
		titles[i] = c.Name
	}
	rows := make([][]string, len(a.Rows))
	for i, r := range a.Rows {
		for _, cell := range r {
			rows[i] = append(rows[i], plain(cell))
		}
	}
	if err := titled(s.out, titles, rows); err != nil || !a.Truncated {
		return err
	}
	_, err := fmt.Fprintf(s.errs, "holdfast-cloud: there are more than these %d rows: narrow the query, or ask for more with --rows\n", len(rows))
	return err
}

// plain is a cell without JSON's quotes, and nothing for null.
func plain(cell json.RawMessage) string {
	var text string
	switch {
	case string(cell) == "null":
		return ""
	case json.Unmarshal(cell, &text) == nil:
		return text
	}
	return string(cell)
}
