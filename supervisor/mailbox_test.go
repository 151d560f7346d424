package supervisor

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"pgregory.net/rapid"
)

// gate stops the actor that handles it until it is let.
type gate struct{ entered, let chan struct{} }

func newGate() *gate { return &gate{make(chan struct{}), make(chan struct{})} }

// gated counts the ints it gets; a *gate stops it until that opens.
func gated(count *atomic.Int64) func() actor.Actor {
	return receive(func(ctx actor.Context) {
		switch msg := ctx.Message().(type) {
		case *gate:
			close(msg.entered)
			<-msg.let
		case int:
			count.Add(1)
		default:
			fragile(ctx)
		}
	})
}

// full gives an actor that is busy and whose mailbox is full.
func full(p *plant, count *atomic.Int64, capacity int) (*actor.PID, *gate) {
	pid := p.spawn(Spec{Name: "a", New: gated(count), Mailbox: capacity, Policy: brisk()})
	g := newGate()
	p.Send(pid, g)
	<-g.entered
	for n := range capacity {
		p.Send(pid, n)
	}
	return pid, g
}

// awaitEmpty waits until the actor has taken all its messages.
func (p *plant) awaitEmpty(path string) {
	p.t.Helper()
	p.eventually("the mailbox is empty", func() bool { return p.boxAt(path).UserMessageCount() == 0 })
}

func TestAFullMailboxRejectsCountsAndSaysSo(t *testing.T) {
	p := newPlant(t)
	var count atomic.Int64
	pid, g := full(p, &count, 4)
	for n := range 10 {
		p.Send(pid, n)
	}
	if _, err := p.Ask(p.within(), pid, ping{}); !errors.Is(err, ErrRejected) {
		t.Errorf("asking gives %v", err)
	}
	if e := await[Rejected](p, "/a"); e.Count != 1 || e.Message != "int" {
		t.Errorf("it says %v", e)
	}
	if tree, _ := p.Subtree("/a"); tree.Rejected != 11 {
		t.Errorf("%d are counted", tree.Rejected)
	}
	p.clock.Advance(time.Second)
	p.Send(pid, 0)
	if e := await[Rejected](p, "/a"); e.Count != 12 {
		t.Errorf("a second later it says %v", e)
	}
	close(g.let)
	p.awaitEmpty("/a")
	p.ask(pid, ping{})
	if count.Load() != 4 {
		t.Errorf("%d arrived", count.Load())
	}
}

func TestSystemMessagesPassAFullMailbox(t *testing.T) {
	p := newPlant(t)
	var count atomic.Int64
	_, g := full(p, &count, 1)
	outcome := make(chan error, 1)
	ctx := p.within()
	go func() { outcome <- p.Restart(ctx, "/a") }()
	close(g.let)
	if err := <-outcome; err != nil {
		t.Error(err)
	}
}

func TestAnActorThatSendsToItselfWhenFullDoesNotDeadlock(t *testing.T) {
	p := newPlant(t)
	pid := p.spawn(Spec{Name: "a", Mailbox: 2, New: receive(func(ctx actor.Context) {
		if _, ok := ctx.Message().(poll); ok {
			for range 10 {
				ctx.Send(ctx.Self(), 1)
			}
			return
		}
		fragile(ctx)
	})})
	p.Send(pid, poll{})
	p.eventually("eight are rejected", func() bool {
		tree, _ := p.Subtree("/a")
		return tree.Rejected == 8
	})
	if err := p.SendWait(p.within(), pid, ping{}); err != nil {
		t.Error(err)
	}
}

func TestAGoroutineThatWaitsForRoomGetsIt(t *testing.T) {
	p := newPlant(t)
	var count atomic.Int64
	pid, g := full(p, &count, 2)
	const senders = 20
	outcomes := make(chan error, senders)
	ctx := p.within()
	for n := range senders {
		go func() { outcomes <- p.SendWait(ctx, pid, n) }()
	}
	box := p.boxAt("/a")
	p.eventually("all wait", func() bool {
		box.mu.Lock()
		defer box.mu.Unlock()
		return len(box.waiters) == senders
	})
	close(g.let)
	for range senders {
		if err := <-outcomes; err != nil {
			t.Error(err)
		}
	}
	p.eventually("all have arrived", func() bool { return count.Load() == senders+2 })
}

func TestAGoroutineThatWaitsForRoomGivesUpWithItsContext(t *testing.T) {
	p := newPlant(t)
	var count atomic.Int64
	pid, g := full(p, &count, 1)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := p.SendWait(ctx, pid, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("the outcome is %v", err)
	}
	close(g.let)
	p.awaitEmpty("/a")
	p.ask(pid, ping{})
	if count.Load() != 1 {
		t.Error("the message that was given up has arrived")
	}
}

func TestAGoroutineThatWaitsForRoomIsToldOfTheStop(t *testing.T) {
	p := newPlant(t)
	var count atomic.Int64
	pid, g := full(p, &count, 1)
	outcome := make(chan error, 1)
	ctx := p.within()
	go func() { outcome <- p.SendWait(ctx, pid, 1) }()
	box := p.boxAt("/a")
	p.eventually("it waits", func() bool {
		box.mu.Lock()
		defer box.mu.Unlock()
		return len(box.waiters) == 1
	})
	go func() { _ = p.Stop(ctx, "/a") }()
	p.eventually("the stop is ordered", func() bool {
		box.mu.Lock()
		defer box.mu.Unlock()
		return box.system.count > 0
	})
	close(g.let)
	if err := <-outcome; !errors.Is(err, ErrStopped) {
		t.Errorf("the outcome is %v", err)
	}
}

func TestARequestToNobodyIsAnsweredAndCounted(t *testing.T) {
	p := newPlant(t)
	if _, err := p.Ask(p.within(), actor.NewPID("nonhost", "/nobody"), ping{}); !errors.Is(err, ErrRejected) {
		t.Errorf("the answer is %v", err)
	}
	if p.DeadLetters() != 1 {
		t.Errorf("%d dead letters", p.DeadLetters())
	}
}

func TestARingGivesBackWhatItTookInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var r ring
		var model []any
		for range rapid.IntRange(0, 300).Draw(t, "steps") {
			if rapid.IntRange(0, 9).Draw(t, "push") < 6 {
				v := len(model)
				r.push(v)
				model = append(model, v)
				continue
			}
			got, ok := r.pop()
			if ok != (len(model) > 0) || ok && got != model[0] {
				t.Fatalf("popped %v, %v of %v", got, ok, model)
			}
			if ok {
				model = model[1:]
			}
		}
		if r.count != len(model) {
			t.Fatalf("holds %d of %d", r.count, len(model))
		}
	})
}

func TestARingGivesItsMemoryBackAfterABurst(t *testing.T) {
	var r ring
	for range 10_000 {
		r.push(1)
	}
	for range 10_000 {
		r.pop()
	}
	if len(r.slots) > ringKept {
		t.Errorf("it keeps %d slots", len(r.slots))
	}
}
