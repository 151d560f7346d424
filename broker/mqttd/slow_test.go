package mqttd

import (
	"bytes"
	"net"
	"os"
	"syscall"
	"testing"
	"time"
)

// narrow is a socket that takes a few octets in the time that a write may take.
type narrow struct {
	net.Conn
	took      []byte
	deadlines int
}

func (n *narrow) SetWriteDeadline(time.Time) error { n.deadlines++; return nil }

func (n *narrow) Write(p []byte) (int, error) {
	some := min(len(p), 10)
	n.took = append(n.took, p[:some]...)
	if some < len(p) {
		return some, os.ErrDeadlineExceeded
	}
	return some, nil
}

func TestAClientThatTakesLittleAtATimeIsWaitedFor(t *testing.T) {
	text := []byte("a message that takes the line longer than one write may take")
	socket := &narrow{}
	c := &connection{broker: &Broker{}, socket: socket, closing: make(chan struct{}), writer: writer{raw: struct{ syscall.RawConn }{}}}
	if err := c.writeAll(text); err != nil || !bytes.Equal(socket.took, text) || socket.deadlines != 6 {
		t.Errorf("%d of %d octets are written, in %d times: %v", len(socket.took), len(text), socket.deadlines, err)
	}
}
