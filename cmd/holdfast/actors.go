package main

import (
	"context"
	"fmt"
	"net/http"

	"github.com/holdfast-edge/holdfast/console"
)

// actorCommand is what restart, stop and start have in common.
type actorCommand struct {
	Path string `arg:"" help:"The actor's path, as get tree shows it, such as /rules/forward."`

	connection
}

// command gives the command, and prints how the actor is then.
func (c *actorCommand) command(ctx context.Context, s *surroundings, verb console.Verb) error {
	node, err := c.open()
	if err != nil {
		return err
	}
	defer node.Close()
	var actor console.Actor
	if err := node.Send(ctx, http.MethodPost, "/api/v1/actors/"+string(verb), map[string]string{"path": c.Path}, &actor); err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "%s: %s\n", actor.Path, actor.State)
	return err
}

// restartCommand restarts an actor.
type restartCommand struct{ actorCommand }

// Run is called by the command line.
func (c *restartCommand) Run(ctx context.Context, s *surroundings) error {
	return c.command(ctx, s, console.Restart)
}

// stopCommand stops an actor.
type stopCommand struct{ actorCommand }

// Run is called by the command line.
func (c *stopCommand) Run(ctx context.Context, s *surroundings) error {
	return c.command(ctx, s, console.Stop)
}

// startCommand starts an actor that was stopped.
type startCommand struct{ actorCommand }

// Run is called by the command line.
func (c *startCommand) Run(ctx context.Context, s *surroundings) error {
	return c.command(ctx, s, console.Start)
}
