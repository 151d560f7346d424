package supervisor

import (
	"context"
	"runtime"
	"slices"
	"sync"

	"github.com/asynkron/protoactor-go/actor"
)

// mailbox is an actor's queue. Two lines lead to it: orders and protoactor's
// system messages, which always pass, and user messages, which are bounded.
//
// When the user line is full a message is rejected, counted and, if somebody
// waits for an answer, answered with a dead letter; the sender never waits. Only
// waitFor parks its caller. Messages that the actor itself caused (the end of
// its goroutines, its timers, its poison pill) are not rejected; there are only
// as many as it started.
//
// It differs from protoactor's in one more thing: Stop and Restart go to the cell
// first, which ends the children in order and then passes the message on, and
// passes no Restart after a Stop.
type mailbox struct {
	cell       *cell
	capacity   int
	invoker    actor.MessageInvoker
	dispatcher actor.Dispatcher
	work       func() // process, bound once

	mu        sync.Mutex
	system    ring
	user      ring
	waiters   []*waiter
	open      bool // registered with protoactor and able to run
	running   bool // a goroutine is processing or about to
	suspended bool // by protoactor, after a failure
	held      bool // by the cell, while no incarnation is up
	closed    bool // stopped: user messages are refused
}

// waiter is a goroutine parked in waitFor.
type waiter struct {
	message any
	done    chan error
}

// passed tells that protoactor may act on the Stop or Restart that the cell has withheld.
type passed struct{}

// order is a message of the supervision itself. It is applied on the goroutine
// of the receiving actor, whatever state that is in.
type order interface{ apply(c *cell) }

var _ actor.Mailbox = (*mailbox)(nil)

// PostUserMessage takes the message or rejects it; it never waits.
func (m *mailbox) PostUserMessage(message any) {
	if !m.offer(message) {
		m.cell.reject(message)
	}
}

// PostSystemMessage takes the message always.
func (m *mailbox) PostSystemMessage(message any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.system.push(message)
	m.schedule()
}

// RegisterHandlers and Start are protoactor's two steps of setting a mailbox to work.
func (m *mailbox) RegisterHandlers(invoker actor.MessageInvoker, dispatcher actor.Dispatcher) {
	m.invoker, m.dispatcher, m.work = invoker, dispatcher, m.process
}

// Start lets messages be processed. What was posted since the name became known waits until here.
func (m *mailbox) Start() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.open = true
	m.schedule()
}

// UserMessageCount is the number of user messages in the queue.
func (m *mailbox) UserMessageCount() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.user.count
}

func (m *mailbox) offer(message any) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed || m.user.count >= m.capacity && !isOwned(message) {
		return false
	}
	m.user.push(message)
	m.schedule()
	return true
}

func isOwned(message any) bool {
	switch message.(type) {
	case ownMessage, *actor.PoisonPill:
		return true
	}
	return false
}

// waitFor posts the message, waiting for room until ctx ends.
func (m *mailbox) waitFor(ctx context.Context, message any) error {
	m.mu.Lock()
	if m.closed {
		m.mu.Unlock()
		return ErrStopped
	}
	if m.user.count < m.capacity {
		m.user.push(message)
		m.schedule()
		m.mu.Unlock()
		return nil
	}
	w := &waiter{message: message, done: make(chan error, 1)}
	m.waiters = append(m.waiters, w)
	m.mu.Unlock()
	select {
	case err := <-w.done:
		return err
	case <-ctx.Done():
		return m.giveUp(w, ctx.Err())
	}
}

// giveUp takes w out of the line. If its message was taken meanwhile, that stands.
func (m *mailbox) giveUp(w *waiter, cause error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if i := slices.Index(m.waiters, w); i >= 0 {
		m.waiters = slices.Delete(m.waiters, i, i+1)
		return cause
	}
	return <-w.done
}

// hold keeps user messages in the queue, until reopen.
func (m *mailbox) hold() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.held = true
}

// reopen takes and processes user messages again, after hold and close.
func (m *mailbox) reopen() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.held, m.closed = false, false
}

// close refuses user messages from now on, and rejects those in the queue.
func (m *mailbox) close() {
	m.mu.Lock()
	m.closed = true
	left, waiters := m.user, m.waiters
	m.user, m.waiters = ring{}, nil
	m.mu.Unlock()
	for _, w := range waiters {
		w.done <- ErrStopped
	}
	for message, ok := left.pop(); ok; message, ok = left.pop() {
		m.cell.reject(message)
	}
}

// isClosed tells whether user messages are refused for good.
func (m *mailbox) isClosed() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.closed
}

// schedule sets a goroutine to work unless one is; mu is held.
func (m *mailbox) schedule() {
	if m.open && !m.running {
		m.running = true
		m.dispatcher.Schedule(m.work)
	}
}

// process handles messages until none may be handled. An actor that ends its
// goroutine with runtime.Goexit has failed, and goes on in another one.
func (m *mailbox) process() {
	var inHand any
	idle := false
	defer func() {
		if !idle {
			m.fail(errVanished, inHand)
			m.dispatcher.Schedule(m.work)
		}
	}()
	for !idle {
		err := attempt(func() { m.processUntilIdle(&inHand) })
		if err != nil {
			m.fail(err, inHand)
		}
		idle = err == nil
	}
}

// fail has protoactor suspend the mailbox and tell the parent.
func (m *mailbox) fail(err error, inHand any) {
	m.invoker.EscalateFailure(m.cell.broken(err, inHand), nil)
}

func (m *mailbox) processUntilIdle(inHand *any) {
	for handled := 0; ; handled++ {
		message, system, ok := m.next()
		if !ok {
			return
		}
		*inHand = message
		if system {
			m.handle(message)
		} else {
			m.invoker.InvokeUserMessage(message)
		}
		if handled == m.dispatcher.Throughput() {
			handled = 0
			runtime.Gosched()
		}
	}
}

// next takes the next message; if there is none, this goroutine's work is over.
func (m *mailbox) next() (message any, system, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if message, ok = m.system.pop(); ok {
		return message, true, true
	}
	if !m.suspended && !m.held {
		if message, ok = m.user.pop(); ok {
			m.admit()
			return message, false, true
		}
	}
	m.running = false
	return nil, false, false
}

// admit gives the slot that became free to whoever waits longest; mu is held.
func (m *mailbox) admit() {
	if len(m.waiters) == 0 || m.user.count >= m.capacity {
		return
	}
	w := m.waiters[0]
	m.waiters = slices.Delete(m.waiters, 0, 1)
	m.user.push(w.message)
	w.done <- nil
}

func (m *mailbox) handle(message any) {
	switch msg := message.(type) {
	case order:
		msg.apply(m.cell)
	case *actor.SuspendMailbox:
		m.suspend(true)
	case *actor.ResumeMailbox:
		m.suspend(false)
	case *actor.Stop, *actor.Restart:
		m.cell.end(msg)
	case passed:
		m.cell.pass(m.invoker)
	default:
		m.invoker.InvokeSystemMessage(msg)
	}
}

func (m *mailbox) suspend(suspended bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.suspended = suspended
}
