package supervisor

import (
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

type poll struct{ n int }

// timed is an actor that sets a timer for each poll it gets, after n seconds;
// what fires comes back.
func timed(fired chan<- int) func() actor.Actor {
	return receive(func(ctx actor.Context) {
		switch msg := ctx.Message().(type) {
		case poll:
			After(ctx, time.Duration(msg.n)*time.Second, msg.n)
		case int:
			fired <- msg
		default:
			fragile(ctx)
		}
	})
}

func TestATimerSendsItsMessageOnce(t *testing.T) {
	p := newPlant(t)
	fired := make(chan int, 2)
	pid := p.spawn(Spec{Name: "a", New: timed(fired)})
	p.Send(pid, poll{5})
	p.ask(pid, ping{})
	p.clock.Advance(4 * time.Second)
	p.ask(pid, ping{})
	if len(fired) != 0 {
		t.Fatal("it fires early")
	}
	p.clock.Advance(time.Second)
	if got := <-fired; got != 5 {
		t.Errorf("it sends %d", got)
	}
	p.clock.Advance(time.Hour)
	p.ask(pid, ping{})
	if len(fired) != 0 {
		t.Error("it fires twice")
	}
}

func TestAStoppedTimerIsSilentEvenIfItsMessageIsInTheQueue(t *testing.T) {
	p := newPlant(t)
	fired := make(chan int, 1)
	var timer *Timer
	reached, goOn := make(chan struct{}), make(chan struct{})
	pid := p.spawn(Spec{Name: "a", New: receive(func(ctx actor.Context) {
		switch msg := ctx.Message().(type) {
		case poll:
			timer = After(ctx, time.Second, msg.n)
			close(reached)
			<-goOn
			timer.Stop()
		case int:
			fired <- msg
		default:
			fragile(ctx)
		}
	})})
	p.Send(pid, poll{1})
	<-reached
	p.clock.Advance(time.Second) // the message is in the queue now
	close(goOn)
	p.ask(pid, ping{})
	if len(fired) != 0 {
		t.Error("the stopped timer's message arrives")
	}
}

func TestATimerOfAnEarlierIncarnationIsIgnored(t *testing.T) {
	p := newPlant(t)
	fired := make(chan int, 2)
	pid := p.spawn(Spec{Name: "a", New: timed(fired), Policy: brisk()})
	p.Send(pid, poll{3600})
	p.Send(pid, explode{})
	p.awaitState("/a", "backing off")
	p.eventually("only the backoff is left", func() bool { return p.clock.Timers() == 1 })
	p.clock.Advance(time.Second)
	await[Restarted](p, "/a")
	p.boxAt("/a").PostUserMessage(firedOf(7)) // as if it had fired just before the failure
	p.ask(pid, ping{})
	if len(fired) != 0 {
		t.Errorf("the stale timer delivers %d", <-fired)
	}
}

// firedOf is the message of a timer of the first incarnation.
func firedOf(n int) any { return fired{&Timer{message: n, run: 1}} }

func TestAContinuationOfAnEarlierIncarnationIsIgnored(t *testing.T) {
	p := newPlant(t)
	ran := make(chan string, 2)
	future := actor.NewFuture(p.Actors(), patience)
	pid := p.spawn(Spec{Name: "a", Policy: brisk(), New: receive(func(ctx actor.Context) {
		if _, ok := ctx.Message().(poll); ok {
			ctx.ReenterAfter(future, func(any, error) { ran <- "continued" })
			return
		}
		fragile(ctx)
	})})
	p.Send(pid, poll{})
	p.Send(pid, explode{})
	p.awaitState("/a", "backing off")
	p.clock.Advance(time.Second)
	await[Restarted](p, "/a")
	p.Actors().Root.Send(future.PID(), ping{})
	if err := future.Wait(); err != nil {
		t.Fatal(err)
	}
	p.ask(pid, ping{})
	if len(ran) != 0 {
		t.Error("the stale continuation ran")
	}
}

func TestAnActorKeepsNothingOfTheTimersThatItHasStopped(t *testing.T) {
	p := newPlant(t)
	kept := make(chan int, 1)
	pid := p.spawn(Spec{Name: "a", New: receive(func(ctx actor.Context) {
		if msg, ok := ctx.Message().(poll); ok {
			for range msg.n {
				After(ctx, time.Hour, msg).Stop()
			}
			kept <- len(scopeOf(ctx).cell.timers)
		}
	})})
	p.Send(pid, poll{1000})
	if n := <-kept; n != 0 {
		t.Errorf("%d of 1000 stopped timers are kept", n)
	}
}
