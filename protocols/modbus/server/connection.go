package server

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/holdfast-edge/holdfast/protocols/modbus/wire"
)

// idle is how long a client may ask nothing.
const idle = 10 * time.Minute

// answering is how long a client may take to take an answer.
const answering = 10 * time.Second

// errFrame says that a client does not speak the protocol.
var errFrame = errors.New("this is no Modbus frame")

// connection is one client.
type connection struct {
	conn  net.Conn
	rtu   bool
	desk  *desk
	asked func(answer []byte) // is told of each answer
}

// serve answers until the client hangs up, breaks the rules, or ctx is done.
func (c *connection) serve(ctx context.Context) error {
	defer context.AfterFunc(ctx, func() { c.conn.Close() })()
	buffer := make([]byte, 0, 2*wire.MaxMBAP)
	for {
		if err := c.conn.SetReadDeadline(time.Now().Add(idle)); err != nil {
			return err
		}
		n, err := c.conn.Read(buffer[len(buffer):cap(buffer)])
		if err != nil {
			return err
		}
		if buffer, err = c.requests(ctx, buffer[:len(buffer)+n]); err != nil {
			return err
		}
		if len(buffer) == cap(buffer) {
			return errFrame
		}
	}
}

// requests answers the whole requests that were received, and returns the rest.
func (c *connection) requests(ctx context.Context, received []byte) (rest []byte, err error) {
	taken := 0
	for {
		n, reply, err := c.request(ctx, received[taken:])
		if err != nil {
			return nil, err
		}
		if n == 0 {
			return received[:copy(received, received[taken:])], nil
		}
		taken += n
		if len(reply) == 0 {
			continue
		}
		if err := c.conn.SetWriteDeadline(time.Now().Add(answering)); err != nil {
			return nil, err
		}
		if _, err := c.conn.Write(reply); err != nil {
			return nil, err
		}
	}
}

// request takes the first request and answers it.
func (c *connection) request(ctx context.Context, received []byte) (n int, reply []byte, err error) {
	if c.rtu {
		unit, pdu, n := wire.ParseRTU(received)
		if n < 0 {
			return 0, nil, errFrame
		}
		if n == 0 {
			return 0, nil, nil
		}
		answer := c.answer(ctx, unit, pdu)
		return n, wire.RTU{}.Append(nil, unit, answer), nil
	}
	f, n, err := wire.ParseMBAP(received)
	if err != nil || n == 0 {
		return 0, nil, err
	}
	answer := c.answer(ctx, f.Unit, f.PDU)
	return n, wire.AppendMBAP(nil, wire.Frame{Transaction: f.Transaction, Unit: f.Unit, PDU: answer}), nil
}

func (c *connection) answer(ctx context.Context, unit byte, pdu []byte) []byte {
	answer := c.desk.answer(ctx, unit, pdu)
	c.asked(answer)
	return answer
}
