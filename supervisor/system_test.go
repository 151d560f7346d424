package supervisor

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/holdfast-edge/holdfast/internal/leak"
)

func TestMain(m *testing.M) { leak.Main(m) }

func TestShutdownStopsTheRootsChildrenLastToFirstAndChildrenBeforeParents(t *testing.T) {
	p := newPlant(t)
	var j journal
	for _, name := range []string{"store", "sinks", "sources"} {
		p.spawn(Spec{Name: name, New: receive(func(ctx actor.Context) {
			if _, ok := ctx.Message().(*actor.Started); ok {
				if _, err := Spawn(ctx, Spec{Name: "part", New: noting(&j, name+"/part")}); err != nil {
					panic(err)
				}
			}
			j.lifecycle(name, ctx)
		})})
		p.awaitState("/"+name+"/part", "running")
	}
	if err := p.Shutdown(p.within()); err != nil {
		t.Fatal(err)
	}
	ends := slices.DeleteFunc(j.all(), func(s string) bool { return !strings.HasSuffix(s, " stopped") })
	want := []string{
		"sources/part stopped", "sources stopped", "sinks/part stopped", "sinks stopped", "store/part stopped", "store stopped",
	}
	if !slices.Equal(ends, want) {
		t.Errorf("they end as %q", ends)
	}
}

func TestShutdownNamesWhatItWaitsForAndCanBeContinued(t *testing.T) {
	p := newPlant(t)
	s := newStubborn()
	pid := p.spawn(Spec{Name: "a", New: owner(nil)})
	p.Send(pid, work{"listen", s.run})
	<-s.began
	ctx, cancel := context.WithCancel(context.Background())
	outcome := make(chan error, 1)
	go func() { outcome <- p.Shutdown(ctx) }()
	<-s.cancelled
	cancel()
	err := <-outcome
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "/a (goroutines listen)") {
		t.Errorf("the outcome is %v", err)
	}
	close(s.let)
	if err := p.Shutdown(p.within()); err != nil {
		t.Error(err)
	}
}

func TestAfterShutdownNothingStarts(t *testing.T) {
	p := newPlant(t)
	if err := p.Shutdown(p.within()); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Spawn(Spec{Name: "a", New: receive(fragile)}); !errors.Is(err, ErrStopped) {
		t.Errorf("spawning gives %v", err)
	}
	for range p.Subscribe(1).Events() {
		t.Error("an event after the shutdown")
	}
}

func TestTheRegistryTakesAnyNameWhereIntHas32Bits(t *testing.T) {
	p := newPlant(t)
	for n := range 300 {
		name := fmt.Sprint("device-", n)
		pid := p.spawn(Spec{Name: name, New: receive(fragile)})
		if p.ask(pid, ping{}) != "pong" {
			t.Fatal(name)
		}
	}
	if n := len(p.Actors().ProcessRegistry.LocalPIDs.LocalPIDs); n != 1 {
		t.Errorf("the registry has %d shards", n)
	}
}

func TestEveryFailureIsLoggedWithItsStack(t *testing.T) {
	var out bytes.Buffer
	s := New(Options{Logger: slog.New(slog.NewJSONHandler(&out, nil))})
	pid, err := s.Spawn(Spec{Name: "a", Kind: "device", New: receive(fragile)})
	if err != nil {
		t.Fatal(err)
	}
	sub := s.Subscribe(10)
	s.Send(pid, explode{})
	for e := range sub.Events() {
		if _, ok := e.(Failed); ok {
			sub.Close()
		}
	}
	if err := s.Shutdown(context.Background()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"level":"ERROR"`, `"path":"/a"`, `"kind":"device"`, "panic: boom", "failure_test.go"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %s in the log\n%s", want, out.String())
		}
	}
}

func TestASubscriberThatLagsLosesEventsAndKnowsHowMany(t *testing.T) {
	p := newPlant(t)
	slow := p.Subscribe(1)
	for _, name := range []string{"a", "b", "c"} {
		p.spawn(Spec{Name: name, New: receive(fragile)})
		await[Started](p, "/"+name)
	}
	p.eventually("two are dropped", func() bool { return slow.Dropped() == 2 })
	slow.Close()
	slow.Close()
	if e := <-slow.Events(); e.String() != "/a started" {
		t.Errorf("it got %v", e)
	}
	if _, ok := <-slow.Events(); ok {
		t.Error("it is not closed")
	}
}

func TestAMisuseOutsideAnActorIsNamed(t *testing.T) {
	p := newPlant(t)
	stray := make(chan error, 1)
	p.Actors().Root.Spawn(actor.PropsFromFunc(func(ctx actor.Context) {
		if _, ok := ctx.Message().(*actor.Started); ok {
			stray <- attempt(func() { Report(ctx, "lost", "") })
			ctx.Stop(ctx.Self())
		}
	}))
	if err := <-stray; err == nil || !strings.Contains(err.Error(), "was not spawned through this package") {
		t.Errorf("it says %v", err)
	}
}

func TestAFailingRootDoesNotEndTheProcess(t *testing.T) {
	p := newPlant(t)
	p.root.box.PostSystemMessage(sabotage{})
	pid := p.spawn(Spec{Name: "a", New: receive(fragile)})
	if p.ask(pid, ping{}) != "pong" {
		t.Error("the root is lost")
	}
	if a := await[AlarmRaised](p, "/"); a.Cause != "panic: defect" {
		t.Errorf("the alarm says %q", a.Cause)
	}
}

// sabotage is a defect of the supervision itself.
type sabotage struct{}

func (sabotage) apply(*cell) { panic("defect") }

func TestASystemLivesByTheClockOfTheMachine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{})
		sub := s.Subscribe(100)
		pid, err := s.Spawn(Spec{Name: "a", New: receive(fragile)})
		if err != nil {
			t.Fatal(err)
		}
		s.Send(pid, explode{})
		for e := range sub.Events() {
			if r, ok := e.(Restarted); ok && r.Path == "/a" {
				break
			}
		}
		if tree, _ := s.Subtree("/a"); tree.Restarts != 1 || !tree.Since.After(tree.LastFailure.Time) {
			t.Errorf("it restarted at %v after %v", tree.Since, tree.LastFailure.Time)
		}
		if err := s.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
