package supervisor

import (
	"context"
	"errors"
	"strconv"

	"github.com/asynkron/protoactor-go/actor"
)

// GoDone tells an actor that its goroutine of that name has returned nil. It
// comes after every message that the goroutine sent to it.
type GoDone struct{ Name string }

// GoFailed tells an actor that its goroutine of that name has returned an error
// or has panicked, in which case Err is, or wraps, a *PanicError with the stack.
type GoFailed struct {
	Name string
	Err  error
}

// Go runs fn in a goroutine that belongs to the running incarnation of the
// actor. Its context is cancelled when the incarnation fails, restarts or stops;
// the next incarnation starts, and a stopped actor is gone, only when fn has
// returned. fn must return soon after its context is done.
//
// How fn ended arrives as GoDone or GoFailed, unless the incarnation has ended;
// its results fn itself sends, with System.SendWait or the actor system's Root.
// A panic in fn ends fn alone; what it means is for the actor to say, with Fail.
//
// The returned function cancels the context of fn alone.
func Go(ctx actor.Context, name string, fn func(context.Context) error) (cancel context.CancelFunc) {
	c := scopeOf(ctx).cell
	base, cancel := context.WithCancel(context.Background())
	if !c.owning() {
		cancel() // told of its end already: there is nobody to own it
		return cancel
	}
	t := &task{owner: c, name: name, run: c.run, cancel: cancel}
	c.startTask(t, func() error { return fn(base) })
	return cancel
}

// task is a goroutine of an actor. To protoactor it is a child process, so that
// the actor's restart and stop wait for its end as for that of any child.
type task struct {
	owner  *cell
	name   string
	run    uint64 // of the incarnation that owns it
	pid    *actor.PID
	cancel context.CancelFunc
}

var _ actor.Process = (*task)(nil)

// SendUserMessage does nothing: nobody has the PID of a goroutine.
func (t *task) SendUserMessage(*actor.PID, any) {}

// SendSystemMessage cancels the goroutine on Stop.
func (t *task) SendSystemMessage(_ *actor.PID, message any) {
	if isStop(message) {
		t.cancel()
	}
}

// Stop cancels the goroutine.
func (t *task) Stop(*actor.PID) { t.cancel() }

func (c *cell) startTask(t *task, fn func() error) {
	spawn := func(system *actor.ActorSystem, id string, _ *actor.Props, _ actor.SpawnerContext) (*actor.PID, error) {
		pid, fresh := system.ProcessRegistry.Add(t, id)
		if !fresh {
			return nil, actor.ErrNameExists
		}
		return pid, nil
	}
	props := actor.PropsFromProducer(nil, actor.WithSpawnFunc(spawn))
	pid, err := c.scope.Context.SpawnNamed(props, "go:"+t.name+"#"+strconv.FormatUint(c.system.serial.Add(1), 10))
	if err != nil {
		panic(err) // the serial makes the name unique
	}
	t.pid = pid
	if c.tasks == nil {
		c.tasks = make(map[string]*task)
	}
	c.tasks[pid.Id] = t
	c.system.registry.taskBegan(c.node, t.name)
	c.system.tasks.Go(func() { t.work(fn) })
}

// errVanished is the end of a goroutine that neither returned nor panicked.
var errVanished = errors.New("the goroutine ended by runtime.Goexit")

func (t *task) work(fn func() error) {
	err := errVanished
	defer func() { t.end(err) }()
	if p := attempt(func() { err = fn() }); p != nil {
		err = p
	}
}

// end tells the owner: first the outcome, then that one child less is to be waited for.
func (t *task) end(err error) {
	t.cancel()
	c := t.owner
	outcome := taskEnded{run: t.run, message: GoDone{t.name}}
	if err != nil {
		outcome.message = GoFailed{Name: t.name, Err: err}
	}
	if stack := stackOf(err); stack != "" {
		c.system.registry.emit(c.node, func(h Head) Event {
			return GoroutinePanicked{Head: h, Name: t.name, Cause: err.Error(), Stack: stack}
		})
	}
	c.system.registry.taskEnded(c.node, t.name)
	c.box.PostUserMessage(outcome)
	c.system.actors.ProcessRegistry.Remove(t.pid)
	c.box.PostSystemMessage(&actor.Terminated{Who: t.pid})
}

// ownMessage is a user message by which an actor hears of what it began itself.
// It is never rejected, and reaches only the incarnation that began it.
type ownMessage interface {
	deliver(c *cell)
	carried() any // what the actor sees
}

type taskEnded struct {
	run     uint64
	message any
}

func (m taskEnded) carried() any { return m.message }

func (m taskEnded) deliver(c *cell) {
	if c.life == lifeUp && m.run == c.run {
		c.hand(m.message)
	}
}

func (c *cell) cancelTasks() {
	for _, t := range c.tasks {
		t.cancel()
	}
}

// forgetTask tells whether who was a goroutine of this actor.
func (c *cell) forgetTask(who *actor.PID) bool {
	_, ok := c.tasks[who.Id]
	delete(c.tasks, who.Id)
	return ok
}
