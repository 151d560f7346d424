package controller

import (
	"context"
	"encoding/binary"

	"github.com/holdfast-edge/holdfast/protocols/conformance/faulty"
	"github.com/holdfast-edge/holdfast/protocols/enip/cip"
	"github.com/holdfast-edge/holdfast/protocols/enip/encap"
)

// client is a connection of the network.
type client struct {
	controller *Controller
	conn       *faulty.Conn
	session    uint32
	open       map[uint32]cip.Connection // by the number of the direction to the controller; under the controller's mutex
}

// serve runs one connection.
func (c *Controller) serve(_ context.Context, conn *faulty.Conn) {
	one := &client{controller: c, conn: conn, open: map[uint32]cip.Connection{}}
	c.mutex.Lock()
	c.clients[one] = struct{}{}
	c.mutex.Unlock()
	defer c.leave(one)
	var received []byte
	buffer := make([]byte, 4096)
	for {
		n, err := conn.Read(buffer)
		if err != nil {
			return
		}
		received = append(received, buffer[:n]...)
		for {
			f, n, err := encap.Parse(received)
			if err != nil {
				c.options.Logger.Debug("a client sends no frames", "error", err)
				return
			}
			if n == 0 {
				break
			}
			if !one.answer(f) {
				return
			}
			received = received[n:]
		}
	}
}

// leave forgets a client, and its CIP connections with it.
func (c *Controller) leave(one *client) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.connected -= len(one.open)
	clear(one.open)
	delete(c.clients, one)
}

// answer answers a frame. It returns false at the end.
func (c *client) answer(f encap.Frame) bool {
	reply := encap.Frame{Header: f.Header}
	var ok bool
	switch {
	case f.Command == encap.RegisterSession:
		c.controller.mutex.Lock()
		c.controller.sessions++
		c.session = 0x10000 + c.controller.sessions
		c.controller.mutex.Unlock()
		reply.Session, reply.Data, ok = c.session, []byte{1, 0, 0, 0}, true
	case f.Command == encap.ListIdentity:
		reply.Data, ok = encap.AppendIdentity(nil, c.controller.options.Identity.AppendListed(nil)), true
	case f.Command == encap.UnregisterSession:
		return false
	case f.Session != c.session || c.session == 0:
		reply.Status, ok = encap.InvalidSession, true
	case f.Command == encap.SendRRData:
		reply.Data, ok = c.unconnected(f.Data)
	case f.Command == encap.SendUnitData:
		reply.Data, ok = c.connected(f.Data)
	default:
		reply.Status, ok = encap.UnknownCommand, true
	}
	if !ok {
		return true
	}
	_, err := c.conn.Write(encap.Append(nil, reply))
	return err == nil
}

// unconnectedRoom is how long the reply to a request without a connection may be.
const unconnectedRoom = 500

// unconnected answers a message without a connection, as the Ethernet module does: it opens connections to the controller,
// and passes requests on.
func (c *client) unconnected(data []byte) ([]byte, bool) {
	message, err := encap.Unconnected(data)
	if err != nil {
		return nil, false
	}
	r, err := cip.ParseRequest(message)
	if err != nil {
		return nil, false
	}
	c.controller.mutex.Lock()
	defer c.controller.mutex.Unlock()
	return encap.AppendUnconnected(nil, c.module(r)), true
}

// connected answers a message over a connection; not where there is none.
func (c *client) connected(data []byte) ([]byte, bool) {
	asked, err := encap.ParseConnected(data)
	if err != nil {
		return nil, false
	}
	c.controller.mutex.Lock()
	defer c.controller.mutex.Unlock()
	connection, ok := c.open[asked.Connection]
	if !ok || c.controller.Fault() == EmptySlot {
		return nil, false
	}
	r, err := cip.ParseRequest(asked.Message)
	if err != nil || len(asked.Message)+2 > connection.Size {
		return nil, false
	}
	answer := c.controller.route(r, connection.Size-2)
	return encap.AppendConnected(nil, encap.Connected{Connection: connection.ToOriginator, Sequence: asked.Sequence, Message: answer}), true
}

// number returns the next number of a connection.
func (c *Controller) number() uint32 {
	c.numbers++
	return 0x80000000 | c.numbers
}

// word returns a status's word.
func word(b []byte) uint16 { return binary.LittleEndian.Uint16(b) }
