package commands

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/audit"
	"github.com/holdfast-edge/holdfast/cluster/kv"
	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/link/wire"
)

// Prefix is where commands are in the store.
const Prefix = "/holdfast/commands/"

// Times of a command.
const (
	grace = 15 * time.Second // after the deadline, for an outcome to arrive
	keep  = 24 * time.Hour   // of outcomes
)

// Book is the commands of a cloud. It may be used concurrently.
type Book struct {
	store kv.Store
	audit *audit.Log
	now   func() time.Time
}

// NewBook returns the book in a store.
func NewBook(store kv.Store, log *audit.Log, now func() time.Time) *Book {
	return &Book{store, log, now}
}

func path(site, key string) string { return Prefix + site + "/" + key }

// Submit enters a command. One with a key that is there is not entered again: the one that is there is returned, or
// ErrReused where it asks for something else.
func (b *Book) Submit(ctx context.Context, c Command) (Command, error) {
	if err := errors.Join(link.CheckName(c.Site), link.CheckName(c.Key)); err != nil {
		return c, err
	}
	c.Asked, c.Deadline, c.State = b.now().UTC(), c.Deadline.UTC(), Waiting
	if there, err := b.Command(ctx, c.Site, c.Key); err == nil {
		return there, c.check(there)
	}
	if err := b.write(ctx, c, "asked"); err != nil {
		return c, err
	}
	_, err := b.store.Commit(ctx, kv.Txn{If: []kv.Check{{Key: path(c.Site, c.Key)}}, Put: []kv.Put{{Key: path(c.Site, c.Key), Value: kv.Encode(c)}}})
	if errors.Is(err, kv.ErrConflict) {
		there, err := b.Command(ctx, c.Site, c.Key)
		if err != nil {
			return c, err
		}
		return there, c.check(there)
	}
	return c, err
}

func (c Command) check(there Command) error {
	if !c.same(there) {
		return fmt.Errorf("command %s: %w", c.Key, ErrReused)
	}
	return nil
}

// Command returns a command, or ErrUnknown.
func (b *Book) Command(ctx context.Context, site, key string) (Command, error) {
	c, _, err := kv.Load[Command](ctx, b.store, path(site, key))
	if errors.Is(err, kv.ErrNotFound) {
		return c, fmt.Errorf("command %s of %s: %w", link.Cut(key), site, ErrUnknown)
	}
	return c, err
}

// List returns the commands of a site, the open ones and the outcomes of a day.
func (b *Book) List(ctx context.Context, site string) ([]Command, error) {
	list, _, err := kv.LoadAll[Command](ctx, b.store, Prefix+site+"/")
	return list, err
}

// Open returns the commands of a site that have no outcome yet, or an unknown one.
func (b *Book) Open(ctx context.Context, site string) (open []Command, err error) {
	list, err := b.List(ctx, site)
	for _, c := range list {
		if !c.State.Terminal() || c.State == Unknown {
			open = append(open, c)
		}
	}
	return open, err
}

// MarkSent says that the owner of a site is about to send a command, under its claim. It is ErrConflict where the claim
// holds no more, and the command must not be sent.
func (b *Book) MarkSent(ctx context.Context, c Command, epoch uint64, claim kv.Check) (Command, error) {
	current, version, err := kv.Load[Command](ctx, b.store, path(c.Site, c.Key))
	if err != nil {
		return c, err
	}
	if current.State.Terminal() && current.State != Unknown {
		return current, nil
	}
	if current.State == Waiting {
		current.State = Sent
	}
	current.Epoch = epoch
	_, err = b.store.Commit(ctx, kv.Txn{
		If:  []kv.Check{claim, {Key: path(c.Site, c.Key), Version: version}},
		Put: []kv.Put{{Key: path(c.Site, c.Key), Value: kv.Encode(current)}},
	})
	return current, err
}

// Settle enters what a node says came of a command. The first terminal outcome stays, but for unknown.
func (b *Book) Settle(ctx context.Context, site string, o *wire.Outcome) error {
	if err := link.CheckName(o.GetKey()); err != nil {
		return err
	}
	var settled *Command
	err := kv.Update(ctx, b.store, path(site, o.GetKey()), func(c *Command, there bool) error {
		settled = nil
		if !there {
			return fmt.Errorf("command %s of %s: %w", o.GetKey(), site, ErrUnknown)
		}
		state := stateOf(o.GetResult())
		if c.State.Terminal() && (c.State != Unknown || state == Unknown) {
			return nil
		}
		c.State, c.Detail, c.Begun, c.Ended = state, link.Cut(o.GetDetail()), moment(o.GetBegun()), moment(o.GetEnded())
		if json.Valid(o.GetData()) && len(o.GetData()) <= 64<<10 {
			c.Data = o.GetData()
		}
		settled = c
		return nil
	})
	if err != nil || settled == nil {
		return err
	}
	return b.write(ctx, *settled, string(settled.State))
}

func moment(ns int64) time.Time {
	if ns == 0 {
		return time.Time{}
	}
	return time.Unix(0, ns).UTC()
}

// Wait returns a command when it has an outcome, or as it is when ctx is done.
func (b *Book) Wait(ctx context.Context, site, key string) (Command, error) {
	for {
		c, version, err := kv.Load[Command](ctx, b.store, path(site, key))
		if err != nil || c.State.Terminal() {
			return c, err
		}
		if c, ok := await(ctx, b.store, path(site, key), version); ok || ctx.Err() != nil {
			if !ok {
				return b.Command(context.WithoutCancel(ctx), site, key)
			}
			return c, nil
		}
	}
}

// await follows a key until it is terminal; ok is false where the watch was lost or ctx is done.
func await(ctx context.Context, store kv.Store, key string, after int64) (c Command, ok bool) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for change := range store.Watch(ctx, key, after) {
		if change.Key != key || change.Deleted {
			continue
		}
		if c, err := kv.Decode[Command](change.Entry); err == nil && c.State.Terminal() {
			return c, true
		}
	}
	return c, false
}

func (b *Book) write(ctx context.Context, c Command, result string) error {
	return b.audit.Write(ctx, audit.Record{
		Who: c.By, What: c.Kind, Target: c.Site + strings.TrimSuffix("/"+strings.TrimPrefix(c.Target, "/"), "/"), Result: result,
		Detail: strings.TrimSpace(c.Key + " " + c.Detail),
	})
}
