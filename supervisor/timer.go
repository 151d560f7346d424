package supervisor

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// Timer is a message to come. It belongs to the incarnation that set it.
type Timer struct {
	owner   *cell
	message any
	run     uint64
	stop    func() bool
	over    bool
}

// After sends message to the actor itself after d, unless the returned Timer or
// the incarnation is stopped before. A message that was already in the queue
// then is not delivered either.
func After(ctx actor.Context, d time.Duration, message any) *Timer {
	c := scopeOf(ctx).cell
	t := &Timer{owner: c, message: message, run: c.run, stop: func() bool { return false }}
	if !c.owning() {
		t.over = true // told of its end already
		return t
	}
	if c.timers == nil {
		c.timers = make(map[*Timer]struct{})
	}
	c.timers[t] = struct{}{}
	t.stop = c.system.clock.AfterFunc(d, func() { c.box.PostUserMessage(fired{t}) })
	return t
}

// Stop makes sure that the message does not come. It is to be called by the
// actor that set the timer, and may be called at any time.
func (t *Timer) Stop() {
	t.over = true
	t.stop()
	delete(t.owner.timers, t)
}

// fired is the message of a timer whose time has come.
type fired struct{ timer *Timer }

func (m fired) carried() any { return m.timer.message }

func (m fired) deliver(c *cell) {
	t := m.timer
	delete(c.timers, t)
	if t.over || c.life != lifeUp || t.run != c.run {
		return
	}
	t.over = true
	c.hand(t.message)
}

func (c *cell) stopTimers() {
	for t := range c.timers {
		t.Stop()
	}
	c.timers = nil
}
