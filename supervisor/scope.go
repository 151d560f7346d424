package supervisor

import (
	"fmt"

	"github.com/asynkron/protoactor-go/actor"
)

// scope is the context that the incarnations of one cell see. It differs from
// protoactor's where that would deliver twice or to the wrong incarnation.
type scope struct {
	actor.Context
	cell *cell
}

// scopeOf panics if ctx is not that of a supervised actor: that is a mistake of the caller.
func scopeOf(ctx actor.Context) *scope {
	s, ok := ctx.(*scope)
	if !ok {
		panic(fmt.Sprintf("supervisor: context of %v was not spawned through this package", ctx.Self()))
	}
	return s
}

// Message is the message in hand.
func (s *scope) Message() any {
	if s.cell.now != nil {
		return s.cell.now
	}
	return s.Context.Message()
}

// Actor is the running incarnation.
func (s *scope) Actor() actor.Actor { return s.cell.inner }

// Watch does nothing for a child: its parent is told of its end in any case,
// and would be told twice.
func (s *scope) Watch(who *actor.PID) {
	if s.cell.kids.of(who) == nil {
		s.Context.Watch(who)
	}
}

// ReenterAfter runs the continuation only if this incarnation still runs then.
func (s *scope) ReenterAfter(f *actor.Future, continuation func(any, error)) {
	run := s.cell.run
	s.Context.ReenterAfter(f, func(result any, err error) {
		if s.cell.life == lifeUp && s.cell.run == run {
			continuation(result, err)
		}
	})
}
