package outstation

import (
	"encoding/binary"
	"io"
	"net"
	"sync"
	"time"

	"github.com/holdfast-edge/holdfast/protocols/iec104/apdu"
)

// Fault is what goes wrong with what an outstation sends. The zero Fault is none.
type Fault uint8

// The faults.
const (
	Silent        Fault = iota + 1 // it takes everything and sends nothing
	Late                           // everything is sent a second later
	Garbage                        // octets that are no frame, in the place of each
	HalfFrame                      // half of each frame
	CutInFrame                     // half of a frame, then the connection is closed
	Drip                           // octet by octet, too slowly
	CutOff                         // the connection is closed instead
	Unreached                      // connections are closed, and new ones, too
	WrongSequence                  // N(S) is one too high
	Deaf                           // nothing that the other end sends is acknowledged
	WrongStation                   // the common address is another one
	Refusing                       // what is asked for is confirmed negatively
	Mute                           // the link is well, and no ASDU is answered
)

// line is a connection whose writes, one or several whole frames each, suffer the outstation's fault.
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
	case WrongSequence, Deaf, WrongStation:
		p = falsified(p, l.fault())
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

// falsified returns frames in which a field is wrong.
func falsified(frames []byte, fault Fault) (out []byte) {
	for len(frames) > 0 {
		f, n, err := apdu.Parse(frames)
		if err != nil || n == 0 {
			return append(out, frames...)
		}
		from := len(out)
		out = append(out, frames[:n]...)
		frames = frames[n:]
		b := out[from:]
		switch {
		case fault == Deaf && f.Format == apdu.S:
			out = out[:from]
		case fault == Deaf && f.Format == apdu.I:
			binary.LittleEndian.PutUint16(b[4:], 0)
		case fault == WrongSequence && f.Format == apdu.I:
			binary.LittleEndian.PutUint16(b[2:], (f.Send+1)%apdu.Modulus<<1)
		case fault == WrongStation && f.Format == apdu.I:
			binary.LittleEndian.PutUint16(b[10:], binary.LittleEndian.Uint16(b[10:])+1)
		}
	}
	return out
}
