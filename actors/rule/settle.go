package rule

import (
	"github.com/asynkron/protoactor-go/actor"

	"github.com/holdfast-edge/holdfast/supervisor"
)

// Settle asks a rule to say Settled when it takes rows, and has evaluated those
// that waited for it. A durable rule says so when its cursor is open: what waits
// in the log is not lost to it. A rule that has failed says nothing until its
// next incarnation runs: ask with a deadline.
type Settle struct{}

// Settled is the answer to Settle.
type Settled struct{}

// answer returns a function that tells Settled to whoever has asked.
func answer(system *supervisor.System, asker *actor.PID) func() {
	return func() {
		if asker != nil {
			system.Send(asker, Settled{})
		}
	}
}
