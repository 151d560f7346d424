package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/console"
	"github.com/holdfast-edge/holdfast/console/client"
	"github.com/holdfast-edge/holdfast/internal/commandline"
)

// applyCommand changes the configuration of a running node.
type applyCommand struct {
	File       string         `short:"f" xor:"what" required:"" help:"The configuration: a YAML or JSON file, or a directory of them." placeholder:"PATH"`
	Generation uint64         `xor:"what" required:"" help:"Or one that the node has kept, by its number; see generations." placeholder:"N"`
	DryRun     bool           `help:"Tell what it would change, and change nothing."`
	Window     *time.Duration `help:"How long it is tried before it is confirmed; as the site says unless given." placeholder:"DURATION"`
	Hold       *time.Duration `help:"How long the plant's interlock may hold it; as the site says unless given." placeholder:"DURATION"`
	Confirm    time.Duration  `help:"Revert it unless it is confirmed within so long; see changes --confirm." placeholder:"DURATION"`
	NoWait     bool           `help:"Do not wait for the end."`

	connection
}

// Help is the long form of the help.
func (*applyCommand) Help() string {
	return "The node checks the configuration as a whole, touches only what differs, watches itself for the window, and confirms it, " +
		"or goes back to what ran before. Ends with code 0 where it is confirmed, 2 where it is not accepted, 3 where it was reverted or withdrawn."
}

// Run is called by the command line.
func (c *applyCommand) Run(ctx context.Context, s *surroundings) error {
	node, err := c.open()
	if err != nil {
		return err
	}
	defer node.Close()
	files, err := c.files(ctx, node)
	if err != nil {
		return err
	}
	var answer console.Proposed
	err = node.Send(ctx, http.MethodPost, "/api/v1/changes", c.proposal(files), &answer)
	if p, ok := errors.AsType[*client.Problem](err); ok && p.Status == http.StatusUnprocessableEntity {
		return commandline.WithCode(exitConfig, mistakes(p))
	}
	if err != nil {
		return err
	}
	if err := printProposed(s.out, &answer); err != nil || answer.Change == nil || c.NoWait {
		return err
	}
	return follow(ctx, node, s.out, answer.Change)
}

// files are what is sent: as they lie here, or as the node has kept them.
func (c *applyCommand) files(ctx context.Context, node *client.Client) (files []console.File, err error) {
	if c.File == "" {
		var document json.RawMessage
		err := node.Get(ctx, fmt.Sprintf("/api/v1/generations/%d", c.Generation), nil, &document)
		return []console.File{{Name: fmt.Sprintf("generation-%d.json", c.Generation), Text: string(document)}}, err
	}
	sources, err := config.Read(c.File)
	for _, source := range sources {
		files = append(files, console.File{Name: source.Name, Text: string(source.Data)})
	}
	return files, err
}

// proposal is the body of the request.
type proposal struct {
	Files   []console.File `json:"files"`
	Window  *time.Duration `json:"window_ns,omitempty"`
	Hold    *time.Duration `json:"hold_ns,omitempty"`
	Confirm time.Duration  `json:"confirm_ns,omitempty"`
	DryRun  bool           `json:"dry_run,omitempty"`
}

func (c *applyCommand) proposal(files []console.File) proposal {
	return proposal{files, c.Window, c.Hold, c.Confirm, c.DryRun}
}

// mistakes is a refusal as a compiler would print it: a line for each.
func mistakes(p *client.Problem) error {
	if len(p.Errors) == 0 {
		return p
	}
	var lines []string
	for _, e := range p.Errors {
		lines = append(lines, e.Message)
	}
	return errors.New(strings.Join(lines, "\n"))
}

func printProposed(out io.Writer, p *console.Proposed) error {
	var text strings.Builder
	for _, c := range p.Changes {
		fmt.Fprintf(&text, "%-8s %s", c.Op, c.Kind)
		if c.Name != "" {
			fmt.Fprintf(&text, "/%s", c.Name)
		}
		if len(c.Keys) > 0 {
			fmt.Fprintf(&text, " (%s)", strings.Join(c.Keys, ", "))
		}
		text.WriteByte('\n')
	}
	if len(p.Changes) == 0 {
		text.WriteString("nothing differs from what runs\n")
	}
	if p.Restart {
		text.WriteString("the node starts anew for this\n")
	}
	_, err := io.WriteString(out, text.String())
	return err
}

// away is how long a node that starts anew may be out of reach.
const away = 2 * time.Minute

// follow prints the states of a change until it has ended.
func follow(ctx context.Context, node *client.Client, out io.Writer, c *console.Change) error {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	said, seen := "", time.Now()
	for {
		if line := stateLine(c); line != said {
			said = line
			if _, err := fmt.Fprintln(out, line); err != nil {
				return err
			}
		}
		if c.State.Ended() {
			return outcome(c)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		now, err := find(ctx, node, c.Generation)
		switch {
		case err == nil:
			c, seen = now, time.Now()
		case time.Since(seen) > away:
			return fmt.Errorf("what became of generation %d is not known: %w", c.Generation, err)
		}
	}
}

func stateLine(c *console.Change) string {
	line := fmt.Sprintf("generation %d: %s", c.Generation, c.State)
	if c.Reason != "" {
		line += ": " + c.Reason
	}
	return line
}

func outcome(c *console.Change) error {
	if c.State == "confirmed" {
		return nil
	}
	return commandline.WithCode(exitRefused, fmt.Errorf("generation %d does not run", c.Generation))
}

// find asks for the newest change that brought a generation.
func find(ctx context.Context, node *client.Client, generation uint64) (*console.Change, error) {
	var all console.Changes
	if err := node.Get(ctx, "/api/v1/changes", nil, &all); err != nil {
		return nil, err
	}
	if all.Trial != nil && all.Trial.Generation == generation {
		return all.Trial, nil
	}
	for i := len(all.Ended) - 1; i >= 0; i-- {
		if all.Ended[i].Generation == generation {
			return &all.Ended[i], nil
		}
	}
	return nil, fmt.Errorf("the node does not know a change to generation %d", generation)
}
