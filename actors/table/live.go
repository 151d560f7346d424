package table

import (
	"context"
	"sync"
	"time"

	"github.com/holdfast-edge/holdfast/broker"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/streamsql/lookup"
	"github.com/holdfast-edge/holdfast/tag"
)

// ringCapacity is how many batches a table may lag behind its stream.
const ringCapacity = 128

// live is what tables share that rows fill while the node runs.
type live struct {
	input broker.Input
	wake  chan struct{}

	mu      sync.Mutex
	feed    *broker.Feed // of the incarnation that runs
	dropped uint64       // of those before
	last    time.Time    // when rows came last
}

func newLive(in broker.Input) live { return live{input: in, wake: make(chan struct{}, 1)} }

// begin reads the input.
func (l *live) begin(env *Env) error {
	feed, err := l.input.Open(env.Bus, ringCapacity, func() {
		select {
		case l.wake <- struct{}{}:
		default:
		}
	})
	l.end(l.reading())
	l.mu.Lock()
	defer l.mu.Unlock()
	l.feed = feed
	return err
}

// reading returns the feed of the incarnation that runs.
func (l *live) reading() *broker.Feed {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.feed
}

// end ends the reading of a feed, unless another one has taken its place.
func (l *live) end(feed *broker.Feed) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if feed != nil && l.feed == feed {
		feed.Close()
		l.dropped += feed.Dropped()
		l.feed = nil
	}
}

// drain gives away what waits.
func (l *live) drain(feed *broker.Feed, now time.Time, put func(*tag.Batch)) (found bool) {
	for b := feed.Next(); b != nil; b = feed.Next() {
		put(b)
		found = true
	}
	if found {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.last = now
	}
	return found
}

func (l *live) status() Status {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := Status{Read: l.last, Dropped: l.dropped}
	if l.feed != nil {
		s.Dropped += l.feed.Dropped()
	}
	return s
}

// Reread is Held's.
func (l *live) Reread(time.Time) error { return ErrNoFile }

// Newest is a table of the newest rows of an input.
type Newest struct {
	*lookup.Newest
	live
	began error
}

// NewNewest returns a table that has no rows yet. Nobody waits for it: what its
// rings drop is older than what stays.
func NewNewest(c *config.Table, in broker.Input) *Newest {
	in.Overflow = broker.DropOldest
	return &Newest{Newest: lookup.NewNewest(c.MaxKeys, c.Key...), live: newLive(in)}
}

// Status is Held's.
func (n *Newest) Status() Status {
	s := n.status()
	s.Lost, s.Ahead = n.Forgotten(), n.Ahead()
	return s
}

func (n *Newest) open(env *Env) {
	if n.began = n.begin(env); n.began == nil {
		now := env.Now().UnixNano()
		for _, b := range n.reading().Last() {
			n.Put(now, b)
		}
	}
}

func (n *Newest) keep(ctx context.Context, env *Env) error {
	feed := n.reading()
	defer n.end(feed)
	for n.began == nil {
		now := env.Now()
		n.drain(feed, now, func(b *tag.Batch) { n.Put(now.UnixNano(), b) })
		select {
		case <-ctx.Done():
			return nil
		case <-n.wake:
		}
	}
	return n.began
}
