package table

import (
	"context"
	"time"

	"github.com/holdfast-edge/holdfast/broker"
	"github.com/holdfast-edge/holdfast/streamsql/lookup"
	"github.com/holdfast-edge/holdfast/supervisor"
)

// Env is what tables are given. All of it may be used concurrently.
type Env struct {
	Bus    *broker.Bus
	Now    func() time.Time
	Failed func(table string, err error) // told of files that cannot be read again
}

// Held is a table that something keeps as it should be.
type Held interface {
	lookup.Table
	// keep does so until ctx is done.
	keep(ctx context.Context, env *Env) error
}

// Spec returns the actor that keeps a table, as a child of the node's tables.
func Spec(env Env, name string, held Held) supervisor.Spec {
	policy := supervisor.DefaultPolicy()
	policy.Exhausted, policy.Slow = supervisor.Alarm, time.Minute // queries go on with the rows that there are
	run := func(ctx context.Context) error { return held.keep(ctx, &env) }
	return supervisor.Spec{Name: name, Kind: "table", Policy: policy, New: supervisor.Service(run)}
}
