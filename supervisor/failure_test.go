package supervisor

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

type explode struct{}

type ping struct{}

// fragile panics on explode, fails with an error it receives, and answers ping.
func fragile(ctx actor.Context) {
	switch msg := ctx.Message().(type) {
	case explode:
		panic("boom")
	case error:
		Fail(ctx, msg)
	case ping:
		ctx.Respond("pong")
	}
}

// journal collects lines from several goroutines.
type journal struct {
	mu    sync.Mutex
	lines []string
}

func (j *journal) add(line string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, line)
}

func (j *journal) all() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.lines)
}

// lifecycle notes the messages of an actor's life under its name.
func (j *journal) lifecycle(name string, ctx actor.Context) {
	switch ctx.Message().(type) {
	case *actor.Started:
		j.add(name + " started")
	case *actor.Restarting:
		j.add(name + " restarting")
	case *actor.Stopping:
		j.add(name + " stopping")
	case *actor.Stopped:
		j.add(name + " stopped")
	}
}

func TestAPanicRestartsTheActorAfterItsBackoff(t *testing.T) {
	p := newPlant(t)
	pid := p.spawn(Spec{Name: "a", Kind: "device", New: receive(fragile), Policy: brisk()})
	await[Started](p, "/a")
	p.Send(pid, explode{})
	f := await[Failed](p, "/a")
	if f.Cause != "panic: boom" || !strings.Contains(f.Stack, "fragile") || f.Message != "supervisor.explode" || f.Kind != "device" {
		t.Errorf("failure says %q on %q with stack\n%s", f.Cause, f.Message, f.Stack)
	}
	if want := f.Time.Add(100 * time.Millisecond); !f.Next.Equal(want) {
		t.Errorf("next attempt at %v, want %v", f.Next, want)
	}
	p.awaitState("/a", "backing off")
	p.clock.Advance(99 * time.Millisecond)
	p.awaitState("/a", "backing off")
	p.clock.Advance(time.Millisecond)
	if r := await[Restarted](p, "/a"); r.Restarts != 1 {
		t.Errorf("it says %v", r)
	}
	if got := p.ask(pid, ping{}); got != "pong" {
		t.Errorf("the restarted actor answers %v", got)
	}
}

func TestMessagesWaitInTheMailboxDuringTheBackoff(t *testing.T) {
	p := newPlant(t)
	pid := p.spawn(Spec{Name: "a", New: receive(fragile), Policy: brisk()})
	p.Send(pid, explode{})
	p.awaitState("/a", "backing off")
	answer := make(chan any, 1)
	ctx := p.within()
	go func() {
		reply, _ := p.Ask(ctx, pid, ping{})
		answer <- reply
	}()
	p.eventually("the question is in the mailbox", func() bool { return p.boxAt("/a").UserMessageCount() == 1 })
	p.clock.Advance(time.Second)
	if got := <-answer; got != "pong" {
		t.Errorf("the answer is %v", got)
	}
}

func TestAnActorThatEndsItsGoroutineHasFailed(t *testing.T) {
	p := newPlant(t)
	pid := p.spawn(Spec{Name: "a", Policy: brisk(), New: receive(func(ctx actor.Context) {
		if _, ok := ctx.Message().(poll); ok {
			runtime.Goexit()
		}
		fragile(ctx)
	})})
	p.Send(pid, poll{})
	if f := await[Failed](p, "/a"); !errors.Is(f.Err, errVanished) || f.Message != "supervisor.poll" {
		t.Errorf("it says %v", f)
	}
	p.awaitState("/a", "backing off")
	p.clock.Advance(time.Second)
	if got := p.ask(pid, ping{}); got != "pong" {
		t.Errorf("the restarted actor answers %v", got)
	}
}

