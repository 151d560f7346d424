package link

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/iec104/apdu"
	"github.com/holdfast-edge/holdfast/supervisor"
)

// Options are what a connection is run with.
type Options struct {
	Parameters
	Controlled bool // the end that waits to be started

	// Handle is called with each ASDU, from the goroutine that also keeps the link's times: it does not wait, and keeps no
	// reference to the octets.
	Handle func(asdu []byte)

	// Turned is called from the same goroutine when a controlled end was started or stopped; nil: nobody wants to know.
	Turned func(started bool)
}

// Conn is a connection. It may be used concurrently. Once it is broken it stays so.
type Conn struct {
	transport protocols.Transport
	options   Options
	machine   *Machine // of the goroutine run
	requests  chan request
	sends     chan request // apart, since they wait for room
	frames    chan apdu.Frame
	taken     chan struct{} // run is done with the frame
	waiting   map[apdu.Function][]chan error
	buffer    []byte
	broken    chan struct{} // closed with the cause in err
	ended     sync.WaitGroup

	mutex sync.Mutex
	err   error
}

// request is something to be sent.
type request struct {
	asdu []byte        // where it is one
	act  apdu.Function // else
	done chan error    // is told the outcome; has room for it
}

// ErrClosed is why a connection is broken that this end has closed.
var ErrClosed = errors.New("the connection was closed here")

// Failure is the error of a call: its context is done, or the connection is broken.
type Failure struct {
	Sent bool // what the call was about may have reached the other end
	Err  error
}

// Error returns the cause.
func (f *Failure) Error() string { return f.Err.Error() }

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Err }

// Open runs a link over a transport, which it owns from then on, until it breaks or Close.
func Open(transport protocols.Transport, o Options) *Conn {
	c := &Conn{
		transport: transport, options: o, machine: NewMachine(o.Parameters, o.Controlled, time.Now()),
		requests: make(chan request), sends: make(chan request), frames: make(chan apdu.Frame), taken: make(chan struct{}, 1),
		waiting: map[apdu.Function][]chan error{}, broken: make(chan struct{}),
	}
	c.ended.Go(func() { c.guarded(c.read) })
	c.ended.Go(func() { c.guarded(c.run) })
	return c
}

// guarded runs one of the goroutines, whose end is the connection's.
func (c *Conn) guarded(run func() error) {
	var err error
	if panicked := supervisor.Guard(func() { err = run() }); panicked != nil {
		err = panicked
	}
	c.fail(err)
}

// Done returns a channel that is closed when the connection cannot be used any more.
func (c *Conn) Done() <-chan struct{} { return c.broken }

// Err returns why the connection is broken; nil while it is not.
func (c *Conn) Err() error {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.err
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

// Send sends an ASDU, once there is room for it, and returns when it is on the way. Its errors are
// *Failure.
func (c *Conn) Send(ctx context.Context, asdu []byte) error {
	return c.ask(ctx, c.sends, request{asdu: asdu, done: make(chan error, 1)})
}

// Ask sends STARTDT, STOPDT or TESTFR act and returns when it was confirmed.
func (c *Conn) Ask(ctx context.Context, act apdu.Function) error {
	return c.ask(ctx, c.requests, request{act: act, done: make(chan error, 1)})
}

func (c *Conn) ask(ctx context.Context, to chan request, r request) error {
	select {
	case to <- r:
	case <-c.broken:
		return &Failure{Err: c.Err()}
	case <-ctx.Done():
		return &Failure{Err: context.Cause(ctx)}
	}
	select {
	case err := <-r.done:
		return err
	case <-c.broken:
		return &Failure{Sent: true, Err: c.Err()}
	case <-ctx.Done():
		return &Failure{Sent: true, Err: context.Cause(ctx)}
	}
}

// read takes frames off the transport.
func (c *Conn) read() error {
	from := bufio.NewReaderSize(c.transport, 4*apdu.MaxFrame)
	for {
		f, n, err := peek(from)
		if err != nil {
			return err
		}
		select {
		case c.frames <- f:
		case <-c.broken:
			return nil
		}
		select {
		case <-c.taken:
		case <-c.broken:
			return nil
		}
		if _, err := from.Discard(n); err != nil {
			return err
		}
	}
}

// peek returns the next frame, which stays in the buffer.
func peek(from *bufio.Reader) (apdu.Frame, int, error) {
	for want := 1; ; {
		b, err := from.Peek(max(want, min(from.Buffered(), apdu.MaxFrame)))
		if err != nil {
			return apdu.Frame{}, 0, fmt.Errorf("read a frame: %w", err)
		}
		f, n, err := apdu.Parse(b)
		if err != nil || n > 0 {
			return f, n, err
		}
		if want = 2; len(b) >= 2 {
			want = 2 + int(b[1])
		}
	}
}

// run owns the machine.
func (c *Conn) run() error {
	timer := time.NewTimer(time.Until(c.machine.Deadline()))
	defer timer.Stop()
	for {
		sends := c.sends
		if !c.machine.Room() {
			sends = nil
		}
		var err error
		select {
		case f := <-c.frames:
			err = c.take(f)
			c.taken <- struct{}{}
		case r := <-sends:
			err = c.write(c.machine.Send(c.buffer[:0], r.asdu, time.Now()))
			r.done <- sentOr(err)
		case r := <-c.requests:
			out, con := c.machine.Ask(c.buffer[:0], r.act, time.Now())
			c.waiting[con] = append(c.waiting[con], r.done)
			err = c.write(out)
		case <-timer.C:
			var out []byte
			if out, err = c.machine.Tick(c.buffer[:0], time.Now()); err == nil {
				err = c.write(out)
			}
		case <-c.broken:
			return nil
		}
		if err != nil {
			return err
		}
		timer.Reset(time.Until(c.machine.Deadline()))
	}
}

// sentOr returns what a failed write makes of what was to be sent.
func sentOr(err error) error {
	if err != nil {
		return &Failure{Sent: true, Err: err}
	}
	return nil
}

// take takes a frame.
func (c *Conn) take(f apdu.Frame) error {
	started := c.machine.Started()
	out, err := c.machine.Receive(c.buffer[:0], f, time.Now())
	if err != nil {
		return err
	}
	if err := c.write(out); err != nil {
		return err
	}
	if now := c.machine.Started(); now != started && c.options.Turned != nil {
		c.options.Turned(now)
	}
	switch f.Format {
	case apdu.I:
		c.options.Handle(f.ASDU)
	case apdu.U:
		for _, done := range c.waiting[f.Function] {
			done <- nil
		}
		delete(c.waiting, f.Function)
	}
	return nil
}

// write sends octets. A transport that does not take them within t1 is closed.
func (c *Conn) write(out []byte) error {
	c.buffer = out[:0]
	if len(out) == 0 {
		return nil
	}
	stuck := time.AfterFunc(c.options.T1, func() { _ = c.transport.Close() })
	defer stuck.Stop()
	if _, err := c.transport.Write(out); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return nil
}
