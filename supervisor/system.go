package supervisor

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/asynkron/protoactor-go/actor"
)

// Options are what a System is given. The zero Options are usable.
type Options struct {
	// Name is the root's name in the drawn tree; "node" if empty.
	Name string
	// Logger gets every event; nothing is logged if it is nil.
	Logger *slog.Logger
	// Clock is SystemClock if nil.
	Clock Clock
	// Random gives numbers in [0, 1) for the jitter. It is called from several
	// goroutines. The machine's randomness if nil.
	Random func() float64
}

// System is one supervision tree, from its root to its goroutines.
type System struct {
	actors   *actor.ActorSystem
	clock    Clock
	random   func() float64
	hub      *hub
	registry *registry
	root     *cell
	rootPID  *actor.PID
	crew     *crew

	serial      atomic.Uint64 // names of goroutines
	deadLetters atomic.Int64
	tasks       sync.WaitGroup
	logging     sync.WaitGroup
	gone        chan struct{} // closed when the root has ended
}

// New makes a system with nothing but its root, which supervises one-for-one,
// never fails, and stops its children last to first. Shutdown must be called.
func New(o Options) *System {
	o = o.complete()
	s := &System{
		clock:  o.Clock,
		random: o.Random,
		hub:    &hub{},
		crew:   newCrew(),
		gone:   make(chan struct{}),
	}
	s.registry = newRegistry(s.hub, s.clock)
	s.actors = newActorSystem()
	s.quietDeadLetters()
	s.startLogging(o.Logger)
	s.startRoot(o.Name)
	return s
}

func (o Options) complete() Options {
	if o.Name == "" {
		o.Name = "node"
	}
	if o.Clock == nil {
		o.Clock = SystemClock{}
	}
	if o.Random == nil {
		o.Random = rand.Float64
	}
	return o
}

// newActorSystem makes protoactor's system without its logging, which prints
// panics without a stack and messages with their content.
//
// Its registry picks one of 1,024 shards by int(hash), which is negative for
// half of the names where int has 32 bits. With one shard the index is always 0;
// the shard itself is divided by 32, and an empty system is 2.7 MB smaller.
func newActorSystem() *actor.ActorSystem {
	s := actor.NewActorSystem(actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger {
		return slog.New(slog.DiscardHandler)
	}))
	shards := s.ProcessRegistry.LocalPIDs.LocalPIDs
	for _, shard := range shards[1:] {
		if shard.Count() == 0 {
			continue
		}
		for id, process := range shard.Items() {
			shards[0].Set(id, process)
		}
	}
	s.ProcessRegistry.LocalPIDs.LocalPIDs = slices.Clone(shards[:1])
	return s
}

func (s *System) startLogging(log *slog.Logger) {
	if log == nil {
		return
	}
	sub := s.hub.subscribe(logCapacity)
	s.logging.Go(func() { logEvents(log, sub) })
}

func (s *System) startRoot(name string) {
	spec := Spec{Name: name, Kind: "root", New: Group()}.complete()
	n, err := s.registry.enter(nil, &spec)
	if err != nil {
		panic(err) // the registry is empty
	}
	s.root = newCell(s, n, &spec, nil)
	s.root.onGone = func() { close(s.gone) }
	root := s.actors.Root.Copy().WithGuardian(&guardian{s})
	s.rootPID, err = root.SpawnNamed(s.root.props(), "")
	if err != nil {
		panic(err)
	}
	s.registry.bind(n, s.root.box, s.rootPID)
	up := make(ready)
	s.root.box.PostSystemMessage(up)
	<-up
}

// ready is closed when the actor has come to it.
type ready chan struct{}

func (r ready) apply(*cell) { close(r) }

// guardian supervises the root. The root runs no code but this package's; should
// that panic, the root goes on as it is and an alarm stays raised, so that the
// plant is not stopped for it.
type guardian struct{ system *System }

// HandleFailure resumes the root.
func (g *guardian) HandleFailure(_ *actor.ActorSystem, supervisor actor.Supervisor, child *actor.PID, _ *actor.RestartStatistics, reason, _ any) {
	if f, ok := reason.(*fault); ok {
		root := g.system.root
		root.makeKnown(root.node, f, Decision{ByCommand: true})
		g.system.registry.alarm(root.node, true, f.err.Error())
	}
	supervisor.ResumeChildren(child)
}

// Spawn starts a child of the root, as Spawn does below any actor. It waits for
// the root, so it is not for Receive.
func (s *System) Spawn(spec Spec) (*actor.PID, error) {
	return s.Add(context.Background(), "/", spec)
}

// Resting is how many goroutines wait for an actor to have a message, at most 16:
// so many of the process's are nobody's at the moment.
func (s *System) Resting() int { return s.crew.idle() }

// Actors is protoactor's system, whose Root sends and requests from outside.
func (s *System) Actors() *actor.ActorSystem { return s.actors }

// Lookup gives the PID of the actor at path.
func (s *System) Lookup(path string) (*actor.PID, bool) {
	_, _, pid, ok := s.registry.find(path)
	return pid, ok && pid != nil
}

// Subscribe gives every event from now on to a queue of that capacity.
func (s *System) Subscribe(capacity int) *Subscription { return s.hub.subscribe(capacity) }

// Shutdown stops the tree: children before parents, the root's children last to
// first, each waited for. It returns when every actor and every goroutine of Go
// has ended, or when ctx ends, with the paths of those that have not. It may be
// called again, to wait longer.
func (s *System) Shutdown(ctx context.Context) error {
	s.actors.Root.Stop(s.rootPID)
	select {
	case <-s.gone:
	case <-ctx.Done():
		return fmt.Errorf("shut down: %w; still there: %s", ctx.Err(), strings.Join(remaining(s.Tree()), ", "))
	}
	s.tasks.Wait()
	s.hub.close()
	s.logging.Wait()
	if s.actors.IsStopped() {
		return nil
	}
	s.actors.Shutdown()
	s.crew.close()
	select {
	case <-s.crew.gone:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("shut down: %w; an actor of nobody's still works", ctx.Err())
	}
}

// remaining names what a shutdown waits for: those that have not ended although
// all below them have, and their goroutines.
func remaining(t Tree) (paths []string) {
	for _, child := range t.Children {
		paths = append(paths, remaining(child)...)
	}
	switch {
	case len(paths) > 0 || t.Phase == Down:
		return paths
	case len(t.Goroutines) > 0:
		return []string{t.Path + " (goroutines " + strings.Join(t.Goroutines, ", ") + ")"}
	}
	return []string{t.Path}
}