func TestAPanickingStartedDoesNotLoopHot(t *testing.T) {
	p := newPlant(t)
	var starts atomic.Int32
	p.spawn(Spec{Name: "a", Policy: brisk(), New: receive(func(ctx actor.Context) {
		if _, ok := ctx.Message().(*actor.Started); ok {
			starts.Add(1)
			panic("no start")
		}
	})})
	for attempt := 1; attempt <= 5; attempt++ {
		f := await[Failed](p, "/a")
		if f.Attempt != attempt || f.Message != "*actor.Started" {
			t.Errorf("attempt %d: %v", attempt, f)
		}
		p.awaitState("/a", "backing off")
		if got := starts.Load(); got != int32(attempt) {
			t.Fatalf("%d starts after %d attempts", got, attempt)
		}
		p.clock.Advance(f.Next.Sub(f.Time))
	}
}

func TestAPanicInNewIsAFailureLikeAnyOther(t *testing.T) {
	p := newPlant(t)
	var made atomic.Int32
	p.spawn(Spec{Name: "a", Policy: brisk(), New: func() actor.Actor {
		if made.Add(1) == 1 {
			panic("not yet")
		}
		return actor.ReceiveFunc(fragile)
	}})
	await[Failed](p, "/a")
	p.awaitState("/a", "backing off")
	p.clock.Advance(time.Second)
	p.awaitState("/a", "running")
}

func TestAPanicWhileEndingDoesNotResurrectTheActor(t *testing.T) {
	for _, message := range []any{&actor.Stopping{}, &actor.Stopped{}} {
		t.Run(typeName(message), func(t *testing.T) {
			p := newPlant(t)
			var made atomic.Int32
			p.spawn(Spec{Name: "a", Policy: brisk(), New: func() actor.Actor {
				made.Add(1)
				return actor.ReceiveFunc(func(ctx actor.Context) {
					if typeName(ctx.Message()) == typeName(message) {
						panic("no farewell")
					}
				})
			}})
			await[Started](p, "/a")
			if err := p.Remove(p.within(), "/a"); err != nil {
				t.Fatal(err)
			}
			if e := await[PanickedEnding](p, "/a"); e.Message != typeName(message) || e.Stack == "" {
				t.Errorf("it says %v", e)
			}
			p.clock.Advance(time.Hour)
			if _, ok := p.Lookup("/a"); ok || made.Load() != 1 {
				t.Errorf("the actor was made %d times", made.Load())
			}
		})
	}
}

func TestAPanicInRestartingDoesNotKeepTheActorDown(t *testing.T) {
	p := newPlant(t)
	pid := p.spawn(Spec{Name: "a", Policy: brisk(), New: receive(func(ctx actor.Context) {
		if _, ok := ctx.Message().(*actor.Restarting); ok {
			panic("no farewell")
		}
		fragile(ctx)
	})})
	p.Send(pid, explode{})
	await[PanickedEnding](p, "/a")
	p.awaitState("/a", "backing off")
	p.clock.Advance(time.Second)
	await[Restarted](p, "/a")
}

func TestAStoppedActorLeavesNoTimerBehind(t *testing.T) {
	p := newPlant(t)
	pid := p.spawn(Spec{Name: "a", New: receive(fragile), Policy: brisk()})
	fail := func() {
		p.Send(pid, explode{})
		p.awaitState("/a", "backing off")
		p.eventually("a backoff runs", func() bool { return p.clock.Timers() == 1 })
	}
	fail()
	if err := p.Stop(p.within(), "/a"); err != nil {
		t.Fatal(err)
	}
	if n := p.clock.Timers(); n != 0 {
		t.Errorf("%d timers after a stop by command", n)
	}
	p.clock.Advance(time.Hour)
	p.awaitState("/a", "stopped")
	if err := p.Start(p.within(), "/a"); err != nil {
		t.Fatal(err)
	}
	fail()
	if err := p.Remove(p.within(), "/a"); err != nil {
		t.Fatal(err)
	}
	if n := p.clock.Timers(); n != 0 {
		t.Errorf("%d timers after its end", n)
	}
}

