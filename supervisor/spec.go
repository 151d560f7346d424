package supervisor

import (
	"errors"
	"fmt"
	"strings"

	"github.com/asynkron/protoactor-go/actor"
)

// DefaultMailbox is the capacity of a mailbox whose Spec names none, in messages.
const DefaultMailbox = 1024

// Spec is what a parent knows of a child: enough to start it, again and again.
type Spec struct {
	// Name tells the child from its siblings: not empty, no slash. The child's
	// path is its parent's path, a slash and the name.
	Name string
	// Kind is what it is in the plant's words: "device", "session", "sink".
	Kind string
	// New makes a fresh actor for every incarnation; nothing survives in it.
	New func() actor.Actor
	// Policy rules this actor's restarts; the zero Policy means DefaultPolicy.
	Policy Policy
	// Strategy says what a failure of one of its children means for the others.
	Strategy Strategy
	// Mailbox is the capacity of its mailbox; zero means DefaultMailbox.
	Mailbox int
}

// Strategy is what a child's failure means for its siblings.
type Strategy uint8

const (
	// OneForOne restarts the failed child alone. Children are stopped all at once.
	OneForOne Strategy = iota
	// RestForOne also restarts the children that were spawned after the failed
	// one: they are ended last to first, and started first to last, each when the
	// one before it has handled Started. Children are stopped last to first too.
	RestForOne
)

// String is the strategy's name as the drawn trees show it.
func (s Strategy) String() string {
	if s == RestForOne {
		return "rest-for-one"
	}
	return "one-for-one"
}

func (s Spec) check() error {
	switch {
	case s.Name == "":
		return errors.New("the name is empty")
	case strings.Contains(s.Name, "/"):
		return fmt.Errorf("name %q contains a slash", s.Name)
	case s.New == nil:
		return errors.New("New is nil")
	case s.Mailbox < 0:
		return fmt.Errorf("mailbox capacity %d is negative", s.Mailbox)
	}
	return nil
}

func (s Spec) complete() Spec {
	s.Policy = s.Policy.complete()
	if s.Mailbox == 0 {
		s.Mailbox = DefaultMailbox
	}
	return s
}
