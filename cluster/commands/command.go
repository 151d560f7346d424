// Package commands is the book of what sites were told to do: each command has a key, a deadline and one terminal outcome.
// The book is in the members' common store, so that a command outlives the member that took it.
//
//	waiting ──▶ sent ──▶ done, refused, failed
//	   │          └────▶ unknown ──▶ done, refused, failed    (the node came back and could tell)
//	   └───────────────▶ refused                              (never sent, and its deadline is over)
package commands

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/link/wire"
)

// State is where a command stands.
type State string

// The states.
const (
	Waiting State = "waiting" // for a session of the site
	Sent    State = "sent"    // on the way, or running
	Done    State = "done"
	Refused State = "refused" // never begun
	Failed  State = "failed"  // begun, and known to have failed
	Unknown State = "unknown" // sent, and nobody can tell
)

// Terminal tells whether a state is an outcome.
func (s State) Terminal() bool { return s != Waiting && s != Sent }

// Command is one command to one site.
type Command struct {
	Key       string          `json:"key" doc:"Runs at most once."`
	Site      string          `json:"site"`
	Kind      string          `json:"kind" doc:"restart, stop, start, write …"`
	Target    string          `json:"target"`
	Arguments json.RawMessage `json:"arguments,omitempty"`
	By        string          `json:"by"`
	Asked     time.Time       `json:"asked"`
	Deadline  time.Time       `json:"deadline" doc:"Not begun after this."`
	Grace     time.Duration   `json:"grace_ns,omitempty" doc:"How much longer than usual the outcome of one that was begun may take to come."`

	State  State           `json:"state"`
	Epoch  uint64          `json:"epoch,omitempty" doc:"Of the session that it was sent with last."`
	Detail string          `json:"detail,omitempty"`
	Data   json.RawMessage `json:"data,omitempty"`
	Begun  time.Time       `json:"begun,omitzero" doc:"By the node's clock."`
	Ended  time.Time       `json:"ended,omitzero"`
}

// What callers branch on.
var (
	ErrUnknown = errors.New("there is no such command")
	ErrReused  = errors.New("the key was used for another command")
)

// same tells whether two commands ask for the same.
func (c Command) same(other Command) bool {
	return c.Site == other.Site && c.Kind == other.Kind && c.Target == other.Target && string(c.Arguments) == string(other.Arguments)
}

// Message is the command as it is sent.
func (c Command) Message(now time.Time) *wire.Command {
	return &wire.Command{
		Key: c.Key, Epoch: c.Epoch, Deadline: c.Deadline.UnixNano(), WithinMs: c.Deadline.Sub(now).Milliseconds(),
		Kind: c.Kind, Target: c.Target, Arguments: c.Arguments, By: c.By,
	}
}

// stateOf is what a node's result means here.
func stateOf(r wire.Result) State {
	switch r {
	case wire.Result_RESULT_DONE:
		return Done
	case wire.Result_RESULT_REFUSED:
		return Refused
	case wire.Result_RESULT_FAILED:
		return Failed
	}
	return Unknown
}
