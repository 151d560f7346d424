package supervisor

import (
	"fmt"
	"time"
)

// Event is something that happened in the tree. The types below are all there are.
type Event interface {
	fmt.Stringer
	// Header says when it happened, and to whom.
	Header() Head
}

// Head is common to all events.
type Head struct {
	Time time.Time
	Path string
	Kind string
}

// Header gives the head itself.
func (h Head) Header() Head { return h }

// Failure is the end of an incarnation by a panic or an error. It is an event
// and, as the last one, part of the Tree.
type Failure struct {
	Head
	// Err is what it failed with, Cause the same in words.
	Err   error `json:"-"`
	Cause string
	// Stack is the stack of the panic; empty if the failure was not a panic.
	Stack string
	// Message is the type of the message that was in hand.
	Message string
	// Attempt counts the failures since the actor was last healthy, from 1.
	Attempt int
	// Next is when it will be started again; zero if only a command or its parent will.
	Next time.Time
	// Permanent tells that the error said of itself that a restart will not help.
	Permanent bool
	// Escalated tells that the parent fails in consequence.
	Escalated bool
}

func (f Failure) String() string {
	return fmt.Sprintf("%s failed on %s (attempt %d): %s; %s", f.Path, f.Message, f.Attempt, f.Cause, f.outlook())
}

func (f Failure) outlook() string {
	switch {
	case f.Escalated:
		return "escalated"
	case f.Next.IsZero():
		return "held until commanded"
	}
	return fmt.Sprintf("next attempt in %v", f.Next.Sub(f.Time).Round(time.Millisecond))
}

type (
	// Started: the first incarnation of an actor has handled its Started message.
	Started struct{ Head }

	// Stopped: the actor has ended. ByCommand tells that it stays in the tree.
	Stopped struct {
		Head
		ByCommand bool
	}

	// Failed: an incarnation has ended by a panic or an error.
	Failed struct{ Failure }

	// Restarted: a later incarnation has handled its Started message.
	Restarted struct {
		Head
		Restarts int // since the actor was first spawned
	}

	// Escalated: failures of the actor have exhausted its policy, so To fails.
	Escalated struct {
		Head
		To    string
		Cause string
	}

	// AlarmRaised: the actor's failures need a person.
	AlarmRaised struct {
		Head
		Cause string
	}

	// AlarmCleared: the actor of an earlier alarm is healthy, or was commanded.
	AlarmCleared struct{ Head }

	// StateChanged: the state that an actor reports of itself has changed.
	StateChanged struct {
		Head
		From, To string
		Detail   string
	}

	// Rejected: messages were not taken, by a full mailbox or a stopped actor.
	// Said at most once a second for an actor.
	Rejected struct {
		Head
		Message string // type of the latest
		Count   int64  // since the actor was first spawned
		Ending  bool   // the actor was being stopped, or had been: what comes late then is expected
	}

	// GoroutinePanicked: a goroutine of Go has panicked. Its owner got GoFailed.
	GoroutinePanicked struct {
		Head
		Name  string
		Cause string
		Stack string
	}

	// PanickedEnding: the actor panicked while it was told of its end. The end went on.
	PanickedEnding struct {
		Head
		Message string
		Cause   string
		Stack   string
	}
)

func (e Started) String() string   { return e.Path + " started" }
func (e Restarted) String() string { return fmt.Sprintf("%s restarted (%d)", e.Path, e.Restarts) }

func (e Stopped) String() string {
	if e.ByCommand {
		return e.Path + " stopped by command"
	}
	return e.Path + " stopped"
}

func (e Escalated) String() string {
	return fmt.Sprintf("%s escalated to %s: %s", e.Path, e.To, e.Cause)
}
func (e AlarmRaised) String() string  { return fmt.Sprintf("alarm at %s: %s", e.Path, e.Cause) }
func (e AlarmCleared) String() string { return "alarm cleared at " + e.Path }

func (e StateChanged) String() string {
	if e.Detail == "" {
		return fmt.Sprintf("%s: %s -> %s", e.Path, e.From, e.To)
	}
	return fmt.Sprintf("%s: %s -> %s (%s)", e.Path, e.From, e.To, e.Detail)
}

func (e Rejected) String() string {
	return fmt.Sprintf("%s rejected %s (%d so far)", e.Path, e.Message, e.Count)
}

func (e GoroutinePanicked) String() string {
	return fmt.Sprintf("goroutine %s of %s: %s", e.Name, e.Path, e.Cause)
}

func (e PanickedEnding) String() string {
	return fmt.Sprintf("%s panicked on %s while ending: %s", e.Path, e.Message, e.Cause)
}
