package supervisor

import "github.com/asynkron/protoactor-go/actor"

// ending is the end of an incarnation under way: its goroutines are cancelled,
// it is told, its children are stopped, and when all have ended protoactor may
// act on the message that began it.
type ending struct {
	then   any  // *actor.Stop or *actor.Restart
	passed bool // then was posted to protoactor
}

// end follows protoactor's Stop and Restart. A Restart after a Stop is void, so
// that nothing resurrects an actor that was stopped.
func (c *cell) end(then any) {
	_, stop := then.(*actor.Stop)
	if c.life == lifeGone || c.life == lifeEnding && !stop {
		return
	}
	if stop {
		c.hold = hold{}
		c.box.close()
		c.system.registry.enterPhase(c.node, Stopping)
	}
	if c.life == lifeEnding {
		c.ending.then = then
		return
	}
	c.leave(stop || c.hold.commanded)
	c.life, c.ending = lifeEnding, ending{then: then}
	c.goOnEnding()
}

// leave tells the incarnation of its end. Its goroutines are cancelled before,
// so that it cannot wait for them in vain, and again after, for those it began.
func (c *cell) leave(stop bool) {
	c.box.hold()
	c.stopTimers()
	c.cancelTasks()
	if stop {
		c.tellEnding(&actor.Stopping{})
	} else {
		c.tellEnding(&actor.Restarting{})
	}
	c.stopTimers()
	c.cancelTasks()
}

// tellEnding hands over a message of the end; a panic is told, and stops nothing.
func (c *cell) tellEnding(message any) {
	if c.inner == nil {
		return
	}
	err := attempt(func() { c.hand(message) })
	c.now = nil
	if err == nil {
		return
	}
	c.system.registry.emit(c.node, func(h Head) Event {
		return PanickedEnding{Head: h, Message: typeName(message), Cause: err.Error(), Stack: stackOf(err)}
	})
}

// goOnEnding stops the next children, or passes on when none is left.
func (c *cell) goOnEnding() {
	if c.kids.len() > 0 {
		c.stopKids()
		return
	}
	if len(c.tasks) == 0 && !c.ending.passed {
		c.ending.passed = true
		c.box.PostSystemMessage(passed{})
	}
}

// stopKids stops all at once, or the last one where they rest on each other.
func (c *cell) stopKids() {
	if c.spec.Strategy == RestForOne || c.parent == nil {
		c.stopKid(c.kids.last())
		return
	}
	for k := range c.kids.all() {
		c.stopKid(k)
	}
}

func (c *cell) stopKid(k *kid) {
	if !k.stopping {
		k.stopping = true
		c.scope.Stop(k.pid)
	}
}

// pass gives protoactor the Stop or Restart that may now be acted on.
func (c *cell) pass(invoker actor.MessageInvoker) {
	invoker.InvokeSystemMessage(c.ending.then)
}

// terminated follows the end of a child, a goroutine or a watched actor.
func (c *cell) terminated(t *actor.Terminated) {
	switch k, isTask := c.kids.of(t.Who), c.forgetTask(t.Who); {
	case isTask:
	case k != nil:
		c.forgetKid(k)
		c.tellOfEnd()
	default:
		c.tellOfEnd()
	}
	if c.life == lifeEnding {
		c.goOnEnding()
	}
}

// tellOfEnd lets a running incarnation see the Terminated in hand.
func (c *cell) tellOfEnd() {
	if c.life == lifeUp {
		c.inner.Receive(c.scope)
	}
}

// stopped is the last that happens to a cell.
func (c *cell) stopped() {
	c.tellEnding(&actor.Stopped{})
	c.life, c.inner = lifeGone, nil
	c.system.registry.stopped(c.node, false)
	if c.onGone != nil {
		c.onGone()
	}
}
