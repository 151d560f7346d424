package main

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/holdfast-edge/holdfast/console"
	"github.com/holdfast-edge/holdfast/console/client"
)

// changesCommand shows how the configuration changed, and decides about the
// change on trial.
type changesCommand struct {
	Confirm  uint64 `xor:"what" help:"Confirm the change on trial that waits for it, by its generation." placeholder:"N"`
	Withdraw uint64 `xor:"what" help:"Take the change on trial back, by its generation." placeholder:"N"`
	Reason   string `default:"withdrawn by hand" help:"Why it is withdrawn."`
	Output   string `short:"o" enum:"table,json" default:"table" help:"How to show them: ${enum}."`

	connection
}

// Run is called by the command line.
func (c *changesCommand) Run(ctx context.Context, s *surroundings) error {
	node, err := c.open()
	if err != nil {
		return err
	}
	defer node.Close()
	switch {
	case c.Confirm > 0:
		return decide(ctx, node, c.Confirm, "confirm", nil)
	case c.Withdraw > 0:
		return decide(ctx, node, c.Withdraw, "withdraw", map[string]string{"reason": c.Reason})
	}
	var all console.Changes
	if err := node.Get(ctx, "/api/v1/changes", nil, &all); err != nil {
		return err
	}
	if c.Output == "json" {
		return printJSON(s.out, &all)
	}
	list := all.Ended
	if all.Trial != nil {
		list = append(list, *all.Trial)
	}
	return printTable(s.out, changeColumns(), list)
}

func decide(ctx context.Context, node *client.Client, generation uint64, what string, body any) error {
	return node.Send(ctx, http.MethodPost, fmt.Sprintf("/api/v1/changes/%d/%s", generation, what), body, nil)
}

func changeColumns() []column[console.Change] {
	return []column[console.Change]{
		{"GENERATION", func(c *console.Change) string { return count(c.Generation) }},
		{"STATE", func(c *console.Change) string { return string(c.State) }},
		{"SINCE", func(c *console.Change) string { return c.Since.Local().Format(time.DateTime) }},
		{"ORIGIN", func(c *console.Change) string { return c.Origin }},
		{"CHANGES", func(c *console.Change) string { return strconv.Itoa(len(c.Touched)) }},
		{"REASON", func(c *console.Change) string { return c.Reason }},
	}
}

// generationsCommand shows the configurations that a node keeps.
type generationsCommand struct {
	Output string `short:"o" enum:"table,json" default:"table" help:"How to show them: ${enum}."`

	connection
}

// Run is called by the command line.
func (c *generationsCommand) Run(ctx context.Context, s *surroundings) error {
	node, err := c.open()
	if err != nil {
		return err
	}
	defer node.Close()
	var all []console.Generation
	if err := node.Get(ctx, "/api/v1/generations", nil, &all); err != nil {
		return err
	}
	if c.Output == "json" {
		return printJSON(s.out, all)
	}
	return printTable(s.out, []column[console.Generation]{
		{"GENERATION", func(g *console.Generation) string { return count(g.Number) }},
		{"ACCEPTED", func(g *console.Generation) string { return g.Accepted.Local().Format(time.DateTime) }},
		{"ORIGIN", func(g *console.Generation) string { return g.Origin }},
		{"STANDING", standing},
		{"DIGEST", func(g *console.Generation) string { return g.Digest[:min(12, len(g.Digest))] }},
	}, all)
}

func standing(g *console.Generation) string {
	switch {
	case g.Running && g.Confirmed:
		return "running, confirmed"
	case g.Running:
		return "running"
	case g.Confirmed:
		return "confirmed"
	}
	return ""
}
