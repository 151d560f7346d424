package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"time"
)

// getCommand shows what a node has.
type getCommand struct {
	Kind  string   `arg:"" enum:"devices,tags,rules,tables,sinks,streams,tree" help:"What to show: ${enum}."`
	Names []string `arg:"" optional:"" help:"Only these: of tags a DEVICE or a DEVICE.TAG, of the tree a PATH."`

	Output   string        `short:"o" enum:"table,json" default:"table" help:"How to show it: ${enum}."`
	Watch    bool          `short:"w" help:"Show it again and again, until interrupted."`
	Interval time.Duration `default:"2s" help:"How often, with --watch."`

	connection
}

// Run is called by the command line.
func (c *getCommand) Run(ctx context.Context, s *surroundings) error {
	node, err := c.open()
	if err != nil {
		return err
	}
	defer node.Close()
	show := func(out io.Writer) error {
		return listings()[c.Kind].show(ctx, node, c.Names, out, c.Output == "json")
	}
	if !c.Watch {
		return show(s.out)
	}
	return watch(ctx, s.out, max(c.Interval, 100*time.Millisecond), show)
}

// watch shows something anew at each interval until ctx is done. A terminal is
// cleared before; anywhere else the pages follow each other. What fails is shown
// in its place: the node may come back.
func watch(ctx context.Context, out io.Writer, every time.Duration, show func(io.Writer) error) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for first := true; ; first = false {
		var page bytes.Buffer
		if err := show(&page); err != nil {
			if first || ctx.Err() != nil {
				return unlessStopped(ctx, err)
			}
			page.Reset()
			fmt.Fprintln(&page, err)
		}
		if isTerminal(out) {
			_, _ = io.WriteString(out, "\x1b[H\x1b[2J")
		}
		if _, err := out.Write(page.Bytes()); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// unlessStopped is the error, unless somebody has stopped the command.
func unlessStopped(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil //nolint:nilerr // who stops it knows
	}
	return err
}

func isTerminal(out io.Writer) bool {
	f, ok := out.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
