package supervisor

import (
	"github.com/asynkron/protoactor-go/actor"
	"github.com/asynkron/protoactor-go/eventstream"
)

// quietDeadLetters replaces the subscribers that protoactor has for messages to
// nobody: they log the messages' contents, which may be secret, and leave a
// goroutine ticking. What they do besides is done here: whoever waits for an
// answer gets one, and whoever watches nobody is told. They are counted.
func (s *System) quietDeadLetters() {
	s.actors.EventStream = eventstream.NewEventStream()
	s.actors.EventStream.Subscribe(func(event any) {
		letter, ok := event.(*actor.DeadLetterEvent)
		if !ok {
			return
		}
		if watch, ok := letter.Message.(*actor.Watch); ok {
			s.tellNotFound(watch.Watcher, letter.PID)
			return
		}
		if _, ok := letter.Message.(actor.SystemMessage); ok {
			return
		}
		s.deadLetters.Add(1)
		if letter.Sender != nil {
			s.actors.Root.Send(letter.Sender, &actor.DeadLetterResponse{})
		}
	})
}

func (s *System) tellNotFound(watcher, who *actor.PID) {
	if p, ok := s.actors.ProcessRegistry.Get(watcher); ok {
		p.SendSystemMessage(watcher, &actor.Terminated{Who: who, Why: actor.TerminatedReason_NotFound})
	}
}

// DeadLetters is the number of messages that were sent to no actor at all.
func (s *System) DeadLetters() int64 { return s.deadLetters.Load() }
