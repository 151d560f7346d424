package broker

import (
	"slices"

	"github.com/holdfast-edge/holdfast/tag"
)

// Subscription is one reader's ring on a stream.
type Subscription struct {
	stream   *Stream
	overflow Overflow
	notify   func()

	// Guarded by the stream's lock.
	ring    ring
	dropped uint64
	closed  bool
}

// Subscribe opens a ring of the given capacity in batches. notify is called,
// from the publisher's goroutine and outside every lock, when a batch arrives
// in a ring that was empty: it must not block, and the reader then calls Next
// until it finds the ring empty. With DropOldest the reader never makes the
// publisher wait.
func (s *Stream) Subscribe(capacity int, overflow Overflow, notify func()) *Subscription {
	sub := &Subscription{stream: s, overflow: overflow, notify: notify, ring: newRing(capacity)}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.subs = append(s.subs, sub)
	return sub
}

// Next returns the oldest batch, and nil when there is none.
func (sub *Subscription) Next() *tag.Batch {
	s := sub.stream
	s.mu.Lock()
	defer s.mu.Unlock()
	if sub.ring.empty() {
		return nil
	}
	wasFull := sub.ring.full()
	b := sub.ring.pop()
	if wasFull || sub.ring.empty() {
		s.signalRoom()
	}
	return b
}

// Stream returns the stream that is read.
func (sub *Subscription) Stream() *Stream { return sub.stream }

// Waiting returns the number of batches in the ring.
func (sub *Subscription) Waiting() int {
	sub.stream.mu.Lock()
	defer sub.stream.mu.Unlock()
	return sub.ring.count
}

// Dropped returns the number of batches that this ring has dropped.
func (sub *Subscription) Dropped() uint64 {
	sub.stream.mu.Lock()
	defer sub.stream.mu.Unlock()
	return sub.dropped
}

// Close ends the subscription and lets waiting publishers go on. What is in
// the ring is no longer wanted and not counted as dropped.
func (sub *Subscription) Close() {
	s := sub.stream
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.Index(s.subs, sub); i >= 0 {
		s.subs = slices.Delete(s.subs, i, i+1)
	}
	sub.ring, sub.closed = newRing(1), true
	s.signalRoom()
}
