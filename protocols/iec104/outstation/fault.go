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
	Late                           // everything is sent when the fault is another one
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

// state is the fault that there is now. It may be used concurrently.
type state struct {
	mutex sync.Mutex
	fault Fault
	other chan struct{} // closed when it is another one
}

func newState() *state { return &state{other: make(chan struct{})} }

func (s *state) set(f Fault) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.fault = f
	close(s.other)
	s.other = make(chan struct{})
}

func (s *state) now() (f Fault, other <-chan struct{}) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.fault, s.other
}

// line is a connection whose writes, one or several whole frames each, suffer the outstation's fault.
type line struct {
	net.Conn
	state  *state
	closed chan struct{}
	close  sync.Once
}

// Close also ends a write that lingers.
func (l *line) Close() error {
	l.close.Do(func() { close(l.closed) })
	return l.Conn.Close()
}

const dripping = 300 * time.Millisecond

// Write sends frames, or what the fault makes of them. It reports them as sent in any case.
func (l *line) Write(p []byte) (int, error) {
	fault, other := l.state.now()
	switch fault {
	case Silent:
		return len(p), nil
	case Late:
		if !wait(l, other) {
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
		p = falsified(p, fault)
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
		if fault, _ := l.state.now(); fault == Drip && !wait(l, time.After(dripping)) {
			return net.ErrClosed
		}
		if err := l.send(p[i : i+1]); err != nil {
			return err
		}
	}
	return nil
}

// wait waits for something; it returns false where the line is closed meanwhile.
func wait[T any](l *line, what <-chan T) bool {
	select {
	case <-what:
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
