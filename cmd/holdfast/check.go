package main

import (
	"context"
	"fmt"
)

// checkCommand checks a configuration, and tells which of its addresses somebody has.
type checkCommand struct {
	Config string `arg:"" help:"A YAML or JSON file, or a directory of them."`
}

// Run is called by the command line.
func (c *checkCommand) Run(ctx context.Context, s *surroundings) error {
	parts, err := components()
	if err != nil {
		return err
	}
	site, err := parts.Load(c.Config)
	if err != nil {
		return err
	}
	for _, reason := range parts.Unavailable(ctx, site) {
		_, _ = fmt.Fprintf(s.errs, "holdfast: on this machine, now: %v\n", reason)
	}
	_, err = fmt.Fprintf(s.out, "%s: %d devices, %d streams, %d rules, %d sinks: all is well\n",
		site.Name, len(site.Devices), len(site.Streams), len(site.Rules), len(site.Sinks))
	return err
}

// versionCommand prints what this is.
type versionCommand struct{}

// Run is called by the command line.
func (versionCommand) Run(s *surroundings) error {
	_, err := fmt.Fprintln(s.out, "holdfast", version)
	return err
}