func TestAParentThatStopsEndsAChildInItsBackoff(t *testing.T) {
	p := newPlant(t)
	p.spawn(Spec{Name: "group", New: Group(Spec{Name: "a", New: receive(fragile), Policy: brisk()})})
	await[Started](p, "/group/a")
	pid, _ := p.Lookup("/group/a")
	p.Send(pid, explode{})
	p.awaitState("/group/a", "backing off")
	if err := p.Remove(p.within(), "/group"); err != nil {
		t.Fatal(err)
	}
	p.clock.Advance(time.Hour)
	if tree := p.Tree(); len(tree.Children) != 0 || p.clock.Timers() != 0 {
		t.Errorf("what is left is\n%s", tree.Status())
	}
}

// parentOf makes a parent that notes the ends of its child and may watch it.
func parentOf(j *journal, watch bool, child Spec) func() actor.Actor {
	return receive(func(ctx actor.Context) {
		switch msg := ctx.Message().(type) {
		case *actor.Started:
			pid, err := Spawn(ctx, child)
			if err != nil {
				panic(err)
			}
			if watch {
				ctx.Watch(pid)
			}
		case *actor.Terminated:
			j.add("terminated " + msg.Who.Id)
		case ping:
			ctx.Respond("pong")
		}
	})
}

func TestAWatchingParentIsToldOnceOfTheEndOfItsChild(t *testing.T) {
	for _, watch := range []bool{false, true} {
		p := newPlant(t)
		var j journal
		pid := p.spawn(Spec{Name: "parent", New: parentOf(&j, watch, Spec{Name: "child", New: receive(fragile)})})
		await[Started](p, "/parent/child")
		if err := p.Remove(p.within(), "/parent/child"); err != nil {
			t.Fatal(err)
		}
		p.ask(pid, ping{})
		p.ask(pid, ping{})
		if got := j.all(); len(got) != 1 || got[0] != "terminated /parent/child" {
			t.Errorf("watching is %v; told %q", watch, got)
		}
	}
}

func TestAWatcherThatIsNotTheParentIsToldToo(t *testing.T) {
	p := newPlant(t)
	told := make(chan string, 10)
	pid := p.spawn(Spec{Name: "a", New: receive(fragile)})
	p.spawn(Spec{Name: "watcher", New: receive(func(ctx actor.Context) {
		switch msg := ctx.Message().(type) {
		case *actor.Started:
			ctx.Watch(pid)
			ctx.Watch(actor.NewPID(pid.Address, "/nobody"))
		case *actor.Terminated:
			told <- msg.Who.Id
		}
	})})
	if got := <-told; got != "/nobody" {
		t.Errorf("first told of %s", got)
	}
	if err := p.Remove(p.within(), "/a"); err != nil {
		t.Fatal(err)
	}
	if got := <-told; got != "/a" {
		t.Errorf("then told of %s", got)
	}
}

func TestAFailureWithAnErrorNeedsNoStack(t *testing.T) {
	p := newPlant(t)
	pid := p.spawn(Spec{Name: "a", New: receive(fragile), Policy: brisk()})
	cause := errors.New("no route to host")
	p.Send(pid, cause)
	f := await[Failed](p, "/a")
	if !errors.Is(f.Err, cause) || f.Stack != "" || f.Permanent {
		t.Errorf("it says %v, stack %q", f, f.Stack)
	}
}

func TestAPermanentFailureIsHeldAlarmedAndRetriedSlowly(t *testing.T) {
	p := newPlant(t)
	policy := brisk()
	policy.Slow = time.Hour
	pid := p.spawn(Spec{Name: "a", New: receive(fragile), Policy: policy})
	p.Send(pid, Permanent(errors.New("password refused")))
	f := await[Failed](p, "/a")
	if !f.Permanent || f.Next.Sub(f.Time) != time.Hour {
		t.Errorf("it says %v", f)
	}
	if a := await[AlarmRaised](p, "/a"); a.Cause != "password refused" {
		t.Errorf("the alarm says %q", a.Cause)
	}
	p.awaitState("/a", "failed")
	p.clock.Advance(time.Hour)
	await[Restarted](p, "/a")
	p.eventually("its health is watched", func() bool { return p.clock.Timers() == 1 })
	p.clock.Advance(policy.Healthy)
	await[AlarmCleared](p, "/a")
}

