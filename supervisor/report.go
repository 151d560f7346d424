package supervisor

import "github.com/asynkron/protoactor-go/actor"

// Report declares the state that the actor is in, in the plant's words
// ("connecting", "polling", "degraded"), with a detail that may change often.
// The tree shows both until the incarnation ends. A change of state is an event,
// a change of detail alone is not.
func Report(ctx actor.Context, state, detail string) {
	c := scopeOf(ctx).cell
	if c.life == lifeUp {
		c.system.registry.report(c.node, state, detail)
	}
}

// Healthy declares that the actor does what it is there for: its earlier
// failures are forgotten now, and not only after Policy.Healthy. A connection
// says so when it is open.
func Healthy(ctx actor.Context) {
	c := scopeOf(ctx).cell
	if c.life == lifeUp {
		c.tellParent(healthy{c.node.head.Path, c.hold.number})
	}
}
