package opcua_test

import (
	"encoding/binary"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/protocols/conformance/faulty"
)

// relay is a line to a server that breaks on demand: it does to the server's frames what lines do in plants.
type relay struct {
	listener net.Listener
	target   string
	done     sync.WaitGroup
	closed   chan struct{}
	asked    atomic.Int64 // times that clients have sent something

	mutex sync.Mutex
	fault faulty.Fault
	other chan struct{} // closed when the fault is another one
	open  map[net.Conn]struct{}
}

// newRelay starts a relay that ends with the test.
func newRelay(t testing.TB, target string) *relay {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{listener: listener, target: target, closed: make(chan struct{}), other: make(chan struct{}), open: map[net.Conn]struct{}{}}
	r.done.Go(r.accept)
	t.Cleanup(func() {
		close(r.closed)
		listener.Close()
		r.cut()
		r.done.Wait()
	})
	return r
}

func (r *relay) address() string { return r.listener.Addr().String() }

// set switches the fault; the zero one is none.
func (r *relay) set(f faulty.Fault) {
	r.mutex.Lock()
	r.fault = f
	close(r.other)
	r.other = make(chan struct{})
	r.mutex.Unlock()
	if f == faulty.Unreached {
		r.cut()
	}
}

func (r *relay) now() faulty.Fault {
	f, _ := r.judge()
	return f
}

// judge returns the fault, and what is closed when it is another one.
func (r *relay) judge() (faulty.Fault, <-chan struct{}) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.fault, r.other
}

// cut closes the open connections.
func (r *relay) cut() {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	for conn := range r.open {
		conn.Close()
	}
}

func (r *relay) accept() {
	for {
		near, err := r.listener.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("tcp", r.target)
		if err != nil {
			near.Close()
			continue
		}
		r.enter(near, far)
		r.done.Go(func() { r.requests(near, far) })
		r.done.Go(func() { r.replies(near, far) })
	}
}

func (r *relay) enter(conns ...net.Conn) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	for _, c := range conns {
		r.open[c] = struct{}{}
		select {
		case <-r.closed:
			c.Close()
		default:
			if r.fault == faulty.Unreached {
				c.Close()
			}
		}
	}
}

func (r *relay) leave(conns ...net.Conn) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	for _, c := range conns {
		c.Close()
		delete(r.open, c)
	}
}

// requests passes on what the client sends.
func (r *relay) requests(near, far net.Conn) {
	defer r.leave(near, far)
	buffer := make([]byte, 64<<10)
	for {
		n, err := near.Read(buffer)
		if err != nil {
			return
		}
		r.asked.Add(1)
		if r.now() == faulty.HalfOpen {
			continue
		}
		if _, err := far.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// replies passes on what the server sends, frame by frame, and does the fault to each.
func (r *relay) replies(near, far net.Conn) {
	defer r.leave(near, far)
	for {
		var header [8]byte
		if _, err := io.ReadFull(far, header[:]); err != nil {
			return
		}
		frame := make([]byte, binary.LittleEndian.Uint32(header[4:]))
		copy(frame, header[:])
		if _, err := io.ReadFull(far, frame[len(header):]); err != nil {
			return
		}
		if !r.pass(near, frame) {
			return
		}
	}
}

// pass reports whether the connection goes on.
func (r *relay) pass(near net.Conn, frame []byte) bool {
	fault, other := r.judge()
	switch fault {
	case faulty.Silent, faulty.HalfOpen:
		return true
	case faulty.Late:
		return wait(r, other) && write(near, frame)
	case faulty.Garbage:
		return write(near, []byte{0xFF, 0x00, 0xA5, 0x5A, 0x13, 0x37, 0x00, 0xFE, 0x80})
	case faulty.HalfFrame:
		return write(near, frame[:len(frame)/2])
	case faulty.Drip:
		return r.drip(near, frame)
	case faulty.CutOff:
		return false
	default:
		return write(near, frame)
	}
}

// drip sends a frame byte by byte, too slowly while the fault lasts.
func (r *relay) drip(near net.Conn, frame []byte) bool {
	for i := range frame {
		if r.now() == faulty.Drip && !wait(r, time.After(300*time.Millisecond)) || !write(near, frame[i:i+1]) {
			return false
		}
	}
	return true
}

// wait waits for something; it returns false where the relay ends meanwhile.
func wait[T any](r *relay, what <-chan T) bool {
	select {
	case <-what:
		return true
	case <-r.closed:
		return false
	}
}

func write(to net.Conn, b []byte) bool {
	_, err := to.Write(b)
	return err == nil
}
