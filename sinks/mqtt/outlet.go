package mqtt

import (
	"net"
	"sync"
	"time"
)

// flushSize is how much is gathered before it is written anyway.
const flushSize = 64 << 10

// outlet gathers packets and writes them together. It may be used concurrently;
// a packet is never split by another.
type outlet struct {
	conn    net.Conn
	timeout time.Duration // for one write

	mu  sync.Mutex
	buf []byte
	err error // the first failure; nothing is written after it
}

// publish gathers one PUBLISH.
func (o *outlet) publish(m *message) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.buf = appendPublish(o.buf, m)
	if len(o.buf) < flushSize {
		return o.err
	}
	return o.flushLocked()
}

// send gathers a whole packet and writes at once.
func (o *outlet) send(packet ...byte) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.buf = append(o.buf, packet...)
	return o.flushLocked()
}

// trySend is send, unless somebody is writing: then it does nothing, and the
// write's own deadline tells whether the far end still takes anything.
func (o *outlet) trySend(packet ...byte) (sent bool, err error) {
	if !o.mu.TryLock() {
		return false, nil
	}
	defer o.mu.Unlock()
	o.buf = append(o.buf, packet...)
	return true, o.flushLocked()
}

// flush writes what was gathered.
func (o *outlet) flush() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.flushLocked()
}

func (o *outlet) flushLocked() error {
	if o.err != nil || len(o.buf) == 0 {
		return o.err
	}
	o.err = o.conn.SetWriteDeadline(now().Add(o.timeout))
	if o.err == nil {
		_, o.err = o.conn.Write(o.buf)
	}
	o.buf = o.buf[:0]
	return o.err
}
