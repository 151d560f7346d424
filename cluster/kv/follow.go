package kv

import (
	"context"
	"time"
)

// followAgain is how long after a watch was lost the keys are listed again.
const followAgain = 500 * time.Millisecond

// Follow calls change with what is below a prefix and then with every change of it, until ctx is done. A watch that was
// lost begins anew: with what is there then, and what went away in the meantime as deleted. listed is called each time that
// all that is there was told; it may be nil.
func Follow(ctx context.Context, s Store, prefix string, change func(context.Context, Change), listed func()) {
	f := follower{seen: map[string]struct{}{}, change: change}
	for {
		list, version, err := s.List(ctx, prefix)
		if err == nil {
			f.list(ctx, list, version)
			if listed != nil {
				listed()
			}
			for c := range s.Watch(ctx, prefix, version) {
				f.take(ctx, c)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(followAgain):
		}
	}
}

// follower remembers which keys were told of.
type follower struct {
	seen   map[string]struct{}
	change func(context.Context, Change)
}

func (f *follower) take(ctx context.Context, c Change) {
	if f.seen[c.Key] = struct{}{}; c.Deleted {
		delete(f.seen, c.Key)
	}
	f.change(ctx, c)
}

func (f *follower) list(ctx context.Context, list []Entry, version int64) {
	before := f.seen
	f.seen = make(map[string]struct{}, len(list))
	for _, e := range list {
		delete(before, e.Key)
		f.take(ctx, Change{Entry: e})
	}
	for key := range before {
		f.take(ctx, Change{Entry: Entry{Key: key, Version: version}, Deleted: true})
	}
}
