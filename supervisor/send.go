package supervisor

import (
	"context"
	"fmt"

	"github.com/asynkron/protoactor-go/actor"
)

// SendWait sends message to pid and, while its mailbox is full, waits until ctx
// ends. It is for goroutines that may wait: never call it from Receive. Its
// errors are ErrUnknown, ErrStopped and that of ctx; after any of them the
// message was not taken.
func (s *System) SendWait(ctx context.Context, pid *actor.PID, message any) error {
	_, box, _, ok := s.registry.find(pid.Id)
	err := ErrUnknown
	if ok && box != nil {
		err = box.waitFor(ctx, message)
	}
	if err != nil {
		return fmt.Errorf("send %s to %s: %w", typeName(message), pid.Id, err)
	}
	return nil
}

// Send sends message to pid without waiting. If the mailbox is full or the
// actor stopped, the message is rejected and counted there.
func (s *System) Send(pid *actor.PID, message any) { s.actors.Root.Send(pid, message) }

// Ask sends message to pid and waits for the answer until ctx ends. It is for
// the edges of the system: never call it from Receive. ErrRejected is its error
// if the actor is not there, is stopped, or has a full mailbox.
func (s *System) Ask(ctx context.Context, pid *actor.PID, message any) (any, error) {
	a := &answer{arrived: make(chan any, 1)}
	registry := s.actors.ProcessRegistry
	self, _ := registry.Add(a, "ask"+registry.NextId())
	defer registry.Remove(self)
	s.actors.Root.RequestWithCustomSender(pid, message, self)
	select {
	case reply := <-a.arrived:
		if _, dead := reply.(*actor.DeadLetterResponse); dead {
			return nil, fmt.Errorf("ask %s of %s: %w", typeName(message), pid.Id, ErrRejected)
		}
		return reply, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("ask %s of %s: %w", typeName(message), pid.Id, ctx.Err())
	}
}

// answer is the process that Ask waits at. Only the first answer counts.
type answer struct{ arrived chan any }

var _ actor.Process = (*answer)(nil)

// SendUserMessage takes the answer.
func (a *answer) SendUserMessage(_ *actor.PID, message any) {
	select {
	case a.arrived <- actor.UnwrapEnvelopeMessage(message):
	default:
	}
}

// SendSystemMessage and Stop have no meaning here.
func (a *answer) SendSystemMessage(*actor.PID, any) {}

// Stop does nothing; Ask removes the process.
func (a *answer) Stop(*actor.PID) {}
