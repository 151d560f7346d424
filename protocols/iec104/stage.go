package iec104

import (
	"context"
	"net"
	"sync"

	"github.com/holdfast-edge/holdfast/protocols/iec104/apdu"
	"github.com/holdfast-edge/holdfast/protocols/iec104/link"
)

// stage is a listener whose connections run a link with the client, and carry its ASDUs, each in a frame numbered 0, to
// and from whoever plays a recording.
type stage struct{ net.Listener }

// stageBacklog bounds the ASDUs that wait to be read.
const stageBacklog = 256

// Accept takes a connection.
func (s stage) Accept() (net.Conn, error) {
	conn, err := s.Listener.Accept()
	if err != nil {
		return nil, err
	}
	c := &staged{Conn: conn, asked: make(chan []byte, stageBacklog)}
	c.link = link.Open(conn, link.Options{Parameters: link.Standard(), Controlled: true, Handle: c.hear})
	return c, nil
}

// staged is one of them. Read and Write may be used at the same time.
type staged struct {
	net.Conn
	link  *link.Conn
	asked chan []byte
	rest  []byte // of a frame that Read's caller has no room for
	close sync.Once
}

// hear takes an ASDU of the client.
func (c *staged) hear(asdu []byte) {
	select {
	case c.asked <- apdu.AppendI(nil, 0, 0, asdu):
	default:
		_ = c.Conn.Close() // it asks faster than it is answered
	}
}

// Read reads frames.
func (c *staged) Read(p []byte) (int, error) {
	if len(c.rest) == 0 {
		select {
		case c.rest = <-c.asked:
		case <-c.link.Done():
			return 0, c.link.Err()
		}
	}
	n := copy(p, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

// Write sends frames, once the client has started the link; what is no frame goes as it is.
func (c *staged) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		f, n, err := apdu.Parse(rest)
		if err != nil || n == 0 {
			_, err = c.Conn.Write(rest)
			return len(p), err
		}
		if err := c.link.Send(context.Background(), f.ASDU); err != nil {
			return 0, err
		}
		rest = rest[n:]
	}
	return len(p), nil
}

// Close ends the link.
func (c *staged) Close() error {
	c.close.Do(c.link.Close)
	return nil
}
