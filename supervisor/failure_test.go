package supervisor

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

func yield() { runtime.Gosched() }

type explode struct{}

type ping struct{}

// fragile panics on explode and answers ping.
func fragile(ctx actor.Context) {
	switch ctx.Message().(type) {
	case explode:
		panic("boom")
	case ping:
		ctx.Respond("pong")
	}
}

func TestAPanicRestartsTheActorAfterItsBackoff(t *testing.T) {
	p := newPlant(t)
	pid := p.spawn(Spec{Name: "a", Kind: "device", New: receive(fragile), Policy: brisk()})
	await[Started](p, "/a")
	p.Send(pid, explode{})
	f := await[Failed](p, "/a")
	if f.Cause != "panic: boom" || !strings.Contains(f.Stack, "fragile") || f.Message != "supervisor.explode" {
		t.Errorf("failure says %q on %q with stack\n%s", f.Cause, f.Message, f.Stack)
	}
	if want := f.Time.Add(100 * time.Millisecond); !f.Next.Equal(want) {
		t.Errorf("next attempt at %v, want %v", f.Next, want)
	}
	p.awaitState("/a", "backing off")
	p.clock.advance(99 * time.Millisecond)
	p.awaitState("/a", "backing off")
	p.clock.advance(time.Millisecond)
	await[Restarted](p, "/a")
	if got := p.ask(pid, ping{}); got != "pong" {
		t.Errorf("the restarted actor answers %v", got)
	}
}
