package supervisor

import (
	"fmt"

	"github.com/asynkron/protoactor-go/actor"
)

// Spawn starts a child of the actor whose context ctx is. The parent supervises
// it by spec.Policy and its own Strategy, restarts it under the same PID, and
// stops it when it stops or restarts itself.
//
// A child that an operator has stopped stays stopped when its parent restarts
// and spawns it again. Errors are ErrExists, ErrStopped and those of a bad spec.
func Spawn(ctx actor.Context, spec Spec) (*actor.PID, error) {
	c := scopeOf(ctx).cell
	pid, err := c.spawn(spec)
	if err != nil {
		return nil, fmt.Errorf("spawn %s: %w", childPath(c.node, spec.Name), err)
	}
	return pid, nil
}

func (c *cell) spawn(spec Spec) (*actor.PID, error) {
	if err := spec.check(); err != nil {
		return nil, err
	}
	if c.life != lifeUp {
		return nil, ErrStopped
	}
	spec = spec.complete()
	if c.parent == nil {
		spec.Policy.Exhausted = Alarm
	}
	n, err := c.system.registry.enter(c.node, &spec)
	if err != nil {
		return nil, err
	}
	return c.raise(n, &spec)
}

// raise gives a node its process.
func (c *cell) raise(n *node, spec *Spec) (*actor.PID, error) {
	child := newCell(c.system, n, spec, c)
	k := &kid{spec: spec, node: n, box: child.box, number: c.system.serial.Add(1)}
	child.hold.number = k.number
	if c.system.registry.isCommanded(n) {
		child.hold.active, child.hold.commanded = true, true
		k.standing = standEnding
	}
	// Bound first: the child's goroutines may look for it before SpawnNamed returns.
	c.system.registry.bind(n, child.box, actor.NewPID(c.scope.Self().Address, n.head.Path))
	pid, err := c.scope.Context.SpawnNamed(child.props(), spec.Name)
	if err != nil {
		c.system.registry.leave(n, false)
		return nil, err
	}
	k.pid = pid
	c.kids.add(k)
	return pid, nil
}

func newCell(s *System, n *node, spec *Spec, parent *cell) *cell {
	c := &cell{system: s, node: n, spec: spec, parent: parent}
	c.box = &mailbox{cell: c, capacity: spec.Mailbox}
	return c
}

func (c *cell) props() *actor.Props {
	return actor.PropsFromProducer(
		func() actor.Actor { return c },
		actor.WithMailbox(func() actor.Mailbox { return c.box }),
		actor.WithDispatcher(c.system.crew),
	)
}

// forgetKid follows the end of a child's process. Its node is remembered if it
// ends with this actor, which may be spawned again: its counts and a stop by
// command outlive that.
func (c *cell) forgetKid(k *kid) {
	k.stopTimer()
	c.kids.remove(k)
	c.system.registry.leave(k.node, c.life == lifeEnding)
	k.answerEnd()
	c.regroup()
}

// adopt spawns a child on behalf of somebody outside, now and after every restart.
type adopt struct {
	spec  Spec
	reply chan<- spawned
}

type spawned struct {
	pid *actor.PID
	err error
}

func (o adopt) apply(c *cell) {
	pid, err := c.spawn(o.spec)
	if err == nil {
		c.adopted = append(c.adopted, o.spec)
	}
	o.reply <- spawned{pid, err}
}

// readopt spawns those that came from outside and that the incarnation has not
// itself spawned.
func (c *cell) readopt() {
	for _, spec := range c.adopted {
		if c.kids.byID[childPath(c.node, spec.Name)] == nil {
			if _, err := c.spawn(spec); err != nil {
				panic(deliberate{fmt.Errorf("spawn %s again: %w", spec.Name, err)})
			}
		}
	}
}
