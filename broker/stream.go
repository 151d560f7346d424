package broker

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/holdfast-edge/holdfast/internal/trace"
	"github.com/holdfast-edge/holdfast/tag"
)

// Overflow says what happens to a batch that finds a ring full.
type Overflow uint8

// The policies, explained at the package.
const (
	Block Overflow = iota
	DropOldest
)

// ErrCycle says that a batch is derived from data that was derived from it.
var ErrCycle = errors.New("data goes round in a cycle")

// Stream is one named flow of batches. It may be used concurrently; batches of
// one publisher arrive in its order.
type Stream struct {
	name     string
	recorder Recorder
	tracer   *trace.Tracer
	logged   atomic.Bool
	last     atomic.Pointer[tag.Batch]

	mu    sync.Mutex
	subs  []*Subscription
	room  chan struct{} // made by a publisher that waits; closed when a ring has room again
	stats Stats
}

// Stats counts what went through a stream since the start of the node.
type Stats struct {
	Batches uint64 // published
	Rows    uint64 // published
	Refused uint64 // batches refused as a cycle
	Dropped uint64 // batches dropped by full rings, all subscriptions together
}

func newStream(name string, recorder Recorder, tracer *trace.Tracer) *Stream {
	return &Stream{name: name, recorder: recorder, tracer: tracer}
}

// Name returns the stream's name.
func (s *Stream) Name() string { return s.name }

// SetLogged says whether something durable reads the stream. It takes effect
// at the next batch.
func (s *Stream) SetLogged(logged bool) { s.logged.Store(logged && s.recorder != nil) }

// Logged reports whether the stream is logged.
func (s *Stream) Logged() bool { return s.logged.Load() }

// Last returns the newest live batch, and nil before the first: what was delivered late is no news of now.
func (s *Stream) Last() *tag.Batch { return s.last.Load() }

// Stats returns the counters.
func (s *Stream) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stats
}

// Subscriptions returns how many subscriptions there are.
func (s *Stream) Subscriptions() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.subs)
}

// Offer publishes a batch and never waits: a full ring drops its oldest, a
// full log refuses. What was dropped is counted where it happened; the error
// is ErrCycle or that of the log, and rings are served in either case but the
// first.
func (s *Stream) Offer(b *tag.Batch) error {
	if err := s.admit(b); err != nil {
		return err
	}
	var refused error
	if s.logged.Load() {
		refused = s.recorder.Offer(b)
	}
	s.force(b)
	return refused
}

// Publish publishes a batch and waits for room under the policy Block, in the
// log and in the rings. It returns early only with ctx's error, in which case
// some subscriptions have the batch and some do not: who publishes again must
// expect duplicates.
func (s *Stream) Publish(ctx context.Context, b *tag.Batch) error {
	return s.publish(ctx, b, Recorder.Append)
}

// Commit is Publish for a source that has promised to keep the batch: where
// the stream is logged, it returns when the batch is on the disk.
func (s *Stream) Commit(ctx context.Context, b *tag.Batch) error {
	return s.publish(ctx, b, Recorder.Commit)
}

func (s *Stream) publish(ctx context.Context, b *tag.Batch, record func(Recorder, context.Context, *tag.Batch) error) error {
	if err := s.admit(b); err != nil {
		return err
	}
	if s.logged.Load() {
		if err := record(s.recorder, ctx, b); err != nil {
			return fmt.Errorf("log batch of %s: %w", s.name, err)
		}
	}
	waiting, room := s.begin(b)
	for len(waiting) > 0 {
		select {
		case <-room:
			waiting, room = s.serve(b, waiting)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// admit refuses what has gone round and counts the rest.
func (s *Stream) admit(b *tag.Batch) error {
	s.tracer.Published(s.name, b)
	s.mu.Lock()
	defer s.mu.Unlock()
	if b.Hops() > tag.MaxHops {
		s.stats.Refused++
		return fmt.Errorf("publish to %s: %w: more than %d derivations", s.name, ErrCycle, tag.MaxHops)
	}
	s.stats.Batches++
	s.stats.Rows += uint64(b.Len())
	if b.Origin() == tag.Live {
		s.last.Store(b)
	}
	return nil
}

// force pushes the batch to every ring; full ones drop their oldest.
func (s *Stream) force(b *tag.Batch) {
	s.mu.Lock()
	var wake []*Subscription
	for _, sub := range s.subs {
		wake = s.push(sub, b, wake)
	}
	s.mu.Unlock()
	notifyAll(wake)
}

// begin serves every subscription that can take the batch now and returns the
// others, with the channel that is closed when another try is worth it.
func (s *Stream) begin(b *tag.Batch) (waiting []*Subscription, room <-chan struct{}) {
	s.mu.Lock()
	waiting, wake := s.offerTo(s.subs, b)
	room = s.roomFor(waiting)
	s.mu.Unlock()
	notifyAll(wake)
	return waiting, room
}

// serve tries again for those that wait.
func (s *Stream) serve(b *tag.Batch, waiting []*Subscription) (still []*Subscription, room <-chan struct{}) {
	s.mu.Lock()
	still, wake := s.offerTo(waiting, b)
	room = s.roomFor(still)
	s.mu.Unlock()
	notifyAll(wake)
	return still, room
}

// roomFor returns the channel to wait on, nil where nobody waits. The lock is
// held.
func (s *Stream) roomFor(waiting []*Subscription) <-chan struct{} {
	if len(waiting) > 0 && s.room == nil {
		s.room = make(chan struct{})
	}
	return s.room
}

// signalRoom wakes every publisher that waits. The lock is held.
func (s *Stream) signalRoom() {
	if s.room != nil {
		close(s.room)
		s.room = nil
	}
}

// offerTo pushes the batch to those of subs whose ring has room, may drop, or
// lags the others by all it holds. The lock is held.
func (s *Stream) offerTo(subs []*Subscription, b *tag.Batch) (waiting, wake []*Subscription) {
	cut := s.someoneIsThrough(b)
	for _, sub := range subs {
		switch {
		case sub.closed:
		case !sub.ring.full() || sub.overflow == DropOldest || cut:
			wake = s.push(sub, b, wake)
		default:
			waiting = append(waiting, sub)
		}
	}
	return waiting, wake
}

// someoneIsThrough reports whether a subscription has consumed all that came
// before b, so that one that is full lags it by more than its ring.
func (s *Stream) someoneIsThrough(b *tag.Batch) bool {
	for _, sub := range s.subs {
		if sub.ring.empty() || sub.ring.count == 1 && sub.ring.newest() == b {
			return true
		}
	}
	return false
}

// push appends to the ring, which drops its oldest where it is full. The lock
// is held.
func (s *Stream) push(sub *Subscription, b *tag.Batch, wake []*Subscription) []*Subscription {
	if sub.ring.full() {
		sub.ring.pop()
		sub.dropped++
		s.stats.Dropped++
	}
	if sub.ring.empty() {
		wake = append(wake, sub)
	}
	sub.ring.push(b)
	return wake
}

func notifyAll(wake []*Subscription) {
	for _, sub := range wake {
		sub.notify()
	}
}
