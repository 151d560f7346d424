package supervisor

import (
	"context"
	"fmt"
	"runtime"
	"testing"

	"github.com/asynkron/protoactor-go/actor"
)

func benchSystem(b *testing.B) *System {
	b.Helper()
	s := New(Options{})
	b.Cleanup(func() {
		if err := s.Shutdown(context.Background()); err != nil {
			b.Error(err)
		}
	})
	return s
}

// populate spawns n idle actors in groups of 100.
func populate(b *testing.B, s *System, n int) {
	b.Helper()
	for g := range n / 100 {
		var kids []Spec
		for k := range 100 {
			kids = append(kids, Spec{Name: fmt.Sprint("device", k), Kind: "device", New: receive(fragile)})
		}
		if _, err := s.Spawn(Spec{Name: fmt.Sprint("endpoint", g), New: Group(kids...)}); err != nil {
			b.Fatal(err)
		}
	}
	for ready := false; !ready; {
		yield()
		ready = len(running(s.Tree())) == n+n/100+1
	}
}

func running(t Tree) (paths []string) {
	if t.State == "running" {
		paths = append(paths, t.Path)
	}
	for _, child := range t.Children {
		paths = append(paths, running(child)...)
	}
	return paths
}

func BenchmarkTell(b *testing.B) {
	s := benchSystem(b)
	done := make(chan struct{})
	last := 0
	pid, err := s.Spawn(Spec{Name: "a", Mailbox: 1 << 20, New: receive(func(ctx actor.Context) {
		if n, ok := ctx.Message().(*int); ok && *n < 0 {
			close(done)
		}
	})})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		s.Send(pid, &last)
	}
	end := -1
	_ = s.SendWait(context.Background(), pid, &end)
	<-done
	tree, _ := s.Subtree("/a")
	b.ReportMetric(float64(tree.Rejected)/float64(b.N), "rejected/op")
}

func BenchmarkAsk(b *testing.B) {
	s := benchSystem(b)
	pid, err := s.Spawn(Spec{Name: "a", New: receive(fragile)})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Ask(b.Context(), pid, ping{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSpawnAndRemove(b *testing.B) {
	s := benchSystem(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Spawn(Spec{Name: "a", New: receive(fragile)}); err != nil {
			b.Fatal(err)
		}
		if err := s.Remove(b.Context(), "/a"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRestart(b *testing.B) {
	s := benchSystem(b)
	if _, err := s.Spawn(Spec{Name: "a", New: receive(fragile)}); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := s.Restart(b.Context(), "/a"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkTreeOf10000(b *testing.B) {
	s := benchSystem(b)
	populate(b, s, 10_000)
	b.ReportAllocs()
	for b.Loop() {
		if t := s.Tree(); len(t.Children) != 100 {
			b.Fatal("not all are there")
		}
	}
}

// A message that comes alone, to an actor whose calls are as deep as those of a
// rule that publishes.
func BenchmarkDeepActor(b *testing.B) {
	s := New(Options{})
	got := make(chan int)
	pid, err := s.Spawn(Spec{Name: "a", New: receive(func(ctx actor.Context) {
		if _, ok := ctx.Message().(*poll); ok {
			got <- descend(30)
		}
	})})
	if err != nil {
		b.Fatal(err)
	}
	message := &poll{}
	b.ReportAllocs()
	for b.Loop() {
		s.Send(pid, message)
		<-got
	}
	if err := s.Shutdown(context.Background()); err != nil {
		b.Fatal(err)
	}
}

// descend uses 8 KiB of stack with 30.
func descend(n int) int {
	var room [256]byte
	room[n] = 1
	if n == 0 {
		return int(room[0])
	}
	return descend(n-1) + int(room[1])
}

func BenchmarkIdleActor(b *testing.B) {
	for b.Loop() {
		s := New(Options{})
		before := heap()
		populate(b, s, 10_000)
		b.ReportMetric(float64(heap()-before)/10_100, "B/actor")
		if err := s.Shutdown(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
}

func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func TestTellingAnActorAllocatesNothing(t *testing.T) {
	p := newPlant(t)
	got := make(chan struct{})
	pid := p.spawn(Spec{Name: "a", New: receive(func(ctx actor.Context) {
		if _, ok := ctx.Message().(*poll); ok {
			got <- struct{}{}
		}
	})})
	message := &poll{}
	allocs := testing.AllocsPerRun(1000, func() {
		p.Send(pid, message)
		<-got
	})
	if allocs > 0 {
		t.Errorf("%v allocations a message", allocs)
	}
}
