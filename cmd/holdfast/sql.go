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
	"github.com/holdfast-edge/holdfast/internal/node"
	"github.com/holdfast-edge/holdfast/streamsql/lookup"
	"github.com/holdfast-edge/holdfast/tag"
)

// sqlCommand tries a query.
type sqlCommand struct {
	SQL string `arg:"" help:"A rule's query, such as \"SELECT avg(temperature) AS t FROM boiler GROUP BY tumble('5s')\"."`

	Try       bool          `help:"Run it over live rows, or those of --rows, and show what it gives."`
	Rows      string        `help:"Rows to run it over instead of live ones: JSON objects, one after the other or in an array, or an object of arrays by the names of what it reads; - is the input." placeholder:"FILE"`
	Time      string        `help:"The field of --rows that holds a row's time, in milliseconds since 1970 or as RFC 3339 writes it. Without it a row comes each second." placeholder:"FIELD"`
	Here      bool          `help:"Run it over --rows here, without a node: there are no tables and user functions then, but tables among the rows."`
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
	tried, err := c.try(ctx)
	if err != nil {
		return err
	}
	if c.Output == "json" {
		return printJSON(s.out, tried)
	}
	return printTried(s.out, s.errs, &tried)
}

// errNoRows says what --here needs.
var errNoRows = errors.New("want --rows FILE with --here: live rows are at a node")

func (c *sqlCommand) try(ctx context.Context) (tried console.Tried, err error) {
	var rows json.RawMessage
	if c.Rows != "" {
		if rows, err = c.readRows(); err != nil {
			return tried, err
		}
	}
	if c.Here {
		return c.tryHere(rows)
	}
	ask := map[string]any{
		"sql": c.SQL, "dialect": dialect(c.EKuiper), "limit": c.Limit, "seconds": max(int(c.For.Round(time.Second)/time.Second), 1),
		"event_time": c.EventTime, "lateness_ms": c.Lateness.Milliseconds(), "time": c.Time,
	}
	if rows != nil {
		ask["rows"] = rows
	}
	running, err := c.open()
	if err != nil {
		return tried, err
	}
	defer running.Close()
	err = running.Send(ctx, http.MethodPost, "/api/v1/sql/try", ask, &tried)
	return tried, unlessStopped(ctx, err)
}

func (c *sqlCommand) tryHere(text json.RawMessage) (tried console.Tried, err error) {
	if text == nil {
		return tried, errNoRows
	}
	rows, err := console.PastedRows(text)
	if err != nil {
		return tried, err
	}
	return node.TryHere(console.Trial{
		Question: console.Question{SQL: c.SQL, Dialect: dialect(c.EKuiper), EventTime: c.EventTime},
		Rows:     rows, Time: c.Time, Limit: c.Limit, During: c.For, Lateness: c.Lateness,
	})
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
	text = bytes.TrimSpace(text)
	if json.Valid(text) && !isRow(text) {
		return text, nil
	}
	objects, err := lookup.Objects(text)
	if err != nil {
		return nil, fmt.Errorf("read rows of %s: %w", c.Rows, err)
	}
	array := []byte{'['}
	for i, o := range objects {
		if i > 0 {
			array = append(array, ',')
		}
		array = tag.AppendJSON(array, tag.ObjectOf(o))
	}
	return append(array, ']'), nil
}

// isRow reports whether a JSON object is a row, and not arrays of rows by the names
// of what is read.
func isRow(text []byte) bool {
	var fields map[string]json.RawMessage
	if json.Unmarshal(text, &fields) != nil {
		return false
	}
	for _, v := range fields {
		if v[0] != '[' {
			return true
		}
	}
	return false
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
	if len(t.Absent) > 0 {
		_, _ = fmt.Fprintf(errs, "no row has %s\n", strings.Join(t.Absent, ", "))
	}
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
