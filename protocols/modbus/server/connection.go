package server

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"time"

	"github.com/holdfast-edge/holdfast/protocols/modbus/wire"
)

// idle is how long a client may ask nothing.
const idle = 10 * time.Minute

// answering is how long a client may take to take an answer.
const answering = 10 * time.Second

// greeting is how long a client may take to show its certificate.
const greeting = 10 * time.Second

// connection is one client.
type connection struct {
	conn    net.Conn
	dialect dialect
	desk    *desk
}

// serve answers until the client hangs up, breaks the rules, or ctx is done.
func (c *connection) serve(ctx context.Context) error {
	defer context.AfterFunc(ctx, func() { c.conn.Close() })()
	if err := c.greet(ctx); err != nil {
		return err
	}
	buffer := make([]byte, 0, mostReceived)
	for {
		if err := c.conn.SetReadDeadline(time.Now().Add(idle)); err != nil {
			return err
		}
		n, err := c.conn.Read(buffer[len(buffer):cap(buffer)])
		if err != nil {
			return err
		}
		if buffer, err = c.questions(ctx, buffer[:len(buffer)+n]); err != nil {
			return err
		}
		if len(buffer) == cap(buffer) {
			return errFrame
		}
	}
}

// mostReceived is room for the longest question in any dialect.
const mostReceived = 3 * wire.MaxMBAP

// greet has a client of TLS prove who it is.
func (c *connection) greet(ctx context.Context) error {
	secured, ok := c.conn.(*tls.Conn)
	if !ok {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, greeting)
	defer cancel()
	if err := secured.HandshakeContext(ctx); err != nil {
		return &stranger{err}
	}
	return nil
}

// stranger is why a client was not let in.
type stranger struct{ err error }

func (e *stranger) Error() string { return fmt.Sprintf("it does not prove who it is: %v", e.err) }

// questions answers the whole questions that were received, and returns the rest.
func (c *connection) questions(ctx context.Context, received []byte) (rest []byte, err error) {
	taken := 0
	for {
		q, n, err := c.dialect.next(received[taken:])
		if err != nil {
			return nil, err
		}
		if n == 0 {
			return received[:copy(received, received[taken:])], nil
		}
		taken += n
		if q.pdu == nil {
			continue
		}
		reply := c.dialect.frame(nil, q, c.desk.answer(ctx, q.unit, q.pdu))
		if err := c.conn.SetWriteDeadline(time.Now().Add(answering)); err != nil {
			return nil, err
		}
		if _, err := c.conn.Write(reply); err != nil {
			return nil, err
		}
	}
}
