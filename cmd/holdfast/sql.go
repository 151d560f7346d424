package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/console"
)

// sqlCommand tries a query.
type sqlCommand struct {
	SQL string `arg:"" help:"A rule's query, such as \"SELECT avg(temperature) AS t FROM boiler GROUP BY tumble('5s')\"."`

	Try       bool          `help:"Run it over live rows, or those of --rows, and show what it gives."`
	Rows      string        `help:"Rows to run it over instead of live ones: a JSON array of objects, or an object of arrays by the names of what it reads; - is the input." placeholder:"FILE"`
	Limit     int           `default:"100" help:"At most so many rows, up to 1,000."`
	For       time.Duration `default:"10s" help:"At most so long over live rows, up to 1m."`
	EventTime bool          `help:"Windows go by the rows' own times."`
	Lateness  time.Duration `help:"With --event-time, how late a row may come."`
	EKuiper   bool          `name:"ekuiper" help:"The query is in the language of eKuiper."`
	Output    string        `short:"o" enum:"table,json" default:"table" help:"How to show it: ${enum}."`

	connection
}

// errNoTry says what the command is for.
var errNoTry = errors.New("want --try: holdfast sql tries a rule's query; holdfast query asks the history, holdfast explain shows the plan")

// Run is called by the command line.
func (c *sqlCommand) Run(ctx context.Context, s *surroundings) error {
	if !c.Try {
		return errNoTry
	}
	ask := map[string]any{
		"sql": c.SQL, "dialect": dialect(c.EKuiper), "limit": c.Limit, "seconds": max(int(c.For.Round(time.Second)/time.Second), 1),
		"event_time": c.EventTime, "lateness_ms": c.Lateness.Milliseconds(),
	}
	if c.Rows != "" {
		rows, err := c.readRows()
		if err != nil {
			return err
		}
		ask["rows"] = rows
	}
	node, err := c.open()
	if err != nil {
		return err
	}
	defer node.Close()
	var tried console.Tried
	if err := node.Send(ctx, http.MethodPost, "/api/v1/sql/try", ask, &tried); err != nil {
		return unlessStopped(ctx, err)
	}
	if c.Output == "json" {
		return printJSON(s.out, tried)
	}
	return printTried(s.out, s.errs, &tried)
}

// readRows reads the rows to run a query over.
func (c *sqlCommand) readRows() (json.RawMessage, error) {
	read := func() ([]byte, error) { return os.ReadFile(c.Rows) }
	if c.Rows == "-" {
		read = func() ([]byte, error) { return io.ReadAll(os.Stdin) }
	}
	text, err := read()
	if err != nil {
		return nil, err
	}
	if text = bytes.TrimSpace(text); !json.Valid(text) {
		return nil, fmt.Errorf("read rows of %s: this is not JSON", c.Rows)
	}
	return text, nil
}

// printTried writes the rows to the one, and what is to be said about them to
// the other.
func printTried(out, errs io.Writer, t *console.Tried) error {
	for _, r := range t.Rows {
		if _, err := fmt.Fprintf(out, "%s  %s\n", r.At.Local().Format("15:04:05.000"), r.Row); err != nil {
			return err
		}
	}
	for _, f := range t.Failures {
		_, _ = fmt.Fprintf(errs, "failed: %s  %s\n", oneLine(f.Error), f.Row)
	}
	why := map[string]string{"input": "the rows ended", "output": "as many rows were given as were asked for", "taken": "it has taken in as many rows as it may", "time": "its time was up"}[t.Ended]
	_, _ = fmt.Fprintf(errs, "%d rows in, %d out, %d failed, %d late; %s\n", t.RowsIn, t.RowsOut, t.Failed, t.Late, why)
	if len(t.Unread) > 0 {
		_, _ = fmt.Fprintf(errs, "not seen, since no rule reads it and it is not decoded: %s\n", strings.Join(t.Unread, ", "))
	}
	return nil
}

func dialect(ekuiper bool) string {
	if ekuiper {
		return console.EKuiper
	}
	return "standard"
}

// explainCommand shows a plan.
type explainCommand struct {
	What    string `arg:"" name:"rule-or-sql" help:"The name of a rule, or a query."`
	EKuiper bool   `name:"ekuiper" help:"The query is in the language of eKuiper."`
	Output  string `short:"o" enum:"table,json" default:"table" help:"How to show it: ${enum}."`

	EventTime bool `help:"The windows of the query go by the rows' own times. A rule is shown as it is configured."`

	connection
}

// Run is called by the command line.
func (c *explainCommand) Run(ctx context.Context, s *surroundings) error {
	node, err := c.open()
	if err != nil {
		return err
	}
	defer node.Close()
	var plan console.Plan
	if strings.ContainsAny(strings.TrimSpace(c.What), " \n\t") {
		err = node.Send(ctx, http.MethodPost, "/api/v1/sql/explain", console.Question{SQL: c.What, Dialect: dialect(c.EKuiper), EventTime: c.EventTime}, &plan)
	} else {
		err = node.Get(ctx, "/api/v1/rules/"+c.What+"/explain", nil, &plan)
	}
	if err != nil {
		return unlessStopped(ctx, err)
	}
	if c.Output == "json" {
		return printJSON(s.out, plan)
	}
	if _, err = fmt.Fprintln(s.out, strings.TrimRight(plan.Plan, "\n")); err != nil {
		return err
	}
	for _, t := range plan.Tables {
		by := "for all of its rows"
		if len(t.By) > 0 {
			by = "by " + strings.Join(t.By, ", ")
		}
		if _, err = fmt.Fprintf(s.out, "table %s of %s %s is asked %s\n", t.Name, t.Of, t.Source, by); err != nil {
			return err
		}
	}
	return nil
}
