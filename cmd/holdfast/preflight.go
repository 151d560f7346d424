package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"time"

	"github.com/holdfast-edge/holdfast/internal/program"
)

// mostDocument bounds the configuration that a preflight reads.
const mostDocument = 64 << 20

// preflightCommand is what a node asks another version of its program before it becomes that: whether it takes the
// configuration that runs, and what it is. It opens nothing.
type preflightCommand struct {
	Data string `required:"" help:"The node's directory." placeholder:"DIR"`
}

// Run is called by the command line. The configuration comes from the standard input.
func (c *preflightCommand) Run(s *surroundings) error {
	document, err := io.ReadAll(io.LimitReader(s.in, mostDocument+1))
	if err != nil {
		return err
	}
	if len(document) > mostDocument {
		return errors.New("the configuration is too long")
	}
	parts, err := components()
	if err != nil {
		return err
	}
	said, err := parts.Preflight(document, c.Data, version)
	if err != nil {
		return err
	}
	return json.NewEncoder(s.out).Encode(said)
}

// guardCommand ends a start of a version on trial that hangs. The launcher starts it.
type guardCommand struct {
	Data     string        `required:"" help:"The node's directory." placeholder:"DIR"`
	Digest   string        `required:"" help:"SHA-256 of the version on trial."`
	Start    int           `required:"" help:"Which of its starts."`
	Of       int           `required:"" help:"The process."`
	Patience time.Duration `required:"" help:"How long it may take."`
}

// Run is called by the command line.
func (c *guardCommand) Run(ctx context.Context) error {
	return program.Guard(ctx, c.Data, program.Guarded{Digest: c.Digest, Start: c.Start, Process: c.Of, Patience: c.Patience})
}
