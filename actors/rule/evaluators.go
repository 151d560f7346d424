package rule

import (
	"strconv"
	"sync"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/holdfast-edge/holdfast/supervisor"
)

// Evaluators are the evaluators of a node's streams: one for each stream that
// rules share, which comes into being with the first of them. It may be used
// concurrently.
type Evaluators struct {
	env Env

	mu     sync.Mutex
	byName map[string]*desk
	all    []*desk
	bell   *bell // of the actor; nil while there is none
}

// NewEvaluators returns evaluators without streams.
func NewEvaluators(env Env) *Evaluators {
	return &Evaluators{env: env, byName: map[string]*desk{}}
}

// Spec returns the parent of the evaluators as a child of the node. It is to be
// started before the rules, and stopped after them.
func (e *Evaluators) Spec() supervisor.Spec {
	return supervisor.Spec{Name: "evaluators", Kind: "group", New: func() actor.Actor { return &nursery{of: e} }}
}

// desk returns the desk of a source of rules, which is made where there is none.
func (e *Evaluators) desk(source string, input Input) *desk {
	e.mu.Lock()
	defer e.mu.Unlock()
	if d := e.byName[source]; d != nil && d.input.same(input) {
		return d
	}
	d := &desk{name: source, input: input}
	if _, former := e.byName[source]; former {
		d.name += "#" + strconv.Itoa(len(e.all)) // the one of the former configuration goes on for those who are still there
	}
	e.byName[source] = d
	e.all = append(e.all, d)
	if e.bell != nil {
		e.bell.ring()
	}
	return d
}

// newcomer says that there are desks without an evaluator.
type newcomer struct{}

// nursery is the parent of the evaluators.
type nursery struct {
	of      *Evaluators
	spawned int
	bell    bell
}

// Receive is the actor.
func (n *nursery) Receive(ctx actor.Context) {
	switch ctx.Message().(type) {
	case *actor.Started:
		self := ctx.Self()
		n.bell.send = func() { n.of.env.System.Send(self, newcomer{}) }
		n.of.attach(&n.bell)
		n.spawn(ctx)
	case newcomer:
		n.bell.answer()
		n.spawn(ctx)
	case *actor.Stopping, *actor.Restarting:
		n.of.attach(nil)
	}
}

func (e *Evaluators) attach(b *bell) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.bell = b
}

// from returns the desks from one on.
func (e *Evaluators) from(i int) []*desk {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.all[i:len(e.all):len(e.all)]
}

// spawn gives every desk its evaluator.
func (n *nursery) spawn(ctx actor.Context) {
	for _, d := range n.of.from(n.spawned) {
		n.spawned++
		if _, err := supervisor.Spawn(ctx, evaluatorSpec(n.of.env, d)); err != nil {
			supervisor.Fail(ctx, err)
			return
		}
	}
}