func TestAPermanentFailureWithoutSlowRetryWaitsForACommand(t *testing.T) {
	p := newPlant(t)
	pid := p.spawn(Spec{Name: "a", New: receive(fragile), Policy: brisk()})
	p.Send(pid, Permanent(errors.New("unknown driver")))
	f := await[Failed](p, "/a")
	if !f.Next.IsZero() || !strings.HasSuffix(f.String(), "held until commanded") {
		t.Errorf("it says %v", f)
	}
	await[AlarmRaised](p, "/a")
	p.awaitState("/a", "failed")
	p.clock.Advance(1000 * time.Hour)
	p.awaitState("/a", "failed")
	if err := p.Start(p.within(), "/a"); err != nil {
		t.Fatal(err)
	}
	await[AlarmCleared](p, "/a")
	p.awaitState("/a", "running")
}

func TestAHealthySpellResetsTheBackoff(t *testing.T) {
	p := newPlant(t)
	pid := p.spawn(Spec{Name: "a", New: receive(fragile), Policy: brisk()})
	for _, want := range []int{1, 2, 3} {
		p.Send(pid, explode{})
		if f := await[Failed](p, "/a"); f.Attempt != want {
			t.Errorf("attempt %d, want %d", f.Attempt, want)
		}
		p.awaitState("/a", "backing off")
		p.clock.Advance(10 * time.Second)
		await[Restarted](p, "/a")
	}
	p.clock.Advance(time.Minute)
	p.Send(pid, explode{})
	if f := await[Failed](p, "/a"); f.Attempt != 1 {
		t.Errorf("attempt %d after a healthy spell", f.Attempt)
	}
}

func TestAnActorThatSaysItIsHealthyHasItsFailuresForgotten(t *testing.T) {
	p := newPlant(t)
	policy := brisk()
	policy.Slow = time.Second
	pid := p.spawn(Spec{Name: "a", Policy: policy, New: receive(func(ctx actor.Context) {
		switch ctx.Message().(type) {
		case *actor.Started, poll:
			Healthy(ctx)
		default:
			fragile(ctx)
		}
	})})
	for range 3 {
		p.Send(pid, poll{})
		p.Send(pid, Permanent(errors.New("password refused")))
		if f := await[Failed](p, "/a"); f.Attempt != 1 {
			t.Errorf("it says %v", f)
		}
		await[AlarmRaised](p, "/a")
		p.awaitState("/a", "failed")
		p.clock.Advance(time.Second)
		await[AlarmCleared](p, "/a")
	}
}

func TestAChildSpawnedPastTheSupervisorIsStoppedWhenItFails(t *testing.T) {
	p := newPlant(t)
	ended := make(chan string, 1)
	pid := p.spawn(Spec{Name: "a", New: receive(func(ctx actor.Context) {
		switch msg := ctx.Message().(type) {
		case explode:
			stray, _ := ctx.SpawnNamed(actor.PropsFromFunc(fragile), "stray")
			ctx.Send(stray, explode{})
		case *actor.Terminated:
			ended <- msg.Who.Id
		}
	})})
	p.Send(pid, explode{})
	if got := <-ended; got != "/a/stray" {
		t.Errorf("ended is %s", got)
	}
}

func TestARestartWaitsForChildrenSpawnedPastTheSupervisor(t *testing.T) {
	p := newPlant(t)
	var j journal
	p.spawn(Spec{Name: "a", New: receive(func(ctx actor.Context) {
		if _, ok := ctx.Message().(*actor.Started); ok {
			_, err := ctx.SpawnNamed(actor.PropsFromFunc(func(ctx actor.Context) { j.lifecycle("stray", ctx) }), "stray")
			if err != nil {
				panic(err)
			}
		}
		j.lifecycle("a", ctx)
	})})
	if err := p.Restart(context.Background(), "/a"); err != nil {
		t.Fatal(err)
	}
	if err := p.Remove(context.Background(), "/a"); err != nil {
		t.Fatal(err)
	}
	if n := len(slices.DeleteFunc(j.all(), func(s string) bool { return s != "stray stopped" })); n != 2 {
		t.Errorf("%q", j.all())
	}
}
