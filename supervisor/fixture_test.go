package supervisor

import (
	"context"
	"runtime"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/holdfast-edge/holdfast/supervisor/supervisortest"
)

// patience is how long a test waits for what must happen.
const patience = 3 * time.Minute

// plant is a system under test with its clock and its events.
type plant struct {
	*System
	t     *testing.T
	clock *supervisortest.Clock
	sub   *Subscription
}

// newPlant makes a system whose clock the test advances.
func newPlant(t *testing.T) *plant {
	t.Helper()
	clock := supervisortest.NewClock()
	s := New(Options{Clock: clock, Random: func() float64 { return 0.5 }})
	p := &plant{System: s, t: t, clock: clock, sub: s.Subscribe(100_000)}
	t.Cleanup(p.close)
	return p
}

func (p *plant) close() {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := p.Shutdown(ctx); err != nil {
		p.t.Errorf("shut down: %v\n%s", err, p.Tree().Status())
	}
}

// spawn starts a child of the root.
func (p *plant) spawn(spec Spec) *actor.PID {
	p.t.Helper()
	pid, err := p.Spawn(spec)
	if err != nil {
		p.t.Fatal(err)
	}
	return pid
}

// await waits for the next event of type E at path, passing over others.
func await[E Event](p *plant, path string) E {
	p.t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case e := <-p.sub.Events():
			if match, ok := e.(E); ok && e.Header().Path == path {
				return match
			}
		case <-deadline:
			var want E
			p.t.Fatalf("no %T at %s; the tree is\n%s", want, path, p.Tree().Status())
		}
	}
}

// eventually waits until the condition holds.
func (p *plant) eventually(what string, holds func() bool) {
	p.t.Helper()
	deadline := time.Now().Add(patience)
	for !holds() {
		if time.Now().After(deadline) {
			p.t.Fatalf("never came true: %s; the tree is\n%s", what, p.Tree().Status())
		}
		yield()
	}
}

// awaitState waits until the actor at path is in that state.
func (p *plant) awaitState(path, state string) {
	p.t.Helper()
	p.eventually(path+" is "+state, func() bool {
		t, ok := p.Subtree(path)
		return ok && t.State == state
	})
}

// ask asks the actor and gives its answer.
func (p *plant) ask(pid *actor.PID, message any) any {
	p.t.Helper()
	reply, err := p.Ask(p.within(), pid, message)
	if err != nil {
		p.t.Fatal(err)
	}
	return reply
}

func (p *plant) within() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	p.t.Cleanup(cancel)
	return ctx
}

// brisk is a policy without jitter: 100 ms, 200 ms … 10 s, healthy after a minute.
func brisk() Policy {
	return Policy{Floor: 50 * time.Millisecond, Cap: 10 * time.Second, Jitter: NoJitter, Healthy: time.Minute}
}

// receive is an actor made of a function.
func receive(f func(actor.Context)) func() actor.Actor {
	return func() actor.Actor { return actor.ReceiveFunc(f) }
}

// boxAt is the mailbox of the actor at path.
func (p *plant) boxAt(path string) *mailbox {
	_, box, _, ok := p.registry.find(path)
	if !ok || box == nil {
		p.t.Fatalf("no actor at %s", path)
	}
	return box
}

// yield lets others run; the tests have no other way of waiting.
func yield() { runtime.Gosched() }
