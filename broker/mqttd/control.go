package mqttd

import (
	"sync"
	"time"
)

// control is what is to be written to a client beside messages: answers to its
// own packets. It may be used concurrently.
type control struct {
	wake chan struct{} // holds a token while the writer is to look

	mu  sync.Mutex
	buf []byte
}

// kick lets the writer look.
func (c *control) kick() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// add appends a packet without waking the writer.
func (c *control) add(packet []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.buf = append(c.buf, packet...)
}

// addAck is add of an acknowledgement.
func (c *control) addAck(head byte, id uint16, reason, version byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.buf = appendAck(c.buf, head, id, reason, version)
}

// take appends what has gathered.
func (c *control) take(dst []byte) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	dst = append(dst, c.buf...)
	c.buf = c.buf[:0]
	return dst
}

// len is how much has gathered.
func (c *control) len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.buf)
}

// Bounds of writing.
const (
	writeSize  = 64 << 10 // what one system call writes, about
	mostUnread = 1 << 20  // answers that a client may leave unread
)

// write is the writer: it writes what has gathered until the connection ends,
// and then its last words.
func (c *connection) write() {
	defer c.socket.Close()
	var buf []byte
	for more := false; ; {
		if !more {
			<-c.control.wake
		}
		if c.isClosing() {
			c.flush(c.control.take(buf[:0]))
			return
		}
		buf = c.control.take(buf[:0])
		buf, more = c.session.pull(c, buf, writeSize, time.Now())
		if !c.flush(buf) {
			return
		}
		if cap(buf) > 2*writeSize {
			buf = nil
		}
	}
}

// flush writes and reports whether the connection is still of use.
func (c *connection) flush(buf []byte) bool {
	if len(buf) == 0 {
		return true
	}
	timeout := c.broker.config.WriteTimeout
	err := c.socket.SetWriteDeadline(time.Now().Add(timeout))
	if c.isClosing() { // end has set a shorter one, maybe just before
		err = c.socket.SetWriteDeadline(time.Now().Add(goodbye))
	}
	if err == nil {
		_, err = c.socket.Write(buf)
	}
	c.broker.counters.bytesOut.Add(uint64(len(buf)))
	c.broker.counters.writes.Add(1)
	if err != nil {
		c.end(err)
		return false
	}
	return true
}
