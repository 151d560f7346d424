package commands

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/kv"
)

// keepEvery is how often it is looked whether something is due.
const keepEvery = time.Second

// agenda is when something has to be done about each command: one without an outcome gets one some time after its deadline,
// and outcomes are forgotten after a day.
type agenda struct {
	mu  sync.Mutex
	due map[string]time.Time // by key of the store
}

func (a *agenda) change(_ context.Context, change kv.Change) {
	a.mu.Lock()
	defer a.mu.Unlock()
	c, err := kv.Decode[Command](change.Entry)
	if change.Deleted || err != nil {
		delete(a.due, change.Key)
		return
	}
	a.due[change.Key] = c.due()
}

// due is when a command has to be looked at, if nothing happens to it before.
func (c Command) due() time.Time {
	switch {
	case c.State.Terminal():
		return c.Deadline.Add(c.Grace + keep)
	case c.Epoch == 0: // it was never sent
		return c.Deadline.Add(grace)
	}
	return c.Deadline.Add(c.Grace + grace)
}

// overdue returns the keys whose time has come.
func (a *agenda) overdue(now time.Time) (keys []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for key, at := range a.due {
		if !now.Before(at) {
			keys = append(keys, key)
		}
	}
	return keys
}

// Keep gives an outcome to what will have none, and forgets outcomes after a day, until ctx is done. Every member may: the
// store is watched and never read as a whole, and of several the fastest does what there is to do.
func (b *Book) Keep(ctx context.Context, logger *slog.Logger) error {
	a := agenda{due: map[string]time.Time{}}
	var following sync.WaitGroup
	defer following.Wait()
	following.Go(func() { kv.Follow(ctx, b.store, Prefix, a.change, nil) })
	tick := time.NewTicker(keepEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		for _, key := range a.overdue(b.now()) {
			if err := b.settleDue(ctx, key); err != nil && ctx.Err() == nil {
				logger.Warn("a command was not brought to its end; it is tried again", "key", key, "error", err)
				break
			}
		}
	}
}

// settleDue does what is due about a command. That somebody else was faster is no error.
func (b *Book) settleDue(ctx context.Context, key string) error {
	e, err := b.store.Get(ctx, key)
	if errors.Is(err, kv.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", key, err)
	}
	c, err := kv.Decode[Command](e)
	if err != nil {
		return err
	}
	if err := b.sweep(ctx, e, c, b.now()); !errors.Is(err, kv.ErrConflict) {
		return err
	}
	return nil
}

func (b *Book) sweep(ctx context.Context, e kv.Entry, c Command, now time.Time) error {
	check := []kv.Check{{Key: e.Key, Version: e.Version}}
	switch {
	case now.Before(c.due()):
		return nil
	case c.State.Terminal():
		_, err := b.store.Commit(ctx, kv.Txn{If: check, Delete: []string{e.Key}})
		return err
	}
	c.State, c.Detail = Unknown, "it was sent, and the site has not said what came of it"
	if c.Epoch == 0 {
		c.State, c.Detail = Refused, "the site was not reached before the deadline"
	}
	if _, err := b.store.Commit(ctx, kv.Txn{If: check, Put: []kv.Put{{Key: e.Key, Value: kv.Encode(c)}}}); err != nil {
		return err
	}
	return b.write(ctx, c, string(c.State))
}
