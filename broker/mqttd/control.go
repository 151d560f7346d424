package mqttd

import "sync"

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
