package supervisor

import (
	"fmt"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// cell is the actor that protoactor sees. It makes, feeds and discards the
// incarnations of the one that Spec.New makes, and is the supervisor of its
// children. All its fields belong to its own goroutine; others post orders to
// its mailbox.
//
//	                release                    failure
//	down ───────────────────────────────▶ up ───────────▶ broken
//	 ▲                                     │                │
//	 │ all children and goroutines ended   │ takeDown       │ takeDown
//	 └────────────────── ending ◀──────────┴────────────────┘
//	                       │
//	                       └ for a Stop ─▶ gone
//
// While it is down it may be on hold: for its backoff, for the sibling it rests
// on, or because a command stopped it. The hold has a number; only the release
// of the same number ends it, so that one that comes late does nothing.
type cell struct {
	system *System
	node   *node
	spec   *Spec // shared with the tree and the parent, never changed
	box    *mailbox
	parent *cell // nil at the root; only its box may be used from here

	scope  *scope
	inner  actor.Actor
	life   life
	run    uint64 // incarnations made
	now    any    // the message in hand where it is not protoactor's
	hold   hold
	ending ending

	kids    family
	adopted []Spec // children that came from outside, spawned again after a restart
	tasks   map[string]*task
	timers  map[*Timer]struct{}
	onGone  func()

	regrouping bool // rest-for-one: some children are ended or started in order
}

type life uint8

const (
	lifeDown life = iota
	lifeUp
	lifeBroken
	lifeEnding
	lifeGone
)

// hold keeps a cell down until the release of the same number.
type hold struct {
	active    bool
	number    uint64
	commanded bool // stopped by command
}

// Receive takes what protoactor delivers: life-cycle messages and user messages.
func (c *cell) Receive(ctx actor.Context) {
	switch msg := ctx.Message().(type) {
	case *actor.Started:
		c.incarnated(ctx)
	case *actor.Restarting, *actor.Stopping:
		// The incarnation was told when its end began.
	case *actor.Stopped:
		c.stopped()
	case *actor.Terminated:
		c.terminated(msg)
	default:
		c.user(msg)
	}
}

// incarnated follows protoactor's Started, the first and the one after each Restart.
func (c *cell) incarnated(ctx actor.Context) {
	if c.scope == nil {
		c.scope = &scope{Context: ctx, cell: c}
	}
	c.life, c.ending = lifeDown, ending{}
	if c.hold.active {
		c.stayDown()
		return
	}
	c.begin()
}

// stayDown is the start of a hold.
func (c *cell) stayDown() {
	if c.hold.commanded {
		c.tellEnding(&actor.Stopped{})
		c.box.close()
		c.system.registry.stopped(c.node, true)
	}
	c.inner = nil
	c.box.hold()
	c.tellParent(childDown{c.node.head.Path, c.hold.number})
}

// begin makes an incarnation and lets it handle Started. If that panics, the
// mailbox reports the failure.
func (c *cell) begin() {
	c.life = lifeUp
	c.run++
	c.system.registry.enterPhase(c.node, Starting)
	c.box.reopen()
	c.inner = c.spec.New()
	c.hand(&actor.Started{})
	c.readopt()
	c.system.registry.prune(c.node)
	c.system.registry.isUp(c.node)
	c.tellParent(childUp{c.node.head.Path, c.hold.number})
}

// owning tells whether an incarnation is there that may own timers and goroutines.
func (c *cell) owning() bool { return c.life == lifeUp || c.life == lifeBroken }

// user delivers a message to the incarnation.
func (c *cell) user(message any) {
	m, own := message.(ownMessage)
	switch {
	case own:
		m.deliver(c)
	case c.life == lifeUp:
		c.inner.Receive(c.scope)
	default:
		c.reject(message)
	}
}

// hand delivers a message that is not the one protoactor has in hand.
func (c *cell) hand(message any) {
	c.now = message
	c.inner.Receive(c.scope)
	c.now = nil
}

// broken turns what attempt recovered into the failure that the parent gets.
func (c *cell) broken(err error, inHand any) *fault {
	f := &fault{err: err, message: typeName(inHand), number: c.hold.number}
	if c.now != nil {
		f.message = typeName(c.now)
		c.now = nil
	}
	if c.life == lifeUp && c.parent != nil {
		c.life = lifeBroken
		c.box.hold()
		c.cancelTasks()
	}
	return f
}

// fault is a failure on its way from the child to its supervisor.
type fault struct {
	err     error
	message string // type of the one in hand
	number  uint64 // of the hold that the incarnation was released from
}

func (c *cell) tellParent(o order) {
	if c.parent != nil {
		c.parent.box.PostSystemMessage(o)
	}
}

// reject counts a message that the mailbox did not take, and answers it with a
// dead letter if somebody waits. It may be called from any goroutine.
func (c *cell) reject(message any) {
	if _, own := message.(ownMessage); own {
		return // only an actor that has ended rejects these, and it has nobody left to tell
	}
	count := c.node.rejected.Add(1)
	if sender := actor.UnwrapEnvelopeSender(message); sender != nil {
		c.system.actors.Root.Send(sender, &actor.DeadLetterResponse{})
	}
	now := c.system.clock.Now().UnixNano()
	said := c.node.rejectedSaid.Load()
	if now-said < int64(time.Second) || !c.node.rejectedSaid.CompareAndSwap(said, now) {
		return
	}
	ending := c.box.isClosed()
	c.system.registry.emit(c.node, func(h Head) Event {
		return Rejected{Head: h, Message: typeName(message), Count: count, Ending: ending}
	})
}

// typeName is the type of what the actor sees of a message.
func typeName(message any) string {
	message = actor.UnwrapEnvelopeMessage(message)
	if m, ok := message.(ownMessage); ok {
		message = m.carried()
	}
	return fmt.Sprintf("%T", message)
}
