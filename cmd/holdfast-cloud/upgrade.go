package main

import (
	"context"
	"errors"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/api"
	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/internal/commandline"
)

// upgradeCommand is a rollout of a version of the program.
type upgradeCommand struct {
	To     string `name:"version" xor:"what" required:"" help:"The version: each site gets the artefact for its platform." placeholder:"VERSION"`
	Digest string `xor:"what" required:"" help:"Or one artefact, by its SHA-256." placeholder:"SHA256"`

	pace

	Health  time.Duration `default:"1m" help:"How long the new version is watched, as a change of the configuration is."`
	Confirm time.Duration `default:"5m" help:"Within this after that the cloud has to see it."`
	Start   time.Duration `default:"2m" help:"A start that takes so much longer hangs, and is ended."`
	MaxBad  float64       `name:"max-bad" default:"0.1" help:"The share of tags, 0 to 1, that may be Bad afterwards and were not before."`

	connection
}

// Run is called by the command line.
func (c *upgradeCommand) Run(ctx context.Context, s *surroundings) error {
	if c.MaxBad < 0 || c.MaxBad > 1 {
		return commandline.WithCode(exitUsage, errors.New("--max-bad is a share of 0 to 1"))
	}
	cloud, err := c.open()
	if err != nil {
		return err
	}
	defer cloud.Close()
	policy := link.DefaultProgramPolicy()
	policy.Window, policy.Confirm, policy.Start, policy.MaxBad = c.Health, c.Confirm, c.Start, c.MaxBad
	n := c.rollout()
	n.Program = &api.NewProgram{Version: c.To, Digest: c.Digest, Policy: &policy}
	return c.begin(ctx, s, &c.connection, cloud, n)
}
