package uplink

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/link/wire"
	"github.com/holdfast-edge/holdfast/supervisor"
)

// mostRunning is how many commands run at once; one more is refused.
const mostRunning = 32

// The messages of the commands' actor.
type (
	runCommand struct {
		command  *wire.Command
		received time.Time
	}
	settleCommands struct{ keys []string }
	listOutcomes   struct{} // answered by outcomes to control
	ended          struct {
		key    string
		answer Answer
		err    error
	}
)

// executor is the actor that carries out commands. Each runs in a goroutine of its own; the journal is the actor's alone.
type executor struct {
	env     Env
	journal *journal
	running map[string]*wire.Command
	untold  []*wire.Outcome // of those that a new session has to hear of
}

func commandsSpec(env Env) supervisor.Spec {
	return supervisor.Spec{Name: "commands", Kind: "commands", New: func() actor.Actor { return &executor{env: env} }}
}

// Receive is the actor.
func (x *executor) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case *actor.Started:
		x.start(ctx)
	case runCommand:
		x.run(ctx, m)
	case ended:
		x.end(ctx, m)
	case settleCommands:
		x.must(ctx, x.journal.settle(m.keys))
		x.tellNext(ctx, len(m.keys))
	case listOutcomes:
		x.untold = x.journal.open()
		x.tellNext(ctx, waiting/4)
	case supervisor.GoFailed:
		x.lost(ctx, m)
	}
}

func (x *executor) start(ctx actor.Context) {
	j, err := openJournal(x.env.Documents, x.env.Now)
	x.must(ctx, err)
	x.journal, x.running = j, map[string]*wire.Command{}
	supervisor.Report(ctx, "ready", "")
	for _, e := range j.begun() {
		x.resume(ctx, e)
	}
	x.untold = j.open()
	x.tellNext(ctx, waiting/4)
}

// resume waits for what comes of a command that an earlier process has begun.
func (x *executor) resume(ctx actor.Context, e entry) {
	x.running[e.Key] = &wire.Command{Key: e.Key}
	self, system, plant := ctx.Self(), x.env.System, x.env.Plant
	supervisor.Go(ctx, goPrefix+e.Key, func(running context.Context) error {
		answer, err := plant.Resume(running, e.Key)
		if running.Err() != nil {
			return nil //nolint:nilerr // the node stops: the next start tells
		}
		return system.SendWait(running, self, ended{e.Key, answer, err})
	})
}

// tellNext tells some of what a new session has to hear of; the others follow as the cloud settles these.
func (x *executor) tellNext(ctx actor.Context, n int) {
	n = min(n, len(x.untold))
	for _, o := range x.untold[:n] {
		x.tell(ctx, o)
	}
	x.untold = x.untold[n:]
}

// must fails the actor where the disk does not take the journal: then nothing may be begun.
func (x *executor) must(ctx actor.Context, err error) {
	if err != nil {
		supervisor.Fail(ctx, err)
	}
}

func (x *executor) run(ctx actor.Context, m runCommand) {
	c := m.command
	if err := link.CheckName(c.GetKey()); err != nil {
		return // no such key was ever given out
	}
	within := time.Duration(c.GetWithinMs())*time.Millisecond - x.env.Now().Sub(m.received)
	if _, known := x.journal.entries[c.GetKey()]; !known {
		if reason := x.refusal(within); reason != "" {
			o, err := x.journal.refuse(c, reason)
			x.must(ctx, err)
			x.tell(ctx, o)
			return
		}
	}
	run, outcome, err := x.journal.begin(c)
	x.must(ctx, err)
	if outcome != nil {
		x.tell(ctx, outcome)
	}
	if !run {
		return
	}
	x.env.Status.change(func(v *View) { v.Commands++ })
	x.running[c.GetKey()] = c
	self, system, plant := ctx.Self(), x.env.System, x.env.Plant
	command := Command{Key: c.GetKey(), Kind: c.GetKind(), Target: c.GetTarget(), Arguments: c.GetArguments(), By: c.GetBy()}
	supervisor.Go(ctx, goPrefix+c.GetKey(), func(running context.Context) error {
		within, cancel := context.WithTimeout(running, max(within, shortest)+ending(command.Kind))
		defer cancel()
		answer, err := plant.Run(within, command)
		return system.SendWait(running, self, ended{command.Key, answer, err})
	})
}

// EndingWithin is what an upgrade has to end the process in, beyond the time that it may be prepared in.
const EndingWithin = 2 * time.Minute

func ending(kind string) time.Duration {
	if kind == KindUpgrade {
		return EndingWithin
	}
	return 0
}

const goPrefix = "command "

// shortest is what a command has to run in, once it was begun in time.
const shortest = 30 * time.Second

// refusal says why a command is not begun; empty where it is.
func (x *executor) refusal(within time.Duration) string {
	switch {
	case within <= 0:
		return "it came after its deadline"
	case len(x.running) >= mostRunning:
		return fmt.Sprintf("%d commands run already", mostRunning)
	}
	return ""
}

func (x *executor) end(ctx actor.Context, m ended) {
	delete(x.running, m.key)
	result, detail := resultOf(m.err), m.answer.Detail
	if m.err != nil {
		detail = m.err.Error()
	}
	o, err := x.journal.finish(m.key, result, detail, m.answer.Data)
	x.must(ctx, err)
	x.tell(ctx, o)
}

func resultOf(err error) wire.Result {
	switch {
	case err == nil:
		return wire.Result_RESULT_DONE
	case errors.Is(err, ErrRefused):
		return wire.Result_RESULT_REFUSED
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return wire.Result_RESULT_UNKNOWN
	}
	return wire.Result_RESULT_FAILED
}

// lost is a command whose goroutine has panicked: nobody knows how far it came.
func (x *executor) lost(ctx actor.Context, m supervisor.GoFailed) {
	key := m.Name[min(len(goPrefix), len(m.Name)):]
	if _, ok := x.running[key]; !ok {
		return
	}
	delete(x.running, key)
	o, err := x.journal.finish(key, wire.Result_RESULT_UNKNOWN, "it ended in a defect: "+m.Err.Error(), nil)
	x.must(ctx, err)
	x.tell(ctx, o)
}

// tell has the control connection send an outcome. While there is none, the journal keeps it.
func (x *executor) tell(ctx actor.Context, o *wire.Outcome) {
	if pid, ok := x.env.System.Lookup(ControlPath); ok {
		ctx.Send(pid, sendOutcome{o})
	}
}
