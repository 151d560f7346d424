package supervisor

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

func TestAStoppedActorStaysInTheTreeAndRejectsMessages(t *testing.T) {
	p := newPlant(t)
	var j journal
	pid := p.spawn(Spec{Name: "a", New: noting(&j, "a")})
	await[Started](p, "/a")
	if err := p.Stop(p.within(), "/a"); err != nil {
		t.Fatal(err)
	}
	if e := await[Stopped](p, "/a"); !e.ByCommand {
		t.Errorf("it says %v", e)
	}
	if _, err := p.Ask(p.within(), pid, ping{}); !errors.Is(err, ErrRejected) {
		t.Errorf("asking it gives %v", err)
	}
	if e := await[Rejected](p, "/a"); !e.Ending || levelOf(e) != slog.LevelDebug || levelOf(Rejected{}) != slog.LevelWarn {
		t.Errorf("it says %+v", e)
	}
	if err := p.SendWait(p.within(), pid, ping{}); !errors.Is(err, ErrStopped) {
		t.Errorf("sending to it gives %v", err)
	}
	if tree, _ := p.Subtree("/a"); tree.State != "stopped" || tree.Rejected != 1 {
		t.Errorf("the tree shows %+v", tree)
	}
	if got := strings.Join(j.all(), ", "); got != "a started, a stopping, a stopped" {
		t.Errorf("it lived as %s", got)
	}
}

func TestAStoppedActorStartsAgainUnderItsPID(t *testing.T) {
	p := newPlant(t)
	pid := p.spawn(Spec{Name: "a", New: receive(fragile)})
	for range 3 {
		if err := p.Stop(p.within(), "/a"); err != nil {
			t.Fatal(err)
		}
		if err := p.Start(p.within(), "/a"); err != nil {
			t.Fatal(err)
		}
		if got := p.ask(pid, ping{}); got != "pong" {
			t.Errorf("it answers %v", got)
		}
	}
}

func TestStopEndsAllBelow(t *testing.T) {
	p := newPlant(t)
	var j journal
	p.spawn(chain(&j, OneForOne))
	awaitChain(p)
	if err := p.Stop(p.within(), "/chain"); err != nil {
		t.Fatal(err)
	}
	if tree, _ := p.Subtree("/chain"); tree.State != "stopped" || len(p.Tree().Children) != 1 {
		t.Errorf("\n%s", tree.Status())
	}
	for _, path := range []string{"/chain/a", "/chain/b"} {
		if err := p.Start(p.within(), path); !errors.Is(err, ErrParentDown) {
			t.Errorf("start %s: %v", path, err)
		}
	}
	if err := p.Start(p.within(), "/chain"); err != nil {
		t.Fatal(err)
	}
	awaitChain(p)
}

func TestRestartForgetsTheFailuresAndDoesNotWait(t *testing.T) {
	p := newPlant(t)
	pid := p.spawn(Spec{Name: "a", New: receive(fragile), Policy: brisk()})
	p.Send(pid, explode{})
	p.awaitState("/a", "backing off")
	if err := p.Restart(p.within(), "/a"); err != nil {
		t.Fatal(err)
	}
	p.awaitState("/a", "running")
	await[Failed](p, "/a")
	p.Send(pid, explode{})
	if f := await[Failed](p, "/a"); f.Attempt != 1 {
		t.Errorf("after the restart it fails with %v", f)
	}
}

func TestACommandTellsThatTheActorFailedAgain(t *testing.T) {
	p := newPlant(t)
	p.spawn(Spec{Name: "a", Policy: brisk(), New: receive(func(ctx actor.Context) {
		if _, ok := ctx.Message().(*actor.Started); ok {
			Fail(ctx, errors.New("no such port"))
		}
	})})
	p.awaitState("/a", "backing off")
	err := p.Restart(p.within(), "/a")
	if err == nil || err.Error() != "restart /a: it failed again: no such port" {
		t.Errorf("the outcome is %v", err)
	}
}

func TestCommandsThatMakeNoSenseAreRefused(t *testing.T) {
	p := newPlant(t)
	p.spawn(Spec{Name: "a", New: receive(fragile)})
	p.awaitState("/a", "running")
	ctx := p.within()
	for _, c := range []struct {
		got, want error
	}{
		{p.Start(ctx, "/a"), ErrNotStopped},
		{p.Restart(ctx, "/b"), ErrUnknown},
		{p.Stop(ctx, "/"), ErrRoot},
		{p.SendWait(ctx, actor.NewPID("nonhost", "/b"), ping{}), ErrUnknown},
	} {
		if !errors.Is(c.got, c.want) {
			t.Errorf("got %v, want %v", c.got, c.want)
		}
	}
	if _, err := p.Add(ctx, "/b", Spec{Name: "c", New: receive(fragile)}); !errors.Is(err, ErrUnknown) {
		t.Errorf("adding below nobody gives %v", err)
	}
}

