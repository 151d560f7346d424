package gateway

import (
	"context"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/holdfast-edge/holdfast/supervisor"
)

// effectWithin is how long the store may take for one effect.
const effectWithin = 10 * time.Second

// effects are what an actor has to do that waits for the store: one at a time, in order, in a goroutine of the actor. What
// each returns comes back as a message. Their number is bounded by what a site can have open.
type effects struct {
	queue   []func(context.Context) any
	running bool
}

// mostEffects bounds the queue: more than this means that a node talks nonsense, or the store is long away.
const mostEffects = 4096

// add queues an effect. Where too many wait, the session is better begun anew, which is what the failure leads to.
func (e *effects) add(ctx actor.Context, effect func(context.Context) any) {
	if len(e.queue) >= mostEffects {
		supervisor.Fail(ctx, errEffects)
	}
	e.queue = append(e.queue, effect)
	if !e.running {
		e.next(ctx)
	}
}

// next begins the next effect, when the one before has ended.
func (e *effects) next(ctx actor.Context) {
	e.running = len(e.queue) > 0
	if !e.running {
		return
	}
	effect := e.queue[0]
	if e.queue = e.queue[1:]; len(e.queue) == 0 {
		e.queue = nil // an idle site keeps no memory
	}
	self, root := ctx.Self(), ctx.ActorSystem().Root
	supervisor.Go(ctx, "effect", func(c context.Context) error {
		c, cancel := context.WithTimeout(c, effectWithin)
		defer cancel()
		if m := effect(c); m != nil {
			root.Send(self, m)
		}
		return nil
	})
}
