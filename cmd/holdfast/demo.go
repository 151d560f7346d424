//go:build !lean

package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/holdfast-edge/holdfast/internal/demo"
)

// demoCommand runs the demonstration until it is told to stop.
type demoCommand struct {
	Console string `default:"127.0.0.1:8470" help:"Where the console listens." placeholder:"HOST:PORT"`
	Data    string `help:"The directory of all that the node keeps; a new one that is removed at the end, unless it is given." placeholder:"DIR"`
}

// Run is called by the command line.
func (c *demoCommand) Run(ctx context.Context, s *surroundings) (err error) {
	parts, err := components()
	if err != nil {
		return err
	}
	dir := c.Data
	if dir == "" {
		if dir, err = os.MkdirTemp("", "holdfast-demo-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	}
	d, err := demo.Start(ctx, demo.Options{Components: parts, Dir: dir, Console: c.Console, Version: version, Logger: s.logger})
	if err != nil {
		return err
	}
	_, _ = fmt.Fprint(s.out, d.Describe())
	return untilStopped(ctx, d.Close)
}