func TestACommandGivesUpWhenItsContextEnds(t *testing.T) {
	p := newPlant(t)
	s := newStubborn()
	pid := p.spawn(Spec{Name: "a", New: owner(nil)})
	p.Send(pid, work{"listen", s.run})
	<-s.began
	ctx, cancel := context.WithCancel(context.Background())
	outcome := make(chan error, 1)
	go func() { outcome <- p.Stop(ctx, "/a") }()
	<-s.cancelled
	cancel()
	if err := <-outcome; !errors.Is(err, context.Canceled) {
		t.Errorf("the outcome is %v", err)
	}
	again := make(chan error, 1)
	within := p.within()
	go func() { again <- p.Stop(within, "/a") }()
	close(s.let)
	if err := <-again; err != nil {
		t.Errorf("the next command's outcome is %v", err)
	}
}

func TestALaterCommandSupersedesTheOneUnderWay(t *testing.T) {
	p := newPlant(t)
	s := newStubborn()
	pid := p.spawn(Spec{Name: "a", New: owner(nil)})
	p.Send(pid, work{"listen", s.run})
	<-s.began
	first, second := make(chan error, 1), make(chan error, 1)
	ctx := p.within()
	go func() { first <- p.Stop(ctx, "/a") }()
	<-s.cancelled
	go func() { second <- p.Restart(ctx, "/a") }()
	if err := <-first; !errors.Is(err, ErrSuperseded) {
		t.Errorf("the first outcome is %v", err)
	}
	close(s.let)
	if err := <-second; err != nil {
		t.Errorf("the second outcome is %v", err)
	}
	p.awaitState("/a", "running")
}

func TestAnAddedChildOutlivesItsParentsRestartUntilRemoved(t *testing.T) {
	p := newPlant(t)
	p.spawn(Spec{Name: "rules", New: Group(), Policy: brisk()})
	if _, err := p.Add(p.within(), "/rules", Spec{Name: "r1", New: receive(fragile)}); err != nil {
		t.Fatal(err)
	}
	if err := p.Restart(p.within(), "/rules"); err != nil {
		t.Fatal(err)
	}
	p.awaitState("/rules/r1", "running")
	if err := p.Remove(p.within(), "/rules/r1"); err != nil {
		t.Fatal(err)
	}
	if err := p.Restart(p.within(), "/rules"); err != nil {
		t.Fatal(err)
	}
	if tree, _ := p.Subtree("/rules"); len(tree.Children) != 0 {
		t.Errorf("\n%s", tree.Status())
	}
}

func TestANameIsTakenUntilItsActorIsGone(t *testing.T) {
	p := newPlant(t)
	spec := Spec{Name: "a", New: receive(fragile)}
	p.spawn(spec)
	if _, err := p.Spawn(spec); !errors.Is(err, ErrExists) {
		t.Errorf("spawning it twice gives %v", err)
	}
	if err := p.Remove(p.within(), "/a"); err != nil {
		t.Fatal(err)
	}
	pid := p.spawn(spec)
	if p.ask(pid, ping{}) != "pong" {
		t.Error("the second does not answer")
	}
}

func TestRemoveReturnsWhenTheActorIsGoneEvenIfItHasJustStarted(t *testing.T) {
	p := newPlant(t)
	for range 300 {
		p.spawn(Spec{Name: "a", New: receive(fragile)})
		if err := p.Remove(p.t.Context(), "/a"); err != nil {
			t.Fatal(err)
		}
	}
}

func TestABadSpecIsRefused(t *testing.T) {
	p := newPlant(t)
	for want, spec := range map[string]Spec{
		"the name is empty":               {New: receive(fragile)},
		`name "a/b" contains a slash`:     {Name: "a/b", New: receive(fragile)},
		"New is nil":                      {Name: "a"},
		"mailbox capacity -1 is negative": {Name: "a", New: receive(fragile), Mailbox: -1},
	} {
		if _, err := p.Spawn(spec); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestRestartingAnActorOfALineRestartsWhatRestsOnIt(t *testing.T) {
	p := newPlant(t)
	var j journal
	p.spawn(chain(&j, RestForOne))
	awaitChain(p)
	if err := p.Restart(p.within(), "/chain/b"); err != nil {
		t.Fatal(err)
	}
	p.eventually("c has restarted", func() bool {
		tree, _ := p.Subtree("/chain/c")
		return tree.Restarts == 1 && tree.State == "running"
	})
	if err := p.Stop(p.within(), "/chain/a"); err != nil {
		t.Fatal(err)
	}
	if err := p.Start(p.within(), "/chain/a"); err != nil {
		t.Fatal(err)
	}
	awaitChain(p)
}

func TestAStopDuringTheRestartOfALineStands(t *testing.T) {
	p := newPlant(t)
	var j journal
	p.spawn(chain(&j, RestForOne))
	awaitChain(p)
	p.Send(p.pidOf("/chain/a"), explode{})
	p.awaitState("/chain/a", "backing off")
	if err := p.Stop(p.within(), "/chain/b"); err != nil {
		t.Fatal(err)
	}
	p.clock.Advance(time.Second)
	p.awaitState("/chain/a", "running")
	p.awaitState("/chain/c", "running")
	p.awaitState("/chain/b", "stopped")
}
