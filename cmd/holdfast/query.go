package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/holdfast-edge/holdfast/console/export"
	"github.com/holdfast-edge/holdfast/store/tables"
)

// queryCommand asks the history of a node.
type queryCommand struct {
	SQL string `arg:"" help:"What to ask, such as \"SELECT ts, temperature FROM boiler WHERE ts > ago('15m')\"."`

	Output  string        `short:"o" enum:"table,json,csv,parquet" default:"table" help:"How to write the answer: ${enum}."`
	File    string        `short:"f" help:"Write the answer into this file, which appears when it is whole." placeholder:"FILE"`
	Rows    int           `default:"100000" help:"At most so many rows, up to 10,000,000."`
	Timeout time.Duration `default:"30s" help:"At most so long, up to 10m."`

	connection
}

// Help is the long form of the help.
func (*queryCommand) Help() string {
	return "Any SELECT of SQLite, over a table for each device (boiler), group (boiler.climate) and kept stream, with ts and a column " +
		"per tag; samples (ts, device, tag, value, quality), buckets (ts, device, tag, min, max, avg, last, count, good; WHERE step = '5m') " +
		"and tags, which lists what there is. ts > ago('15m') is the last quarter of an hour; bucket(ts, '5m') groups."
}

// Run is called by the command line.
func (c *queryCommand) Run(ctx context.Context, s *surroundings) error {
	node, err := c.open()
	if err != nil {
		return err
	}
	defer node.Close()
	ask := map[string]any{"sql": c.SQL, "format": c.format(), "rows": c.Rows, "seconds": max(int(c.Timeout.Round(time.Second)/time.Second), 1)}
	text, err := json.Marshal(ask)
	if err != nil {
		return err
	}
	answer, err := node.Open(ctx, http.MethodPost, "/api/v1/query", nil, text)
	if err != nil {
		return unlessStopped(ctx, err)
	}
	defer answer.Body.Close()
	if err := c.save(s.out, func(out io.Writer) error { return c.copy(out, answer) }); err != nil {
		return err
	}
	if answer.Trailer.Get("Holdfast-Truncated") == "true" {
		_, _ = fmt.Fprintf(s.errs, "holdfast: there are more than these %d rows: narrow the query, or ask for more with --rows\n", c.Rows)
	}
	return nil
}

// format is what the node is asked for.
func (c *queryCommand) format() string {
	if c.Output == "table" {
		return "json"
	}
	return c.Output
}

// copy writes the answer, and fails where the node could not give all of it.
func (c *queryCommand) copy(out io.Writer, answer *http.Response) error {
	var err error
	if c.Output == "table" {
		err = printAnswer(out, answer.Body)
	} else if _, err = io.Copy(out, answer.Body); err != nil {
		err = fmt.Errorf("read the answer: %w", err)
	}
	if cause := answer.Trailer.Get("Holdfast-Error"); cause != "" {
		if said, unescaped := url.PathUnescape(cause); unescaped == nil {
			cause = said
		}
		err = errors.Join(err, fmt.Errorf("the answer ended early: %s", cause))
	}
	return err
}

// save writes to the output, or to a file that gets its name when it is whole.
func (c *queryCommand) save(out io.Writer, write func(io.Writer) error) error {
	if c.File == "" {
		return write(out)
	}
	f, err := os.OpenFile(c.File+".part", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	if err := errors.Join(write(f), f.Close()); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return os.Rename(f.Name(), c.File)
}

// printAnswer writes the rows of a JSON answer as a table.
func printAnswer(out io.Writer, body io.Reader) error {
	var answer struct {
		Columns []tables.Column     `json:"columns"`
		Rows    [][]json.RawMessage `json:"rows"`
	}
	if err := json.NewDecoder(body).Decode(&answer); err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	columns := make([]column[[]json.RawMessage], len(answer.Columns))
	for i, c := range answer.Columns {
		columns[i] = column[[]json.RawMessage]{c.Name, func(row *[]json.RawMessage) string { return plain((*row)[i]) }}
	}
	if err := printTable(out, columns, answer.Rows); err != nil {
		return err
	}
	_, err := io.Copy(io.Discard, body) // the trailers come behind
	return err
}

// plain is a JSON value as a cell.
func plain(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) == nil && string(value) != "null" {
		return text
	}
	if string(value) == "null" {
		return export.Cell(nil)
	}
	return string(value)
}
