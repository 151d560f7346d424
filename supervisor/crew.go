package supervisor

import (
	"sync"

	"github.com/asynkron/protoactor-go/actor"
)

// crew is the goroutines on which the actors of a system handle their messages.
// An actor has one while it has messages. A goroutine that has nothing to do rests
// a while, since its stack has grown to what actors need: a fresh one grows step
// by step, at each message that comes alone.
type crew struct {
	mu      sync.Mutex
	resting []hand // the last one began to rest last
	alive   int
	over    bool
	gone    chan struct{} // closed when it is over and all have ended
}

func newCrew() *crew { return &crew{gone: make(chan struct{})} }

// hand is where a goroutine that rests is given work; nil ends it. It has room for
// one.
type hand chan func()

// mostResting bounds the goroutines that rest: more are not awake at a time, as a
// rule, than there are processors.
const mostResting = 16

var _ actor.Dispatcher = (*crew)(nil)

// Schedule implements actor.Dispatcher. It does not wait.
func (c *crew) Schedule(work func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over {
		go work() // of an actor that outlives its system: it is nobody's
		return
	}
	if last := len(c.resting) - 1; last >= 0 {
		h := c.resting[last]
		c.resting = c.resting[:last]
		h <- work
		return
	}
	c.alive++
	go c.serve(work)
}

// Throughput implements actor.Dispatcher: after so many messages an actor lets
// others go on.
func (c *crew) Throughput() int { return 300 }

// serve works until there is nothing to do and enough are resting. Work that ends
// its goroutine by runtime.Goexit ends it here, too.
func (c *crew) serve(work func()) {
	defer c.left()
	h := make(hand, 1)
	for work != nil {
		work()
		if !c.rest(h) {
			return
		}
		work = <-h
	}
}

func (c *crew) left() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.alive--
	c.tell()
}

// tell tells that all have ended, when they have. The lock is held.
func (c *crew) tell() {
	if c.over && c.alive == 0 {
		close(c.gone)
	}
}

// rest reports false where enough are resting.
func (c *crew) rest(h hand) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over || len(c.resting) == mostResting {
		return false
	}
	c.resting = append(c.resting, h)
	return true
}

// idle is how many rest.
func (c *crew) idle() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.resting)
}

// close ends those that rest. The others end with their work, and then gone is
// closed. It is called once, when no actor is left to be scheduled.
func (c *crew) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.over = true
	for _, h := range c.resting {
		h <- nil
	}
	c.resting = nil
	c.tell()
}
