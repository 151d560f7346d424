package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/holdfast-edge/holdfast/internal/commandline"
	"github.com/holdfast-edge/holdfast/internal/demo/fleet"
)

// demoCommand shows a cloud with three sites on this machine.
type demoCommand struct {
	Port  int           `default:"8481" help:"Where sites connect; the API and the consoles of the three sites are on the four ports after it. 0 takes any that are free."`
	Data  string        `help:"The directory of all that is kept; a new one that is removed at the end, unless it is given." placeholder:"DIR"`
	Node  string        `name:"holdfast" help:"The program holdfast; the one beside this program, or on the PATH, if not given." placeholder:"FILE"`
	Pause time.Duration `default:"3s" help:"How long to wait after each part of the story, for somebody to read it."`
	Once  bool          `help:"End when the story has been told."`
}

// Run is called by the command line.
func (c *demoCommand) Run(ctx context.Context, s *surroundings) (err error) {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	node, err := c.program(self)
	if err != nil {
		return err
	}
	dir := c.Data
	if dir == "" {
		if dir, err = os.MkdirTemp("", "holdfast-cloud-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return err
	}
	f, err := fleet.Start(ctx, fleet.Options{
		Cloud: self, Node: node, Dir: dir, Port: c.Port, Pause: c.Pause, Out: s.out, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return unlessStopped(ctx, err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := f.Tell(ctx); err != nil {
		return unlessStopped(ctx, err)
	}
	if !c.Once {
		_, _ = fmt.Fprint(s.out, f.Describe())
		<-ctx.Done()
	}
	return nil
}

// unlessStopped is an error that is not that somebody has stopped it.
func unlessStopped(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	return nil
}

// program finds the node's program.
func (c *demoCommand) program(self string) (string, error) {
	if c.Node != "" {
		return filepath.Abs(c.Node)
	}
	beside := filepath.Join(filepath.Dir(self), "holdfast")
	if _, err := os.Stat(beside); err == nil {
		return beside, nil
	}
	found, err := exec.LookPath("holdfast")
	if err != nil {
		return "", commandline.WithCode(exitUsage, errors.New("the program holdfast is neither beside this one nor on the PATH: say where it is by --holdfast"))
	}
	return found, nil
}
