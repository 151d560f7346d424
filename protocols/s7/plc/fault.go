package plc

import (
	"net"
	"sync"
	"time"

	"github.com/holdfast-edge/holdfast/protocols/s7/pdu"
)

// Fault is what goes wrong with what a PLC sends, once a connection is made. The zero Fault is none.
type Fault uint8

// The faults.
const (
	Silent    Fault = iota + 1 // it takes jobs and sends nothing
	Late                       // everything is sent a second later
	Garbage                    // octets that are no frame, in the place of each answer
	HalfFrame                  // half of each frame
	Drip                       // octet by octet, too slowly
	CutOff                     // the connection is closed instead
	Unreached                  // connections are closed, and new ones, too
	Refusing                   // every item is refused
	NoService                  // every job is refused, as where PUT/GET is not permitted
	Stranger                   // the reference is another one
)

// line is a connection whose writes, one or several whole frames each, suffer the PLC's fault.
type line struct {
	net.Conn
	fault  func() Fault
	made   bool // the connection; of the goroutine that writes
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

// Write sends frames, or what the fault makes of them.
func (l *line) Write(b []byte) (int, error) {
	fault := l.fault()
	if !l.made && fault != Unreached {
		fault = 0
	}
	switch fault {
	case Silent:
		return len(b), nil
	case Late:
		if !l.wait(lateness) {
			return 0, net.ErrClosed
		}
	case Garbage:
		b = []byte{0xFF, 0x00, 0xA5, 0x5A, 0x13, 0x37, 0x00, 0xFE, 0x80}
	case HalfFrame:
		b = b[:len(b)/2]
	case Drip:
		return len(b), l.drip(b)
	case CutOff, Unreached:
		return 0, l.Close()
	case Stranger:
		const reference = 4 + 3 + 5 // its lower octet
		if len(b) > reference && b[4+3] == pdu.Identifier {
			b = append([]byte(nil), b...)
			b[reference]++
		}
	}
	return l.Conn.Write(b)
}

// drip sends octet by octet while the fault lasts.
func (l *line) drip(b []byte) error {
	for i := range b {
		if l.fault() == Drip && !l.wait(dripping) {
			return net.ErrClosed
		}
		if _, err := l.Conn.Write(b[i : i+1]); err != nil {
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
