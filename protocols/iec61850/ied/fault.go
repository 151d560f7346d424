package ied

import (
	"io"
	"net"
	"sync"
	"time"
)

// Fault is what goes wrong with what a device sends. The zero Fault is none.
type Fault uint8

// The faults.
const (
	Silent     Fault = iota + 1 // it takes everything and sends nothing
	Late                        // everything is sent a second later
	Garbage                     // octets that are no frame, in the place of each
	HalfFrame                   // half of each frame
	CutInFrame                  // half of a frame, then the connection is closed
	Drip                        // octet by octet, too slowly
	CutOff                      // the connection is closed instead
	Unreached                   // connections are closed, and new ones, too
	Refusing                    // what is asked for is refused
)

// line is a connection whose writes, one or several whole frames each, suffer the device's fault.
type line struct {
	net.Conn
	fault  func() Fault
	closed chan struct{}
	close  sync.Once
}

// Close also ends a write that lingers.
func (l *line) Close() error {
	l.close.Do(func() { close(l.closed) })
	return l.Conn.Close()
}

const (
	lateness = time.Second
	dripping = 300 * time.Millisecond
)

// Write sends frames, or what the fault makes of them. It reports them as sent in any case.
func (l *line) Write(p []byte) (int, error) {
	switch l.fault() {
	case Silent:
		return len(p), nil
	case Late:
		if !l.wait(lateness) {
			return 0, net.ErrClosed
		}
	case Garbage:
		return len(p), l.send([]byte{0xFF, 0x00, 0xA5, 0x5A, 0x13, 0x37, 0x00, 0xFE, 0x80})
	case HalfFrame:
		return len(p), l.send(p[:len(p)/2])
	case CutInFrame:
		_ = l.send(p[:len(p)/2]) // it is closed in any case
		return 0, l.Close()
	case Drip:
		return len(p), l.drip(p)
	case CutOff, Unreached:
		_ = l.Close()
		return 0, io.ErrClosedPipe
	}
	return len(p), l.send(p)
}

func (l *line) send(p []byte) error {
	_, err := l.Conn.Write(p)
	return err
}

// drip sends octet by octet while the fault lasts.
func (l *line) drip(p []byte) error {
	for i := range p {
		if l.fault() == Drip && !l.wait(dripping) {
			return net.ErrClosed
		}
		if err := l.send(p[i : i+1]); err != nil {
			return err
		}
	}
	return nil
}

// wait lets time pass; it returns false where the line is closed meanwhile.
func (l *line) wait(d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-l.closed:
		return false
	}
}
