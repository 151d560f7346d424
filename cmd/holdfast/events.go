package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/console"
	"github.com/holdfast-edge/holdfast/console/client"
)

// eventsCommand shows what happened.
type eventsCommand struct {
	Follow bool   `short:"f" help:"Go on with what happens, until interrupted."`
	Last   int    `default:"50" help:"How many of the past to show; 0: none."`
	Path   string `help:"Only those of this actor and below it." placeholder:"PATH"`
	Kind   string `help:"Only those of this kind, such as failed, alarm or write." placeholder:"KIND"`
	Stacks bool   `help:"Show the stack of a failure."`
	Output string `short:"o" enum:"text,json" default:"text" help:"How to show them: ${enum}; json is a line each."`

	connection
}

// Run is called by the command line.
func (c *eventsCommand) Run(ctx context.Context, s *surroundings) error {
	node, err := c.open()
	if err != nil {
		return err
	}
	defer node.Close()
	past, after, err := c.past(ctx, node)
	if err != nil {
		return err
	}
	if err := c.print(s.out, past); err != nil || !c.Follow {
		return err
	}
	return unlessStopped(ctx, c.follow(ctx, node, after, s.out))
}

// Limits of the API: events in one answer, seconds that it waits for one.
const (
	eventsAtOnce = 2000
	eventsWait   = 30
)

// past returns the last events that are wanted, and the number of the newest.
func (c *eventsCommand) past(ctx context.Context, node *client.Client) (wanted []console.Event, after uint64, err error) {
	for {
		some, err := events(ctx, node, after, 0)
		if err != nil {
			return nil, 0, err
		}
		if len(some) == 0 {
			break
		}
		after = some[len(some)-1].Number
		wanted = append(wanted, c.wanted(some)...)
	}
	return wanted[max(len(wanted)-max(c.Last, 0), 0):], after, nil
}

// follow prints events as they come. One that the node has let go before it
// could be fetched is counted.
func (c *eventsCommand) follow(ctx context.Context, node *client.Client, after uint64, out io.Writer) error {
	for {
		some, err := events(ctx, node, after, eventsWait)
		if err != nil {
			return err
		}
		if len(some) == 0 {
			continue
		}
		if missed := some[0].Number - after - 1; some[0].Number > after && missed > 0 {
			if _, err := fmt.Fprintf(out, "-- %d events were missed\n", missed); err != nil {
				return err
			}
		}
		after = some[len(some)-1].Number
		if err := c.print(out, c.wanted(some)); err != nil {
			return err
		}
	}
}

func events(ctx context.Context, node *client.Client, after uint64, wait int) (found []console.Event, err error) {
	query := url.Values{
		"after": {strconv.FormatUint(after, 10)}, "limit": {strconv.Itoa(eventsAtOnce)}, "wait": {strconv.Itoa(wait)},
	}
	err = node.Get(ctx, "/api/v1/events", query, &found)
	return found, err
}

func (c *eventsCommand) wanted(all []console.Event) (wanted []console.Event) {
	for _, e := range all {
		under := c.Path == "" || e.Path == c.Path || strings.HasPrefix(e.Path, strings.TrimSuffix(c.Path, "/")+"/")
		if under && (c.Kind == "" || e.Kind == c.Kind) {
			wanted = append(wanted, e)
		}
	}
	return wanted
}

func (c *eventsCommand) print(out io.Writer, all []console.Event) error {
	lines := json.NewEncoder(out)
	lines.SetEscapeHTML(false)
	for i := range all {
		e := &all[i]
		if c.Output == "json" {
			if err := lines.Encode(e); err != nil {
				return err
			}
			continue
		}
		text := fmt.Sprintf("%s  %-7s %s\n", e.Time.Local().Format(time.DateTime), e.Kind, oneLine(e.Text))
		if c.Stacks && e.Stack != "" {
			text += e.Stack + "\n"
		}
		if _, err := io.WriteString(out, text); err != nil {
			return err
		}
	}
	return nil
}
