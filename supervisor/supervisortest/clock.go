// Package supervisortest helps to test actors that live by a supervisor.Clock:
// its Clock stands still until the test advances it. It is for tests only.
package supervisortest

import (
	"slices"
	"sync"
	"time"
)

// Clock is a supervisor.Clock that moves only by Advance. It may be used by any
// number of goroutines.
type Clock struct {
	mu      sync.Mutex
	now     time.Time
	pending []*timer
}

type timer struct {
	at   time.Time
	f    func()
	done bool
}

// NewClock gives a clock that stands at the first moment of 2026, UTC.
func NewClock() *Clock {
	return &Clock{now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
}

// Now is where the clock stands.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// AfterFunc has f called by the Advance that reaches d from now, or goes beyond.
// A d of zero or less is reached by the next Advance, of whatever length.
func (c *Clock) AfterFunc(d time.Duration, f func()) (stop func() bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := &timer{at: c.now.Add(d), f: f}
	c.pending = append(c.pending, t)
	return func() bool { return c.stop(t) }
}

func (c *Clock) stop(t *timer) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	was := !t.done
	t.done = true
	c.pending = slices.DeleteFunc(c.pending, func(p *timer) bool { return p == t })
	return was
}

// Advance moves the clock by d and then calls, in the order of their times and
// on the caller's goroutine, the functions that are due.
func (c *Clock) Advance(d time.Duration) {
	for _, t := range c.take(d) {
		t.f()
	}
}

func (c *Clock) take(d time.Duration) (due []*timer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	for _, t := range c.pending {
		if !t.at.After(c.now) {
			t.done = true
			due = append(due, t)
		}
	}
	c.pending = slices.DeleteFunc(c.pending, func(t *timer) bool { return t.done })
	slices.SortStableFunc(due, func(a, b *timer) int { return a.at.Compare(b.at) })
	return due
}

// Timers is the number of functions that are still to be called.
func (c *Clock) Timers() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.pending)
}
