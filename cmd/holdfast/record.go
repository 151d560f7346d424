package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/console"
	"github.com/holdfast-edge/holdfast/console/client"
	"github.com/holdfast-edge/holdfast/internal/commandline"
	"github.com/holdfast-edge/holdfast/protocols/record"
)

// recordCommand records what goes over the wires of a node.
type recordCommand struct {
	Start recordStartCommand `cmd:"" help:"Begin a recording."`
	Stop  recordStopCommand  `cmd:"" help:"End it; what was recorded stays until the next begins."`
	List  recordListCommand  `cmd:"" help:"Show the connections, and what is recorded of them."`
	Fetch recordFetchCommand `cmd:"" help:"Fetch what was recorded so far, as a file for holdfast replay."`
}

// recorded says which connection is meant.
type recorded struct {
	Of string `arg:"" help:"A device, or the connection that it is behind, as record list shows it."`

	connection
}

// recordStartCommand begins a recording.
type recordStartCommand struct {
	recorded
	MaxSize config.ByteSize `default:"4MiB" help:"How much is kept, 4KiB to 64MiB; ${default} unless given."`
	MaxTime time.Duration   `default:"10m" help:"How long it goes on, 1s to 24h; ${default} unless given."`
	Ring    bool            `help:"Keep the newest when it is full; else it ends then."`
}

// recordOrder is what the API takes.
type recordOrder struct {
	On    bool          `json:"on"`
	Bytes int64         `json:"max_bytes,omitempty"`
	Time  time.Duration `json:"max_time_ns,omitempty"`
	Ring  bool          `json:"ring,omitempty"`
}

// Run is called by the command line.
func (c *recordStartCommand) Run(ctx context.Context, s *surroundings) error {
	if c.MaxSize < 4<<10 || c.MaxSize > 64<<20 {
		return commandline.WithCode(exitConfig, fmt.Errorf("--max-size %s: want 4KiB to 64MiB", c.MaxSize))
	}
	if c.MaxTime < time.Second || c.MaxTime > 24*time.Hour {
		return commandline.WithCode(exitConfig, fmt.Errorf("--max-time %s: want 1s to 24h", c.MaxTime))
	}
	return c.order(ctx, s, recordOrder{On: true, Bytes: int64(c.MaxSize), Time: c.MaxTime, Ring: c.Ring})
}

// recordStopCommand ends a recording.
type recordStopCommand struct{ recorded }

// Run is called by the command line.
func (c *recordStopCommand) Run(ctx context.Context, s *surroundings) error {
	return c.order(ctx, s, recordOrder{})
}

// recordListCommand shows what is recorded.
type recordListCommand struct {
	Output string `short:"o" enum:"table,json" default:"table" help:"How to show it: ${enum}."`

	connection
}

// Run is called by the command line.
func (c *recordListCommand) Run(ctx context.Context, s *surroundings) error {
	node, err := c.open()
	if err != nil {
		return err
	}
	defer node.Close()
	all := list[console.Connection]{connectionsPath, nil, connectionColumns()}
	return all.show(ctx, node, nil, s.out, c.Output == "json")
}

// recordFetchCommand fetches a recording.
type recordFetchCommand struct {
	recorded
	Out string `short:"o" required:"" help:"The file to write; it is made, and only its owner may read it." placeholder:"FILE"`
}

// Run is called by the command line.
func (c *recordFetchCommand) Run(ctx context.Context, s *surroundings) error {
	node, err := c.open()
	if err != nil {
		return err
	}
	defer node.Close()
	of, err := c.find(ctx, node)
	if err != nil {
		return err
	}
	answer, err := node.Open(ctx, http.MethodGet, recordingPath(of.Name), nil, nil)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	var r *record.Recording
	err = writeWhole(c.Out, func(w io.Writer) (err error) {
		r, err = record.Read(io.TeeReader(answer.Body, w))
		return err
	})
	if err != nil {
		return fmt.Errorf("fetch the recording: %w", err)
	}
	_, err = fmt.Fprintf(s.out, "%s: %s, %d frames in %s\n", c.Out, of.Name, len(r.Frames), short(r.Header.Length))
	return err
}

const connectionsPath = "/api/v1/connections"

func recordingPath(connection string) string {
	return connectionsPath + "/" + url.PathEscape(connection) + "/recording"
}

// find returns the connection that is meant.
func (c *recorded) find(ctx context.Context, node *client.Client) (found console.Connection, err error) {
	var all []console.Connection
	if err := node.Get(ctx, connectionsPath, nil, &all); err != nil {
		return found, err
	}
	for _, one := range all {
		if one.Name == c.Of || slices.Contains(one.Devices, c.Of) {
			return one, nil
		}
	}
	return found, fmt.Errorf("no device and no connection is called %q: see holdfast record list", c.Of)
}

// order gives an order, and prints how the recording is then.
func (c *recorded) order(ctx context.Context, s *surroundings, order recordOrder) error {
	node, err := c.open()
	if err != nil {
		return err
	}
	defer node.Close()
	of, err := c.find(ctx, node)
	if err != nil {
		return err
	}
	if err := node.Send(ctx, http.MethodPut, recordingPath(of.Name), order, &of); err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "%s: %s\n", of.Name, recordingOf(&of))
	return err
}

func connectionColumns() []column[console.Connection] {
	return []column[console.Connection]{
		{"CONNECTION", func(c *console.Connection) string { return c.Name }},
		{"DRIVER", func(c *console.Connection) string { return c.Driver }},
		{"STATE", func(c *console.Connection) string { return c.State }},
		{"RECORDING", recordingOf},
		{"DEVICES", func(c *console.Connection) string { return strings.Join(c.Devices, ", ") }},
	}
}

// recordingOf says how the recording of a connection is.
func recordingOf(c *console.Connection) string {
	r := &c.Recording
	if r.Since == nil {
		return "none"
	}
	how := "ended"
	switch {
	case r.On && r.Ring:
		how = "on, the newest is kept"
	case r.On:
		how = "on"
	case r.Full:
		how = "full"
	}
	text := fmt.Sprintf("%s: %d frames, %s in %s", how, r.Frames, config.ByteSize(r.Bytes), short(r.Length))
	if r.Lost > 0 {
		text += fmt.Sprintf("; %d found no room", r.Lost)
	}
	return text
}
