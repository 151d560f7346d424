package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/holdfast-edge/holdfast/console"
	"github.com/holdfast-edge/holdfast/internal/commandline"
)

// traceCommand follows the next record of something, and shows the time of each hop.
type traceCommand struct {
	Target string        `arg:"" help:"The tag as DEVICE.TAG; or the name of what --of says."`
	Of     string        `enum:"tag,stream,rule,sink" default:"tag" help:"What the target is: ${enum}."`
	Wait   time.Duration `default:"30s" help:"How long to follow it, to 5 minutes."`
	Output string        `short:"o" enum:"table,json" default:"table" help:"Form: ${enum}."`

	connection
}

// Run is called by the command line.
func (c *traceCommand) Run(ctx context.Context, s *surroundings) error {
	target, err := c.target()
	if err != nil {
		return err
	}
	node, err := c.open()
	if err != nil {
		return err
	}
	defer node.Close()
	asked := struct {
		console.TraceTarget
		Wait time.Duration `json:"wait_ns"`
	}{target, c.Wait}
	var t console.Trace
	if err := node.Send(ctx, http.MethodPost, "/api/v1/traces", asked, &t); err != nil {
		return err
	}
	path := "/api/v1/traces/" + strconv.FormatUint(t.ID, 10)
	for t.State == "armed" || t.State == "running" {
		if err := node.Get(ctx, path, url.Values{"wait": {"20"}}, &t); err != nil {
			return err
		}
	}
	if c.Output == "json" {
		return printJSON(s.out, t)
	}
	return c.draw(s, t)
}

// target reads the argument.
func (c *traceCommand) target() (t console.TraceTarget, err error) {
	switch c.Of {
	case "stream":
		t.Stream = c.Target
	case "rule":
		t.Rule = c.Target
	case "sink":
		t.Sink = c.Target
	default:
		device, name, ok := strings.Cut(c.Target, ".")
		if !ok {
			return t, commandline.WithCode(exitConfig, fmt.Errorf("%q is no tag: want DEVICE.TAG, or --of stream, rule or sink", c.Target))
		}
		t.Device, t.Tag = device, name
	}
	return t, nil
}

// draw shows the hops, each under the one that it follows.
func (c *traceCommand) draw(s *surroundings, t console.Trace) error {
	if len(t.Hops) == 0 {
		return fmt.Errorf("no record of %s came within %s", c.Target, c.Wait)
	}
	if t.Quality != "" {
		_, _ = fmt.Fprintf(s.out, "%s = %s (%s)\n", c.Target, t.Value, t.Quality)
	}
	table := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "HOP\tTIME\tSINCE THE HOP BEFORE\tSINCE THE SOURCE\tSEQUENCE")
	drawHops(table, t.Hops, -1, 0)
	err := table.Flush()
	if len(t.Missing) > 0 {
		_, _ = fmt.Fprintf(s.out, "It has not come to: %s.\n", strings.Join(t.Missing, ", "))
	}
	return err
}

func drawHops(table *tabwriter.Writer, hops []console.Hop, after, depth int) {
	for i, h := range hops {
		if h.Follows != after {
			continue
		}
		name := strings.TrimSpace(h.Stage + " " + h.Where)
		if h.Where == "" && h.Stage != "source" {
			name += " " + h.Stream
		}
		if h.Note != "" {
			name += ": " + h.Note
		}
		since, sequence := "", ""
		if h.Follows >= 0 {
			since = h.Since.Round(time.Microsecond).String()
		}
		if h.Sequence > 0 {
			sequence = strconv.FormatUint(h.Sequence, 10)
		}
		_, _ = fmt.Fprintf(table, "%s%s\t%s\t%s\t%s\t%s\n", strings.Repeat("  ", depth), name, h.Time.Local().Format("15:04:05.000000"),
			since, h.SinceSource.Round(time.Microsecond), sequence)
		drawHops(table, hops, i, depth+1)
	}
}
