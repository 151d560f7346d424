package mqttd

import (
	"errors"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// Bounds of writing.
const (
	writeSize  = 64 << 10 // what one system call writes, about
	mostUnread = 1 << 20  // answers that a client may leave unread
)

// writer is what writes to a client. Mostly it is a goroutine that is woken and
// writes what has gathered; where there is little to write, whoever has given it
// does so at once, as far as the socket takes it without waiting.
type writer struct {
	raw syscall.RawConn // of a plain TCP socket; nil: only the goroutine writes

	mu   sync.Mutex // held by who writes
	buf  []byte
	left []byte // of buf, what the socket did not take
}

// rawOf is the way around the deadlines and queues of a plain TCP socket.
func rawOf(socket net.Conn) syscall.RawConn {
	plain, ok := socket.(*net.TCPConn)
	if !ok {
		return nil
	}
	raw, err := plain.SyscallConn()
	if err != nil {
		return nil
	}
	return raw
}

// write is the goroutine: it writes what has gathered until the connection ends,
// and then its last words.
func (c *connection) write() {
	defer c.socket.Close()
	for more := false; ; {
		if !more {
			<-c.control.wake
		}
		var over bool
		if more, over = c.writeGathered(); over {
			return
		}
	}
}

// writeGathered is one write, which may wait for the client.
func (c *connection) writeGathered() (more, over bool) {
	w := &c.writer
	w.mu.Lock()
	defer w.mu.Unlock()
	over = c.isClosing()
	w.buf = append(w.buf[:0], w.left...)
	w.left = nil
	if over {
		w.buf = c.control.take(w.buf)
	} else {
		w.buf, more = c.session.pull(c, w.buf, writeSize, time.Now())
	}
	over = !c.flush(w.buf) || over
	if cap(w.buf) > 2*writeSize {
		w.buf = nil
	}
	return more, over
}

// writeNow writes what has gathered as far as that needs no waiting. It reports
// false where the goroutine has to see to the rest.
func (c *connection) writeNow() (all bool) {
	w := &c.writer
	if w.raw == nil || !c.open.Load() || !w.mu.TryLock() {
		return false
	}
	defer w.mu.Unlock()
	if len(w.left) > 0 || c.isClosing() {
		return false
	}
	var more bool
	w.buf, more = c.session.pull(c, w.buf[:0], writeSize, time.Now())
	if len(w.buf) == 0 {
		return !more
	}
	n, err := writeAtOnce(w.raw, w.buf)
	if err != nil {
		c.end(err)
		return true
	}
	c.count(n)
	w.left = w.buf[n:]
	return len(w.left) == 0 && !more
}

// writeAtOnce writes what the socket takes without waiting, which may be
// nothing.
func writeAtOnce(raw syscall.RawConn, buf []byte) (n int, err error) {
	failed := raw.Write(func(socket uintptr) bool {
		n, err = syscall.Write(int(socket), buf)
		return true
	})
	switch {
	case failed != nil:
		return 0, failed
	case errors.Is(err, syscall.EAGAIN), errors.Is(err, syscall.EINTR):
		return 0, nil // the goroutine will wait
	default:
		return max(n, 0), err
	}
}

// flush writes and reports whether the connection is still of use.
func (c *connection) flush(buf []byte) bool {
	if len(buf) == 0 {
		return true
	}
	c.count(len(buf))
	err := c.writeAll(buf)
	if err == nil && !c.isClosing() {
		err = c.socket.SetWriteDeadline(time.Time{}) // writeNow has none
	}
	if err != nil {
		c.end(err)
		return false
	}
	return true
}

// writeAll writes, and waits for a client as long as it takes anything at all: a
// link that is slow is not one that is dead.
func (c *connection) writeAll(buf []byte) error {
	for {
		err := c.socket.SetWriteDeadline(time.Now().Add(c.broker.config.WriteTimeout))
		if c.isClosing() { // end has set a shorter one, maybe just before
			err = c.socket.SetWriteDeadline(time.Now().Add(goodbye))
		}
		if err != nil {
			return err
		}
		n, err := c.socket.Write(buf)
		// TLS and WebSocket are of no use behind a write that was cut off.
		if n == 0 || c.writer.raw == nil || !errors.Is(err, os.ErrDeadlineExceeded) || c.isClosing() {
			return err
		}
		buf = buf[n:]
	}
}

func (c *connection) count(written int) {
	c.broker.counters.bytesOut.Add(uint64(written))
	c.broker.counters.writes.Add(1)
}
