package supervisor

import (
	"context"
	"fmt"
	"slices"

	"github.com/asynkron/protoactor-go/actor"
)

// Restart restarts the actor at path and forgets its failures. It returns when
// the new incarnation has handled Started, or with what that failed with. An
// actor stopped by command is started.
func (s *System) Restart(ctx context.Context, path string) error {
	return s.command(ctx, "restart", path, (*cell).commandRestart)
}

// Stop stops the actor at path and all below it, until Start or Restart. The
// actor stays in the tree as stopped; messages to it are rejected. Stop returns
// when the actor, its children and its goroutines have ended.
func (s *System) Stop(ctx context.Context, path string) error {
	return s.command(ctx, "stop", path, (*cell).commandStop)
}

// Start starts the actor at path if it is stopped, or at once if it awaits an
// attempt. It returns when the actor has handled Started, or with what that
// failed with; ErrNotStopped if it runs. Below a rest-for-one parent, what was
// spawned after it is restarted too, as it is by Restart.
func (s *System) Start(ctx context.Context, path string) error {
	return s.command(ctx, "start", path, (*cell).commandStart)
}

// Remove stops the actor at path for good; the tree forgets it, and so does
// the parent if it came by Add. It returns when all has ended.
func (s *System) Remove(ctx context.Context, path string) error {
	return s.command(ctx, "remove", path, (*cell).commandRemove)
}

// Add spawns spec as a child of the actor at path, as Spawn does. The parent
// spawns it again after its own restarts, until Remove.
func (s *System) Add(ctx context.Context, path string, spec Spec) (*actor.PID, error) {
	pid, err := s.add(ctx, path, spec)
	if err != nil {
		return nil, fmt.Errorf("add %q to %s: %w", spec.Name, path, err)
	}
	return pid, nil
}

func (s *System) add(ctx context.Context, path string, spec Spec) (*actor.PID, error) {
	_, box, _, ok := s.registry.find(path)
	if !ok {
		return nil, ErrUnknown
	}
	if box == nil {
		return nil, ErrStopped
	}
	reply := make(chan spawned, 1)
	box.PostSystemMessage(adopt{spec, reply})
	select {
	case r := <-reply:
		return r.pid, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// command is what an operator asked of the child at path. It is carried out by
// the parent, which answers exactly once.
type command struct {
	path  string
	do    func(parent *cell, k *kid, o *command)
	reply chan error // holds one
	ends  bool       // the child's end is the outcome it wants
}

func (s *System) command(ctx context.Context, verb, path string, do func(*cell, *kid, *command)) error {
	o := &command{path: path, do: do, reply: make(chan error, 1)}
	if err := s.carryOut(ctx, o); err != nil {
		return fmt.Errorf("%s %s: %w", verb, path, err)
	}
	return nil
}

func (s *System) carryOut(ctx context.Context, o *command) error {
	n, _, _, ok := s.registry.find(o.path)
	if !ok {
		return ErrUnknown
	}
	if n.parent == nil {
		return ErrRoot
	}
	parent := s.registry.boxOf(n.parent)
	if parent == nil {
		return ErrParentDown
	}
	parent.PostSystemMessage(o)
	select {
	case err := <-o.reply:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (o *command) apply(c *cell) {
	k := c.kids.byID[o.path]
	switch {
	case c.life != lifeUp:
		o.reply <- ErrParentDown
	case k == nil:
		o.reply <- ErrUnknown
	case k.stopping:
		o.reply <- ErrStopped
	default:
		o.do(c, k, o)
	}
}

func (c *cell) commandRestart(k *kid, o *command) {
	c.pardon(k, o)
	c.takeDown(k, takeDown{phase: Restarting})
	k.waiting = false
	c.disturb()
	c.settle(k)
}

func (c *cell) commandStop(k *kid, o *command) {
	c.pardon(k, o)
	c.system.registry.command(k.node, true)
	c.takeDown(k, takeDown{phase: Stopping, commanded: true})
	k.waiting = true
}

func (c *cell) commandStart(k *kid, o *command) {
	if k.standing == standUp || k.standing == standStarting {
		o.reply <- ErrNotStopped
		return
	}
	c.commandRestart(k, o)
}

func (c *cell) commandRemove(k *kid, o *command) {
	k.answer(ErrSuperseded)
	c.adopted = slices.DeleteFunc(c.adopted, func(s Spec) bool { return s.Name == k.spec.Name })
	o.ends = true
	k.command = o
	k.number = c.system.serial.Add(1) // what it reported before is no outcome
	c.stopKid(k)
}

// pardon forgets what the child did, and makes o the command whose outcome is awaited.
func (c *cell) pardon(k *kid, o *command) {
	k.answer(ErrSuperseded)
	k.command = o
	k.history.Forget()
	c.system.registry.command(k.node, false)
	c.system.registry.alarm(k.node, false, "")
}
