package supervisor

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// takeDown orders a child to end its incarnation and to stay down until the
// release of the same number.
type takeDown struct {
	number    uint64
	commanded bool
	phase     Phase // what it is while it is down
	next      time.Time
}

func (o takeDown) apply(c *cell) {
	if c.life == lifeGone || c.life == lifeEnding && isStop(c.ending.then) {
		return
	}
	c.hold = hold{active: true, number: o.number, commanded: o.commanded}
	c.system.registry.awaits(c.node, o.phase, o.next)
	switch {
	case c.life == lifeUp, c.life == lifeBroken:
		c.end(&actor.Restart{})
	case c.life == lifeDown && c.scope != nil:
		c.stayDown()
	}
}

func isStop(message any) bool {
	_, stop := message.(*actor.Stop)
	return stop
}

// release ends the hold of that number.
type release struct{ number uint64 }

func (o release) apply(c *cell) {
	if !c.hold.active || c.hold.number != o.number {
		return
	}
	c.hold.active, c.hold.commanded = false, false
	if c.life == lifeDown && c.scope != nil {
		c.begin()
	}
}
