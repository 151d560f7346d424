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
