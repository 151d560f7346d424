package supervisor

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// busy is an actor with a goroutine and a timer, which fails in many ways.
func busy(restarting *atomic.Int64) func() actor.Actor {
	return receive(func(ctx actor.Context) {
		switch msg := ctx.Message().(type) {
		case *actor.Started:
			s := newStubborn()
			close(s.let)
			Go(ctx, "serve", s.run)
			After(ctx, time.Hour, ping{})
		case *actor.Restarting:
			if restarting.Add(1)%7 == 0 {
				panic("no farewell")
			}
		case GoFailed:
			Fail(ctx, msg.Err)
		case work:
			Go(ctx, msg.name, msg.fn)
		default:
			fragile(ctx)
		}
	})
}

// stormy spawns three endpoints below each of two groups, with three parts each.
func stormy(p *plant) (paths []string) {
	var restarting atomic.Int64
	policy := brisk()
	policy.Intensity = Intensity{Restarts: 4, Within: time.Minute}
	policy.Slow = time.Minute
	for _, strategy := range []Strategy{OneForOne, RestForOne} {
		var endpoints []Spec
		top := strings.ReplaceAll(strategy.String(), "-", "")
		for e := range 3 {
			name := fmt.Sprint("endpoint", e)
			var parts []Spec
			for d := range 3 {
				part := fmt.Sprint("part", d)
				parts = append(parts, Spec{Name: part, New: busy(&restarting), Policy: policy})
				paths = append(paths, "/"+top+"/"+name+"/"+part)
			}
			endpoints = append(endpoints, Spec{Name: name, New: Group(parts...), Policy: policy, Strategy: strategy})
		}
		p.spawn(Spec{Name: top, New: Group(endpoints...), Policy: policy, Strategy: strategy})
	}
	return paths
}

func allRunning(t Tree) bool {
	for _, child := range t.Children {
		if !allRunning(child) {
			return false
		}
	}
	return t.State == "running" && !t.Alarm
}

// TestAStormOfPanicsLeavesTheTreeAsItWas injects 1,000 panics, in Receive, in
// goroutines and in farewells, while time passes and operators interfere.
func TestAStormOfPanicsLeavesTheTreeAsItWas(t *testing.T) {
	const seed = 20260101
	random := rand.New(rand.NewPCG(seed, seed))
	p := newPlant(t)
	paths := stormy(p)
	p.eventually("all run", func() bool { return allRunning(p.Tree()) && strings.Count(p.Tree().Text(), "part") == 18 })
	text, goroutines := p.Tree().Text(), runtime.NumGoroutine()-p.Resting()
	for failures := 0; failures < 1000; failures += p.failures() {
		path := paths[random.IntN(len(paths))]
		if t, ok := p.Subtree(path); ok && t.State == "running" {
			inject(p, path, random)
		}
		switch random.IntN(40) {
		case 0:
			go func() { _ = p.Restart(p.t.Context(), path) }()
		case 1:
			go func() { _ = p.Stop(p.t.Context(), path) }()
		}
		p.clock.Advance(time.Duration(random.IntN(500)) * time.Millisecond)
		yield()
	}
	p.eventually("all run again, with as many goroutines as before", func() bool {
		p.clock.Advance(time.Minute)
		p.startStopped(paths)
		tree := p.Tree()
		return allRunning(tree) && tree.Text() == text && runtime.NumGoroutine()-p.Resting() <= goroutines
	})
}

// startStopped starts those that an operator has stopped.
func (p *plant) startStopped(paths []string) {
	for _, path := range paths {
		if t, ok := p.Subtree(path); ok && t.State == "stopped" {
			go func() { _ = p.Start(p.t.Context(), path) }()
		}
	}
}

// failures counts the failure events since it was last asked.
func (p *plant) failures() (n int) {
	for {
		select {
		case e := <-p.sub.Events():
			if _, ok := e.(Failed); ok {
				n++
			}
		default:
			return n
		}
	}
}

func badWork(context.Context) error { panic("burst") }

func inject(p *plant, path string, random *rand.Rand) {
	pid, ok := p.Lookup(path)
	if !ok {
		return // it stops with its parent
	}
	switch random.IntN(3) {
	case 0:
		p.Send(pid, explode{})
	case 1:
		p.Send(pid, work{"burst", badWork})
	case 2:
		p.Send(pid, fmt.Errorf("noise %d", random.IntN(100)))
	}
}
