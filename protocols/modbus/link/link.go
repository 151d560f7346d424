package link

import (
	"context"
	"errors"
	"time"
)

// Link is an open connection to one or more units.
type Link interface {
	// Exchange sends the calls and waits until each is answered or timeout has passed since they were sent. What
	// became of each is in the call. An error says that the link is broken: only Close may follow. When ctx is done
	// the calls not yet answered end as if their time were over.
	Exchange(ctx context.Context, timeout time.Duration, calls []Call) error

	// Stray returns how many replies came that nobody waited for any more. It may be called concurrently.
	Stray() uint64

	// Close releases the connection. It may be called more than once.
	Close() error
}

// Call is one request and what became of it. It may be used again; the reply's memory is then used again too.
type Call struct {
	Unit    byte
	Request []byte        // PDU
	Reply   []byte        // data of the reply, checked: packed bits or registers
	Err     error         // a wire.Exception, wire.ErrShort, wire.ErrMismatch, ErrNoAnswer or ErrOwed; nil: answered
	Elapsed time.Duration // from sending to the reply

	pdu  []byte // the reply as received
	done bool
}

var (
	// ErrNoAnswer says that the unit did not answer in time. It may have done what was asked.
	ErrNoAnswer = errors.New("no answer in time")

	// ErrOwed says that nothing was sent, because a reply that is still owed could not be told from the answer.
	ErrOwed = errors.New("an earlier reply may still come")
)

// Broken is why a link cannot be used any more.
type Broken struct {
	Sent bool // requests may have reached the device
	Err  error
}

// Error describes what broke.
func (b *Broken) Error() string { return b.Err.Error() }

// Unwrap returns the cause.
func (b *Broken) Unwrap() error { return b.Err }

var (
	// errSilent ends a link on which nothing at all was received for several exchanges: the peer may be gone without
	// the network having said so.
	errSilent = errors.New("nothing received for several requests")

	// errHalfFrame ends a link whose peer stopped in the middle of a frame.
	errHalfFrame = errors.New("half a frame, then silence")
)

// silentLimit is how many exchanges may pass without a byte received.
const silentLimit = 3

// begin makes a call ready to be sent. Unless it ends otherwise, it is not answered.
func (c *Call) begin() {
	c.Reply, c.Err, c.Elapsed, c.done = nil, ErrNoAnswer, 0, false
}

// end records what became of a call.
func (c *Call) end(err error, elapsed time.Duration) {
	c.Err, c.Elapsed, c.done = err, elapsed, true
}

// endOpen ends the calls that are still waiting.
func endOpen(calls []Call, err error) {
	for i := range calls {
		if !calls[i].done {
			calls[i].end(err, 0)
		}
	}
}
