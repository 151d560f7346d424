package supervisor

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

type work struct {
	name string
	fn   func(context.Context) error
}

// owner runs each work it receives with Go and passes on how they end.
func owner(ended chan<- any) func() actor.Actor {
	return receive(func(ctx actor.Context) {
		switch msg := ctx.Message().(type) {
		case work:
			Go(ctx, msg.name, msg.fn)
		case GoDone, GoFailed, int:
			ended <- msg
		default:
			fragile(ctx)
		}
	})
}

func TestTheEndOfAGoroutineComesAfterItsResults(t *testing.T) {
	p := newPlant(t)
	ended := make(chan any, 3)
	pid := p.spawn(Spec{Name: "a", New: owner(ended)})
	p.Send(pid, work{"count", func(ctx context.Context) error {
		return errors.Join(p.SendWait(ctx, pid, 1), p.SendWait(ctx, pid, 2))
	}})
	for _, want := range []any{1, 2, GoDone{"count"}} {
		if got := <-ended; got != want {
			t.Errorf("got %v, want %v", got, want)
		}
	}
}

func TestAPanicInAGoroutineArrivesAtItsOwnerWithTheStack(t *testing.T) {
	p := newPlant(t)
	ended := make(chan any, 1)
	pid := p.spawn(Spec{Name: "a", New: owner(ended)})
	p.Send(pid, work{"read", func(context.Context) error { panic("index out of range") }})
	failed := (<-ended).(GoFailed)
	var pe *PanicError
	if !errors.As(failed.Err, &pe) || failed.Name != "read" || !strings.Contains(pe.Stack, "task_test.go") {
		t.Errorf("it says %+v", failed)
	}
	if e := await[GoroutinePanicked](p, "/a"); e.Name != "read" || e.Stack != pe.Stack {
		t.Errorf("the event says %v", e)
	}
	if p.ask(pid, ping{}) != "pong" {
		t.Error("the owner has not survived")
	}
}

func TestAnErrorOfAGoroutineArrivesAtItsOwner(t *testing.T) {
	p := newPlant(t)
	ended := make(chan any, 2)
	pid := p.spawn(Spec{Name: "a", New: owner(ended)})
	cause := errors.New("connection reset")
	p.Send(pid, work{"read", func(context.Context) error { return cause }})
	if got := (<-ended).(GoFailed); !errors.Is(got.Err, cause) {
		t.Errorf("it says %v", got)
	}
	p.Send(pid, work{"gone", func(context.Context) error { runtime.Goexit(); return nil }})
	if got := (<-ended).(GoFailed); !errors.Is(got.Err, errVanished) {
		t.Errorf("it says %v", got)
	}
}

// stubborn is a goroutine that does not return before it is let, and tells when it is cancelled.
type stubborn struct{ began, cancelled, let chan struct{} }

func newStubborn() *stubborn {
	return &stubborn{make(chan struct{}), make(chan struct{}), make(chan struct{})}
}

func (s *stubborn) run(ctx context.Context) error {
	close(s.began)
	<-ctx.Done()
	close(s.cancelled)
	<-s.let
	return ctx.Err()
}

func TestTheNextIncarnationWaitsForTheGoroutinesOfTheLast(t *testing.T) {
	p := newPlant(t)
	ended := make(chan any, 1)
	pid := p.spawn(Spec{Name: "a", New: owner(ended), Policy: brisk()})
	s := newStubborn()
	p.Send(pid, work{"listen", s.run})
	<-s.began
	p.Send(pid, explode{})
	<-s.cancelled
	p.awaitState("/a", "backing off")
	p.clock.Advance(time.Hour)
	if tree, _ := p.Subtree("/a"); len(tree.Goroutines) != 1 || tree.Goroutines[0] != "listen" || tree.Restarts != 0 {
		t.Errorf("while it listens still: %+v", tree)
	}
	close(s.let)
	await[Restarted](p, "/a")
	p.ask(pid, ping{})
	if len(ended) != 0 {
		t.Errorf("the next incarnation hears of it: %v", <-ended)
	}
	if tree, _ := p.Subtree("/a"); len(tree.Goroutines) != 0 {
		t.Errorf("goroutines are %q", tree.Goroutines)
	}
}

