package supervisor

import (
	"context"

	"github.com/asynkron/protoactor-go/actor"
)

// Service makes an actor of a function that blocks for as long as it serves: a
// store, a broker, a listener. The actor fails when run returns an error or
// panics, and so is restarted by its policy; run is cancelled when the actor
// ends, and has returned before the next one starts. When run returns nil the
// service is over: the actor stays, in the state "done".
//
// It is a value for Spec.New.
func Service(run func(context.Context) error) func() actor.Actor {
	return func() actor.Actor { return service(run) }
}

type service func(context.Context) error

func (s service) Receive(ctx actor.Context) {
	switch msg := ctx.Message().(type) {
	case *actor.Started:
		Go(ctx, "serve", s)
	case GoFailed:
		Fail(ctx, msg.Err)
	case GoDone:
		Report(ctx, "done", "")
	}
}
