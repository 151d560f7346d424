package main

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/internal/garbage"
	"github.com/holdfast-edge/holdfast/internal/node"
	"github.com/holdfast-edge/holdfast/internal/systemd"
)

// closeWithin is how long a node may take to stop.
const closeWithin = 30 * time.Second

// edgeCommand is what concerns this machine as a node.
type edgeCommand struct {
	Run  edgeRunCommand  `cmd:"" default:"withargs" help:"Run a site. This is what edge alone does, too."`
	Join edgeJoinCommand `cmd:"" help:"Join a cloud with the token that it has made for this site."`
}

// edgeRunCommand runs a site until it is told to stop.
type edgeRunCommand struct {
	Config string `short:"c" help:"The site's configuration: a YAML or JSON file, or a directory of them. Without it, and where it is the same as at the last start, the node goes on with the configuration that it last ran." placeholder:"PATH"`
	Data   string `required:"" help:"The directory of all that the node keeps." placeholder:"DIR"`
}

// Run is called by the command line. A node that asks for it is started anew, in
// this process.
func (c *edgeRunCommand) Run(ctx context.Context, s *surroundings) error {
	garbage.Pace()
	parts, err := components()
	if err != nil {
		return err
	}
	parts.Artefacts(c.Data)
	var site *config.Site
	if c.Config != "" {
		if site, err = parts.LoadToRun(c.Config); err != nil {
			return err
		}
		release()
	}
	for again := true; again && err == nil; {
		again, err = c.run(ctx, s, node.Options{
			Components: parts, Site: site, Dir: c.Data, Version: version, Logger: s.logger, CanRestart: true,
		})
	}
	return err
}

// run runs a node until it is told to stop, or asks to be started again.
func (c *edgeRunCommand) run(ctx context.Context, s *surroundings, o node.Options) (again bool, err error) {
	n, err := node.Start(ctx, o)
	if errors.Is(err, node.ErrUnconfigured) && o.Site == nil {
		if o.Site = joined(o.Components, c.Data); o.Site != nil {
			return c.run(ctx, s, o)
		}
	}
	if errors.Is(err, node.ErrUnconfigured) {
		return false, &exit{exitConfig, err}
	}
	if err != nil {
		return false, err
	}
	release()
	_, _ = fmt.Fprintf(s.out, "%s is running. Console: %s\n", n.Site(), n.ConsoleURL())
	if password := n.ConsolePassword(); password != "" {
		_, _ = fmt.Fprintf(s.out, "Log in there as admin with the password %s. It is shown this once.\n", password)
	}
	settled := time.After(settleAfter)
	for running := true; running; {
		select {
		case <-settled:
			release()
			continue
		case <-ctx.Done():
			s.notify(systemd.Stopping)
		case <-n.Restarting():
			again = true
			s.notify(systemd.Reloading)
		}
		running = false
	}
	return again && ctx.Err() == nil, closing(ctx, n.Close)
}

// notify tells the service manager. That it cannot be told is no reason to do otherwise.
func (s *surroundings) notify(state string) {
	if err := systemd.Notify(state); err != nil {
		s.logger.Warn("service manager not told", "state", state, "error", err)
	}
}

// settleAfter is when a node has connected to its plant, as a rule.
const settleAfter = 15 * time.Second

// release lets go of the memory that starting took: what reading the
// configuration did, then what setting up the node did, and again when the plant
// is connected.
func release() {
	debug.FreeOSMemory()
	releaseProgram()
}

// untilStopped waits for the signal to stop, and then for everything to end.
func untilStopped(ctx context.Context, closeAll func(context.Context) error) error {
	<-ctx.Done()
	return closing(ctx, closeAll)
}

// closing waits for everything to end.
func closing(ctx context.Context, closeAll func(context.Context) error) error {
	within, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeWithin)
	defer cancel()
	return closeAll(within)
}