func TestAStopWaitsForTheGoroutines(t *testing.T) {
	p := newPlant(t)
	pid := p.spawn(Spec{Name: "a", New: owner(nil)})
	s := newStubborn()
	p.Send(pid, work{"listen", s.run})
	<-s.began
	outcome := make(chan error, 1)
	ctx := p.within()
	go func() { outcome <- p.Remove(ctx, "/a") }()
	<-s.cancelled
	if len(outcome) != 0 {
		t.Error("the actor is gone before its goroutine")
	}
	close(s.let)
	if err := <-outcome; err != nil {
		t.Error(err)
	}
}

func TestAGoroutineIsCancelledBeforeItsActorIsToldOfTheEnd(t *testing.T) {
	p := newPlant(t)
	s := newStubborn()
	close(s.let)
	p.spawn(Spec{Name: "a", New: receive(func(ctx actor.Context) {
		switch ctx.Message().(type) {
		case *actor.Started:
			Go(ctx, "listen", s.run)
		case *actor.Stopping:
			<-s.cancelled // would hang for ever if it came after
		}
	})})
	<-s.began
	if err := p.Remove(p.within(), "/a"); err != nil {
		t.Error(err)
	}
}

func TestAGoroutineBegunAtTheEndIsCancelledAndAwaited(t *testing.T) {
	p := newPlant(t)
	s := newStubborn()
	close(s.let)
	p.spawn(Spec{Name: "a", New: receive(func(ctx actor.Context) {
		switch ctx.Message().(type) {
		case *actor.Stopping:
			Go(ctx, "flush", s.run)
			After(ctx, time.Hour, ping{})
		case *actor.Stopped:
			Go(ctx, "late", func(context.Context) error { t.Error("began after the end"); return nil })
			After(ctx, time.Hour, ping{}).Stop()
		}
	})})
	await[Started](p, "/a")
	if err := p.Remove(p.within(), "/a"); err != nil {
		t.Error(err)
	}
	<-s.cancelled
	if p.clock.Timers() != 0 {
		t.Error("a timer is left")
	}
}

func TestAGoroutineCanBeCancelledAlone(t *testing.T) {
	p := newPlant(t)
	ended := make(chan any, 1)
	p.spawn(Spec{Name: "a", New: receive(func(ctx actor.Context) {
		switch msg := ctx.Message().(type) {
		case *actor.Started:
			Go(ctx, "listen", func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })()
		case GoFailed:
			ended <- msg.Err
		}
	})})
	if got, _ := (<-ended).(error); !errors.Is(got, context.Canceled) {
		t.Errorf("it ended with %v", got)
	}
}

func TestAServiceIsRestartedWhenItReturnsAnErrorOrPanics(t *testing.T) {
	p := newPlant(t)
	ends := make(chan func() error)
	p.spawn(Spec{Name: "broker", Policy: brisk(), New: Service(func(ctx context.Context) error {
		select {
		case end := <-ends:
			return end()
		case <-ctx.Done():
			return nil
		}
	})})
	ends <- func() error { return errors.New("address in use") }
	if f := await[Failed](p, "/broker"); f.Cause != "address in use" || f.Message != "supervisor.GoFailed" {
		t.Errorf("it says %v", f)
	}
	p.awaitState("/broker", "backing off")
	p.clock.Advance(time.Second)
	ends <- func() error { panic("nil map") }
	if f := await[Failed](p, "/broker"); f.Cause != "panic: nil map" || !strings.Contains(f.Stack, "task_test.go") {
		t.Errorf("it says %v with stack %s", f, f.Stack)
	}
	p.awaitState("/broker", "backing off")
	p.clock.Advance(time.Second)
	ends <- func() error { return nil }
	p.awaitState("/broker", "done")
}
