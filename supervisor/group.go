package supervisor

import "github.com/asynkron/protoactor-go/actor"

// Group makes an actor that does nothing but supervise: it spawns the given
// children in order when it starts. More come and go with System.Add and Remove.
//
// It is a value for Spec.New.
func Group(children ...Spec) func() actor.Actor {
	return func() actor.Actor { return group(children) }
}

type group []Spec

func (g group) Receive(ctx actor.Context) {
	if _, ok := ctx.Message().(*actor.Started); !ok {
		return
	}
	for _, spec := range g {
		if _, err := Spawn(ctx, spec); err != nil {
			Fail(ctx, err)
		}
	}
}
