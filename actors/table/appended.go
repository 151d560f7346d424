package table

import (
	"context"
	"fmt"
	"time"

	"github.com/holdfast-edge/holdfast/broker"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/streamsql/lookup"
	"github.com/holdfast-edge/holdfast/tag"
)

// Appended is a table of the last rows of an input. They are kept on the disk
// every so often, and when the table is stopped.
type Appended struct {
	*lookup.Appended
	live
	name     string
	source   string
	every    time.Duration // 0: only when it is stopped
	restored bool
	began    error
}

// NewAppended returns a table that has no rows yet: those of its checkpoint come
// with its actor.
func NewAppended(c *config.Table, in broker.Input) *Appended {
	bounds := lookup.Bounds{Rows: c.MaxRows, Age: c.MaxAge}
	return &Appended{Appended: lookup.NewAppended(c.Name, bounds), live: newLive(in), name: c.Name, source: c.Append, every: c.Checkpoint}
}

// Status is Held's.
func (a *Appended) Status() Status {
	s := a.status()
	s.Lost = a.Pushed()
	return s
}

func (a *Appended) open(env *Env) {
	a.began = a.begin(env)
	if a.restored {
		return // the rows have outlived the actor
	}
	a.restored = true
	state, err := env.Log.LoadCheckpoint(LogName(a.name, a.source))
	if err == nil && state != nil {
		err = a.Restore(env.Now().UnixNano(), state)
	}
	if err != nil {
		env.Failed(a.name, fmt.Errorf("the rows from before the start are lost: %w", err))
	}
}

func (a *Appended) keep(ctx context.Context, env *Env) error {
	feed := a.reading()
	defer a.end(feed)
	var due <-chan time.Time
	fresh := false
	if a.every > 0 {
		ticker := time.NewTicker(a.every)
		defer ticker.Stop()
		due = ticker.C
	}
	for a.began == nil {
		fresh = a.take(feed, env) || fresh
		select {
		case <-ctx.Done():
			if a.take(feed, env) || fresh { // what came before the end belongs to it
				a.save(env)
			}
			return nil
		case <-due:
			if fresh {
				a.save(env)
				fresh = false
			}
		case <-a.wake:
		}
	}
	return a.began
}

func (a *Appended) take(feed *broker.Feed, env *Env) bool {
	now := env.Now()
	return a.drain(feed, now, func(b *tag.Batch) { a.Put(now.UnixNano(), b) })
}

func (a *Appended) save(env *Env) { env.Log.Checkpoint(LogName(a.name, a.source), a.Snapshot()) }
