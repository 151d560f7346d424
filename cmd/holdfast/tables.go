package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/holdfast-edge/holdfast/console"
)

// tableCommand is about one table.
type tableCommand struct {
	Rows   tableRowsCommand   `cmd:"" help:"Show rows of a table."`
	Reread tableRereadCommand `cmd:"" help:"Read the file of a table now, and hear what is wrong with it."`
}

// tableRowsCommand shows rows.
type tableRowsCommand struct {
	Table  string `arg:"" help:"The table, as get tables shows it."`
	From   int    `default:"0" help:"The place of the first row, from 0."`
	Limit  int    `default:"100" help:"At most so many rows, up to 1,000."`
	Output string `short:"o" enum:"table,json" default:"table" help:"How to show it: ${enum}."`

	connection
}

// Run is called by the command line.
func (c *tableRowsCommand) Run(ctx context.Context, s *surroundings) error {
	node, err := c.open()
	if err != nil {
		return err
	}
	defer node.Close()
	var page console.TablePage
	ask := url.Values{"from": {strconv.Itoa(c.From)}, "limit": {strconv.Itoa(c.Limit)}}
	if err := node.Get(ctx, "/api/v1/tables/"+url.PathEscape(c.Table)+"/rows", ask, &page); err != nil {
		return unlessStopped(ctx, err)
	}
	if c.Output == "json" {
		return printJSON(s.out, page)
	}
	for _, r := range page.Rows {
		if _, err := fmt.Fprintf(s.out, "%s  %s\n", r.Time.Local().Format(time.DateTime), r.Row); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(s.errs, "%d of %d rows, from %d\n", len(page.Rows), page.Total, page.From)
	return err
}

// tableRereadCommand reads a file again.
type tableRereadCommand struct {
	Table string `arg:"" help:"The table, as get tables shows it."`

	connection
}

// Run is called by the command line.
func (c *tableRereadCommand) Run(ctx context.Context, s *surroundings) error {
	node, err := c.open()
	if err != nil {
		return err
	}
	defer node.Close()
	var table console.Table
	if err := node.Send(ctx, http.MethodPost, "/api/v1/tables/"+url.PathEscape(c.Table)+"/reread", nil, &table); err != nil {
		return unlessStopped(ctx, err)
	}
	_, err = fmt.Fprintf(s.out, "%s: %d rows\n", table.Name, table.Rows)
	return err
}
