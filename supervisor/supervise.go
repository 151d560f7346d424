package supervisor

import (
	"fmt"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

var _ actor.SupervisorStrategy = (*cell)(nil)

// HandleFailure is protoactor's way of telling a parent that a child has failed.
// The child's mailbox is suspended; every path from here takes it down, or stops
// it with its parent.
func (c *cell) HandleFailure(_ *actor.ActorSystem, supervisor actor.Supervisor, child *actor.PID, _ *actor.RestartStatistics, reason, _ any) {
	k := c.kids.of(child)
	f, ours := reason.(*fault)
	if k == nil || !ours {
		supervisor.StopChildren(child) // spawned past this package: nobody knows how to start it
		return
	}
	if c.life != lifeUp || k.stopping || k.number != f.number {
		c.makeKnown(k.node, f, Decision{ByCommand: true}) // its end is ordered already
		return
	}
	d := c.judge(k, f)
	if d.Verdict == Raise {
		panic(deliberate{&escalation{path: k.node.head.Path, cause: f.err}})
	}
	c.backOff(k, d)
	if d.Verdict == Hold {
		c.system.registry.alarm(k.node, true, f.err.Error())
	}
}

// judge lets the child's policy decide, and makes the failure known.
func (c *cell) judge(k *kid, f *fault) Decision {
	fault := Fault{
		At:        c.system.clock.Now(),
		Up:        c.system.registry.takeUpTime(k.node),
		Permanent: IsPermanent(f.err),
	}
	d := k.spec.Policy.Step(&k.history, fault, c.system.random())
	c.makeKnown(k.node, f, d)
	k.answer(fmt.Errorf("it failed again: %w", f.err))
	return d
}

// makeKnown records the failure and what was decided about it.
func (c *cell) makeKnown(n *node, f *fault, d Decision) {
	now := c.system.clock.Now()
	failure := Failure{
		Head: n.headAt(now), Err: f.err, Cause: f.err.Error(), Stack: stackOf(f.err), Message: f.message,
		Attempt: d.Attempt, Permanent: IsPermanent(f.err), Escalated: d.Verdict == Raise,
	}
	if d.Verdict != Raise && !d.ByCommand {
		failure.Next = now.Add(d.After)
	}
	c.system.registry.failed(n, failure)
	if d.Verdict == Raise {
		c.system.registry.emit(n, func(h Head) Event {
			return Escalated{Head: h, To: c.node.head.Path, Cause: failure.Cause}
		})
	}
}

// escalation is what a parent fails with when a child has exhausted its policy.
type escalation struct {
	path  string
	cause error
}

func (e *escalation) Error() string {
	return fmt.Sprintf("%s failed too often: %v", e.path, e.cause)
}

func (e *escalation) Unwrap() error { return e.cause }

// backOff takes the failed child down until its wait is over.
func (c *cell) backOff(k *kid, d Decision) {
	phase, next := BackingOff, c.system.clock.Now().Add(d.After)
	if d.Verdict == Hold {
		phase = Held
	}
	if d.ByCommand {
		next = time.Time{}
	}
	order := c.newHold(k, takeDown{phase: phase, next: next})
	k.waiting = true
	if !d.ByCommand {
		c.later(k, d.After, due{k.path(), k.number}) // runs by the time the child shows that it waits
	}
	k.box.PostSystemMessage(order)
	c.disturb()
}

// later posts an order about k to this cell after d.
func (c *cell) later(k *kid, d time.Duration, o order) {
	k.timer = c.system.clock.AfterFunc(d, func() { c.box.PostSystemMessage(o) })
}

// due: the backoff of a child is over.
type due struct {
	path   string
	number uint64
}

func (o due) apply(c *cell) {
	if k := c.kids.byID[o.path]; k != nil && k.number == o.number && c.life == lifeUp {
		k.waiting = false
		c.settle(k)
	}
}

// settle lets a child that waits no longer start, when it is its turn.
func (c *cell) settle(k *kid) {
	if c.spec.Strategy == RestForOne {
		c.regroup()
		return
	}
	c.release(k)
}

// takeDown orders a child down, until its release.
func (c *cell) takeDown(k *kid, o takeDown) {
	k.box.PostSystemMessage(c.newHold(k, o))
}

// newHold makes o the order that counts: what the child reports of earlier ones is void.
func (c *cell) newHold(k *kid, o takeDown) takeDown {
	k.stopTimer()
	k.number = c.system.serial.Add(1)
	k.standing = standEnding
	o.number = k.number
	return o
}

func (c *cell) release(k *kid) {
	k.standing = standStarting
	k.box.PostSystemMessage(release{k.number})
}

// disturb begins to bring down what rests on a child that was just ordered down.
func (c *cell) disturb() {
	if c.spec.Strategy == RestForOne {
		c.regrouping = true
		c.regroup()
	}
}

// regroup makes the moves that are possible now.
func (c *cell) regroup() {
	for c.regrouping && c.life == lifeUp {
		line, kids := c.line()
		switch m, i := nextMove(line); m {
		case moveNone:
			c.regrouping = false
		case moveTakeDown:
			c.takeDown(kids[i], takeDown{phase: Waiting})
			kids[i].waiting = false
		case moveRelease:
			c.release(kids[i])
		case moveWait:
			return
		}
	}
}

func (c *cell) line() ([]stand, []*kid) {
	line, kids := make([]stand, 0, c.kids.len()), make([]*kid, 0, c.kids.len())
	for k := range c.kids.all() {
		line, kids = append(line, stand{k.standing, k.waiting}), append(kids, k)
	}
	return line, kids
}

// childUp: a child has handled Started after the hold of that number.
type childUp struct {
	path   string
	number uint64
}

func (o childUp) apply(c *cell) {
	k := c.kids.byID[o.path]
	if k == nil || k.number != o.number {
		return
	}
	k.standing = standUp
	k.answer(nil)
	c.watchHealth(k)
	c.regroup()
}

// childDown: a child is on the hold of that number.
type childDown struct {
	path   string
	number uint64
}

func (o childDown) apply(c *cell) {
	k := c.kids.byID[o.path]
	if k == nil || k.number != o.number || k.standing == standStarting {
		return
	}
	k.standing = standDown
	if c.system.registry.isCommanded(k.node) {
		k.standing = standStopped
		k.answer(nil)
	}
	c.regroup()
}

// watchHealth clears the alarm of a child that has started, when it has proved healthy.
func (c *cell) watchHealth(k *kid) {
	if c.system.registry.isAlarmed(k.node) {
		c.later(k, k.spec.Policy.Healthy, healthy{k.path(), k.number})
	}
}

// healthy: a child has survived its healthy spell, or says that it is healthy.
type healthy struct {
	path   string
	number uint64
}

func (o healthy) apply(c *cell) {
	k := c.kids.byID[o.path]
	if k == nil || k.number != o.number || k.standing != standUp && k.standing != standStarting {
		return
	}
	k.history.Forget()
	c.system.registry.alarm(k.node, false, "")
}
