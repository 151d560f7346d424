package console

import (
	"time"

	"github.com/holdfast-edge/holdfast/supervisor"
)

// Actor is one actor of the tree, without those below it.
type Actor struct {
	Path     string    `json:"path"`
	Name     string    `json:"name"`
	Kind     string    `json:"kind"`
	Phase    string    `json:"phase" doc:"The supervisor's view: starting, running, backing off, failed, restarting, waiting, stopping or stopped."`
	State    string    `json:"state" doc:"What the actor says of itself while it runs, else the phase."`
	Detail   string    `json:"detail,omitempty"`
	Since    time.Time `json:"since" doc:"When the state became what it is."`
	Restarts int       `json:"restarts"`
	Rejected int64     `json:"rejected,omitempty" doc:"Messages that were not taken."`
	Alarm    bool      `json:"alarm,omitempty" doc:"Its failures need a person."`
	Next     time.Time `json:"next,omitzero" doc:"When it will be started again."`
	Failure  *Failure  `json:"failure,omitempty"`
}

// Failure is the last end of an actor by a panic or an error.
type Failure struct {
	Time      time.Time `json:"time"`
	Cause     string    `json:"cause"`
	Message   string    `json:"message,omitempty" doc:"The message that was in hand."`
	Stack     string    `json:"stack,omitempty"`
	Attempt   int       `json:"attempt" doc:"Failures since it was last healthy."`
	Permanent bool      `json:"permanent,omitempty" doc:"A restart will not help."`
	Escalated bool      `json:"escalated,omitempty" doc:"Its parent failed in consequence."`
}

// ActorTree is an actor and all below it.
type ActorTree struct {
	Actor
	Children []ActorTree `json:"children,omitempty"`
}

func actorOf(t *supervisor.Tree) Actor {
	return Actor{
		Path: t.Path, Name: t.Name, Kind: t.Kind, Phase: t.Phase.String(), State: t.State, Detail: t.Detail,
		Since: t.Since.UTC(), Restarts: t.Restarts, Rejected: t.Rejected, Alarm: t.Alarm, Next: utc(t.Next),
		Failure: failureOf(t.LastFailure),
	}
}

func failureOf(f *supervisor.Failure) *Failure {
	if f == nil {
		return nil
	}
	return &Failure{
		Time: f.Time.UTC(), Cause: f.Cause, Message: f.Message, Stack: f.Stack, Attempt: f.Attempt,
		Permanent: f.Permanent, Escalated: f.Escalated,
	}
}

func actorTree(t *supervisor.Tree) ActorTree {
	view := ActorTree{Actor: actorOf(t)}
	for i := range t.Children {
		view.Children = append(view.Children, actorTree(&t.Children[i]))
	}
	return view
}

// utc leaves the zero time what it is.
func utc(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC()
}
