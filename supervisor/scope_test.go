package supervisor

import (
	"testing"

	"github.com/asynkron/protoactor-go/actor"
)

func TestAContinuationRunsInItsIncarnation(t *testing.T) {
	p := newPlant(t)
	results := make(chan any, 1)
	future := actor.NewFuture(p.Actors(), patience)
	pid := p.spawn(Spec{Name: "a", New: receive(func(ctx actor.Context) {
		if _, ok := ctx.Message().(poll); ok {
			ctx.ReenterAfter(future, func(result any, _ error) { results <- result })
		}
	})})
	p.Send(pid, poll{})
	p.Send(future.PID(), "done")
	if got := <-results; got != "done" {
		t.Errorf("it continues with %v", got)
	}
}

// counter is an actor with a state of its own.
type counter struct{ n int }

func (c *counter) Receive(ctx actor.Context) {
	switch ctx.Message().(type) {
	case poll:
		c.n++
		ctx.Respond(ctx.Actor().(*counter).n)
	case explode:
		panic("boom")
	}
}

func TestANewIncarnationHasNewState(t *testing.T) {
	p := newPlant(t)
	pid := p.spawn(Spec{Name: "a", New: func() actor.Actor { return &counter{} }})
	for want := 1; want < 3; want++ {
		if got := p.ask(pid, poll{}); got != want {
			t.Errorf("it has counted %v, want %d", got, want)
		}
	}
	if err := p.Restart(p.within(), "/a"); err != nil {
		t.Fatal(err)
	}
	if got := p.ask(pid, poll{}); got != 1 {
		t.Errorf("the new incarnation has counted %v", got)
	}
}

func TestAPoisonedActorHandlesWhatCameBeforeAndIsGone(t *testing.T) {
	p := newPlant(t)
	pid := p.spawn(Spec{Name: "a", Mailbox: 1, New: func() actor.Actor { return &counter{} }})
	if got := p.ask(pid, poll{}); got != 1 {
		t.Errorf("it has counted %v", got)
	}
	p.Actors().Root.Poison(pid)
	if e := await[Stopped](p, "/a"); e.ByCommand {
		t.Errorf("it says %v", e)
	}
	p.eventually("it has left the tree", func() bool { _, ok := p.Subtree("/a"); return !ok })
}

func TestASecondSpawnOfANameFailsInsideAnActorToo(t *testing.T) {
	p := newPlant(t)
	twice := Spec{Name: "part", New: receive(fragile)}
	p.spawn(Spec{Name: "a", New: Group(twice, twice), Policy: brisk()})
	if f := await[Failed](p, "/a"); f.Cause != "spawn /a/part: an actor of this name exists" {
		t.Errorf("it says %v", f)
	}
	p.awaitState("/a", "backing off")
}
