package supervisor

import (
	"slices"
	"sync"
	"sync/atomic"
)

// Subscription is one reader's bounded queue of events. A reader that lags
// behind by more than its capacity loses events, which are counted.
type Subscription struct {
	events  chan Event
	dropped atomic.Int64
	hub     *hub
}

// Events gives the events in order. It is closed by Close and by Shutdown.
func (s *Subscription) Events() <-chan Event { return s.events }

// Dropped is the number of events that found the queue full.
func (s *Subscription) Dropped() int64 { return s.dropped.Load() }

// Close ends the subscription. It may be called more than once.
func (s *Subscription) Close() { s.hub.remove(s) }

// hub hands every event to every subscription without waiting for any.
type hub struct {
	mu     sync.Mutex
	subs   []*Subscription
	closed bool
}

func (h *hub) subscribe(capacity int) *Subscription {
	s := &Subscription{events: make(chan Event, max(1, capacity)), hub: h}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		close(s.events)
		return s
	}
	h.subs = append(h.subs, s)
	return s
}

func (h *hub) remove(s *Subscription) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if i := slices.Index(h.subs, s); i >= 0 {
		h.subs = slices.Delete(h.subs, i, i+1)
		close(s.events)
	}
}

func (h *hub) emit(e Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, s := range h.subs {
		select {
		case s.events <- e:
		default:
			s.dropped.Add(1)
		}
	}
}

func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for _, s := range h.subs {
		close(s.events)
	}
	h.subs = nil
}
