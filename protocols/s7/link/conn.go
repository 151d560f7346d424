package link

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/s7/pdu"
	"github.com/holdfast-edge/holdfast/protocols/tpkt"
	"github.com/holdfast-edge/holdfast/supervisor"
)

// Conn is a connection. It may be used concurrently. Once it is broken it stays so.
type Conn struct {
	transport protocols.Transport
	in        *tpkt.Reader // of the one who receives
	maxTPDU   int
	size      int
	jobs      int
	places    chan struct{} // a token for each job that may still be sent
	broken    chan struct{} // closed with the cause in err
	ended     sync.WaitGroup

	sending sync.Mutex // of frames, so that none is in another
	out     []byte

	mutex   sync.Mutex
	err     error
	last    uint16             // reference
	waiting map[uint16]*waiter // nil: nobody waits any more; at most as many as there are jobs
	strays  uint64
}

// waiter is a job on its way and who waits for it.
type waiter struct {
	job      *Call
	answered chan<- struct{} // has room
}

// Call is one job and what became of it. It may be used again; the answer's memory is then used again too.
type Call struct {
	Request []byte  // a PDU, whose reference is the connection's
	Answer  pdu.PDU // valid until the Call is used again
	Sent    bool    // it may have reached the PLC
	Done    bool    // it was answered

	reference uint16
	received  []byte
}

// Why a connection is broken, or a call has no answer.
var (
	ErrClosed  = errors.New("the connection was closed here")
	ErrTimeout = errors.New("no answer in time")

	errDisconnected = errors.New("the PLC has ended the connection")
)

// PDU returns the size of PDU that was agreed.
func (c *Conn) PDU() int { return c.size }

// Jobs returns how many may be on the way at once, as was agreed.
func (c *Conn) Jobs() int { return c.jobs }

// Strays returns how many answers came that nobody waited for.
func (c *Conn) Strays() uint64 {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.strays
}

// Err returns why the connection is broken; nil while it is not.
func (c *Conn) Err() error {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.err
}

// run begins to receive.
func (c *Conn) run() {
	c.places, c.broken, c.waiting = make(chan struct{}, c.jobs), make(chan struct{}), map[uint16]*waiter{}
	for range c.jobs {
		c.places <- struct{}{}
	}
	c.ended.Go(func() {
		var err error
		if panicked := supervisor.Guard(func() { err = c.read() }); panicked != nil {
			err = panicked
		}
		c.fail(err)
	})
}

// fail breaks the connection, unless it is broken already.
func (c *Conn) fail(err error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.err != nil {
		return
	}
	c.err = err
	close(c.broken)
	_ = c.transport.Close() // what it was good for is over
}

// Close breaks the connection and returns when nothing of it is left behind. It may be called more than once.
func (c *Conn) Close() {
	c.fail(ErrClosed)
	c.ended.Wait()
}

// Exchange sends the calls, as many at a time as was agreed, and waits until all are answered. Where that takes longer
// than timeout, the connection is broken; 0 waits as long as ctx lets it. An error says that some are not answered:
// the cause of ctx, or why the connection is broken, which Err then returns, too.
func (c *Conn) Exchange(ctx context.Context, timeout time.Duration, calls []Call) error {
	if timeout > 0 {
		guard := time.AfterFunc(timeout, func() { c.fail(ErrTimeout) })
		defer guard.Stop()
	}
	answered := make(chan struct{}, len(calls))
	defer c.abandon(calls)
	for i := range calls {
		calls[i].Sent, calls[i].Done = false, false
	}
	for i := range calls {
		if err := c.wait(ctx, c.places); err != nil {
			return err
		}
		if err := c.send(&calls[i], answered); err != nil {
			return err
		}
	}
	for range calls {
		if err := c.wait(ctx, answered); err != nil {
			return err
		}
	}
	return nil
}

// wait waits for something, the end of ctx or that of the connection.
func (c *Conn) wait(ctx context.Context, ready <-chan struct{}) error {
	select {
	case <-ready:
		return nil
	default:
	}
	select {
	case <-ready:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-c.broken:
		return c.Err()
	}
}

// send sends a call for which there is a place. It never blocks for long: what is on the way at once, a socket holds.
func (c *Conn) send(call *Call, answered chan<- struct{}) error {
	c.sending.Lock()
	defer c.sending.Unlock()
	if err := c.expect(call, answered); err != nil {
		return err
	}
	pdu.SetReference(call.Request, call.reference)
	c.out = tpkt.AppendData(c.out[:0], call.Request, c.maxTPDU)
	if _, err := c.transport.Write(c.out); err != nil {
		c.fail(fmt.Errorf("send: %w", err))
		return c.Err()
	}
	return nil
}

// expect makes ready for the answer, under a reference that none on the way has. The error is why the connection is broken.
func (c *Conn) expect(call *Call, answered chan<- struct{}) error {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.err != nil {
		return c.err
	}
	for {
		c.last++
		if _, taken := c.waiting[c.last]; !taken && c.last != 0 {
			c.waiting[c.last] = &waiter{call, answered}
			call.reference, call.Sent = c.last, true
			return nil
		}
	}
}

// abandon waits no more for calls.
func (c *Conn) abandon(calls []Call) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for i := range calls {
		if calls[i].Sent && !calls[i].Done {
			c.waiting[calls[i].reference] = nil
		}
	}
}

// read receives answers until the connection is broken.
func (c *Conn) read() error {
	for {
		message, err := c.receive()
		if err != nil {
			return err
		}
		answer, err := pdu.Parse(message)
		if err != nil {
			return err
		}
		if answer.Kind != pdu.Job { // which a PLC has no reason to send
			c.answer(message, answer.Reference)
		}
	}
}

// answer gives an answer to who waits for it.
func (c *Conn) answer(message []byte, reference uint16) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	w, known := c.waiting[reference]
	if w == nil {
		c.strays++
	}
	if !known {
		return
	}
	delete(c.waiting, reference)
	c.places <- struct{}{}
	if w == nil {
		return
	}
	w.job.received = append(w.job.received[:0], message...)
	w.job.Answer, _ = pdu.Parse(w.job.received) // it was parsed before
	w.job.Done = true
	w.answered <- struct{}{}
}

// maxMessage bounds what is put together of TPDUs.
const maxMessage = 1 << 16

// receive returns the octets of the next PDU, valid until the next call.
func (c *Conn) receive() ([]byte, error) {
	for {
		t, err := c.in.Next()
		switch {
		case err != nil:
			return nil, err
		case t.Code == tpkt.DisconnectRequest || t.Code == tpkt.Error:
			return nil, fmt.Errorf("%w: reason %d", errDisconnected, t.Reason)
		case t.Code != tpkt.Data:
			return nil, fmt.Errorf("%w: TPDU %02x", tpkt.ErrFrame, uint8(t.Code))
		case len(t.Data) > 0: // without octets it is a sign of life
			return t.Data, nil
		}
	}
}
