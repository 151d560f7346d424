package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/internal/commandline"
	"github.com/holdfast-edge/holdfast/internal/garbage"
	"github.com/holdfast-edge/holdfast/internal/node"
	"github.com/holdfast-edge/holdfast/internal/program"
	"github.com/holdfast-edge/holdfast/internal/systemd"
)

// closeWithin is how long a node may take to stop.
const closeWithin = 30 * time.Second

// edgeCommand is what concerns this machine as a node.
type edgeCommand struct {
	Run  edgeRunCommand  `cmd:"" default:"withargs" help:"Run a site. This is what edge alone does, too."`
	Join edgeJoinCommand `cmd:"" help:"Join a cloud with the token that it has made for this site."`

	Preflight preflightCommand `cmd:"" hidden:"" help:"Check the configuration on the standard input as another version of the program would run it."`
	Guard     guardCommand     `cmd:"" hidden:"" help:"End a start of a version on trial that hangs."`
}

// edgeRunCommand runs a site until it is told to stop.
type edgeRunCommand struct {
	Config string `short:"c" help:"The site's configuration: a YAML or JSON file, or a directory of them. Without it, and where it is the same as at the last start, the node goes on with the configuration that it last ran." placeholder:"PATH"`
	Data   string `required:"" help:"The directory of all that the node keeps." placeholder:"DIR"`
}

// Run is called by the command line. The version of the program that is to run takes this process's place first. A node that
// asks for it is started anew, in this process.
func (c *edgeRunCommand) Run(ctx context.Context, s *surroundings) error {
	if err := program.Launch(c.Data); err != nil {
		s.logger.Error("another version of the program was to run; this one does", "error", err)
	}
	self, err := program.Running()
	if err != nil {
		return err
	}
	next, err := c.site(ctx, s, self)
	if err != nil || next != relaunch {
		return err
	}
	return self.Relaunch()
}

// ending is what follows when a node was closed.
type ending int

const (
	stop     ending = iota
	again           // it is started anew
	relaunch        // the launcher takes this process's place
)

// site runs the site until the process is to end, or to become another.
func (c *edgeRunCommand) site(ctx context.Context, s *surroundings, self *program.Self) (ending, error) {
	s.heap = garbage.Pace()
	parts, err := components()
	if err != nil {
		return stop, err
	}
	parts.Artefacts(c.Data)
	var site *config.Site
	if c.Config != "" {
		if site, err = parts.LoadToRun(c.Config); err != nil {
			return stop, err
		}
		s.release()
	}
	next := again
	for next == again && err == nil {
		next, err = c.run(ctx, s, node.Options{
			Components: parts, Site: site, Dir: c.Data, Version: version, Logger: s.logger, CanRestart: true, Self: self,
		})
	}
	return next, err
}

// run runs a node until it is told to stop, or asks to be started again.
func (c *edgeRunCommand) run(ctx context.Context, s *surroundings, o node.Options) (next ending, err error) {
	n, err := node.Start(ctx, o)
	if errors.Is(err, node.ErrUnconfigured) && o.Site == nil {
		if o.Site = joined(o.Components, c.Data); o.Site != nil {
			return c.run(ctx, s, o)
		}
	}
	if errors.Is(err, node.ErrUnconfigured) {
		return stop, commandline.WithCode(exitConfig, err)
	}
	if err != nil {
		return stop, err
	}
	s.release()
	reachable := s.introduce(n)
	settled := time.After(settleAfter)
	for running := true; running; {
		select {
		case <-reachable:
			reachable = nil
			s.showConsole(n)
			continue
		case <-settled:
			s.release()
			continue
		case <-ctx.Done():
			s.notify(systemd.Stopping)
		case <-n.Restarting():
			next = again
			s.notify(systemd.Reloading)
		}
		running = false
	}
	if next == again && n.Relaunching() {
		next = relaunch
	}
	if ctx.Err() != nil {
		next = stop
	}
	return next, closing(ctx, n.Close)
}

// introduce says what runs, and where its console is. Where that waits for its address it returns what tells of it.
func (s *surroundings) introduce(n *node.Node) (reachable <-chan struct{}) {
	_, _ = fmt.Fprintf(s.out, "%s is running. ", n.Site())
	select {
	case <-n.ConsoleReachable():
		s.showConsole(n)
		return nil
	default:
		_, _ = fmt.Fprintf(s.out, "Its console is not served yet: %s is tried again, and the log says why.\n", n.ConsoleURL())
		return n.ConsoleReachable()
	}
}

// showConsole says where the console is, and the password that was made for it.
func (s *surroundings) showConsole(n *node.Node) {
	_, _ = fmt.Fprintf(s.out, "Console: %s\n", n.ConsoleURL())
	if password := n.ConsolePassword(); password != "" {
		_, _ = fmt.Fprintf(s.out, "Log in there as admin with the password %s. It is shown this once.\n", password)
	}
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
func (s *surroundings) release() {
	s.heap.Release()
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
