package table

import (
	"context"
	"errors"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/holdfast-edge/holdfast/broker"
	"github.com/holdfast-edge/holdfast/streamsql/lookup"
	"github.com/holdfast-edge/holdfast/supervisor"
)

// Env is what tables are given. All of it may be used concurrently.
type Env struct {
	Bus    *broker.Bus
	Log    Log
	Now    func() time.Time
	Failed func(table string, err error) // told of what cannot be read
}

// Log is what tables need of the node's log; *log.Log has it.
type Log interface {
	// Checkpoint has a state committed behind what was appended before it.
	Checkpoint(name string, state []byte)
	// LoadCheckpoint returns the last state under a name, nil for none.
	LoadCheckpoint(name string) ([]byte, error)
}

// LogName returns the name of the checkpoint of a table that a source fills.
func LogName(table, source string) string { return "table/" + table + "/" + source }

// Held is a table that something keeps as it should be.
type Held interface {
	lookup.Paged
	// Status returns how the table is.
	Status() Status
	// Reread reads the table's file now, whether it seems to be another or not; the
	// rows stay where that fails. Other tables have an error.
	Reread(now time.Time) error
	// open readies what keep needs: from then on nothing is missed.
	open(env *Env)
	// keep does so until ctx is done.
	keep(ctx context.Context, env *Env) error
}

// Status is how a table is.
type Status struct {
	Read    time.Time // the file was read last, or rows came last; zero: never
	Trouble error     // why the file could not be read when it was tried last
	Lost    uint64    // rows that went since there were too many
	Ahead   uint64    // rows not taken, since their time is far ahead of the clock
	Dropped uint64    // batches that came faster than they were taken
}

// ErrNoFile is the error of Reread for a table that is filled by rows.
var ErrNoFile = errors.New("rows that come fill it")

// Spec returns the actor that keeps a table, as a child of the node's tables.
func Spec(env Env, name string, held Held) supervisor.Spec {
	policy := supervisor.DefaultPolicy()
	policy.Exhausted, policy.Slow = supervisor.Alarm, time.Minute // queries go on with the rows that there are
	return supervisor.Spec{Name: name, Kind: "table", Policy: policy, New: func() actor.Actor { return &keeper{held, &env} }}
}

// Settle asks the actor of a table to say Settled when it misses nothing any more.
type Settle struct{}

// Settled is the answer to Settle.
type Settled struct{}

// keeper is the actor.
type keeper struct {
	held Held
	env  *Env
}

// Receive is the actor.
func (k *keeper) Receive(ctx actor.Context) {
	switch msg := ctx.Message().(type) {
	case *actor.Started:
		k.held.open(k.env)
		supervisor.Go(ctx, "keep", func(c context.Context) error { return k.held.keep(c, k.env) })
		supervisor.Report(ctx, "running", "")
	case Settle:
		ctx.Respond(Settled{})
	case supervisor.GoFailed:
		supervisor.Fail(ctx, msg.Err)
	}
}
