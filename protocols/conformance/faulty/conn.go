package faulty

import (
	"io"
	"net"
	"sync"
	"time"
)

// Conn is a connection whose writes suffer the fault of its server: all but Refusing and those of the device's own, which are
// the device's to perform.
type Conn struct {
	net.Conn

	// Falsify returns what is written instead of frames under one of those other faults; nil: they are written as they are. It
	// leaves the frames that it is given alone.
	Falsify func(f Fault, frames []byte) []byte

	// Spared is for the device to set until the client is in: nothing is wrong with what it writes but Unreached. It belongs
	// to the goroutine that writes.
	Spared bool

	server *Server
	closed chan struct{}
	close  sync.Once
}

// Close also ends a write that lingers.
func (c *Conn) Close() error {
	c.close.Do(func() { close(c.closed) })
	return c.Conn.Close()
}

// dripping is the time before each octet.
const dripping = 300 * time.Millisecond

// Write writes frames, or what the fault makes of them. It reports them as written unless the connection is closed.
func (c *Conn) Write(frames []byte) (int, error) {
	fault, other := c.server.state()
	if c.Spared && fault != Unreached {
		fault = 0
	}
	out := frames
	switch fault {
	case Silent, HalfOpen:
		return len(frames), nil
	case Late:
		if !wait(c, other) {
			return 0, net.ErrClosed
		}
	case Garbage:
		out = []byte{0xFF, 0x00, 0xA5, 0x5A, 0x13, 0x37, 0x00, 0xFE, 0x80}
	case HalfFrame:
		out = frames[:len(frames)/2]
	case CutInFrame:
		_ = c.send(frames[:len(frames)/2]) // it is closed in any case
		return 0, c.hangUp()
	case CutOff, Unreached:
		return 0, c.hangUp()
	case Drip:
		return len(frames), c.drip(frames)
	default:
		if c.Falsify != nil {
			out = c.Falsify(fault, frames)
		}
	}
	return len(frames), c.send(out)
}

func (c *Conn) send(b []byte) error {
	_, err := c.Conn.Write(b)
	return err
}

// hangUp closes the connection, and returns what a write is told.
func (c *Conn) hangUp() error {
	_ = c.Close()
	return io.ErrClosedPipe
}

// drip sends octet by octet while the fault lasts.
func (c *Conn) drip(b []byte) error {
	for i := range b {
		if c.server.Fault() == Drip && !wait(c, time.After(dripping)) {
			return net.ErrClosed
		}
		if err := c.send(b[i : i+1]); err != nil {
			return err
		}
	}
	return nil
}

// wait waits for something; it returns false where the connection is closed meanwhile.
func wait[T any](c *Conn, what <-chan T) bool {
	select {
	case <-what:
		return true
	case <-c.closed:
		return false
	}
}
