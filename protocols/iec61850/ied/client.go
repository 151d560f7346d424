package ied

import (
	"bytes"
	"context"
	"sync"

	"github.com/holdfast-edge/holdfast/protocols/conformance/faulty"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/mms"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/osi"
	"github.com/holdfast-edge/holdfast/protocols/tpkt"
	"github.com/holdfast-edge/holdfast/supervisor"
)

// client is a connection.
type client struct {
	ied    *IED
	conn   *faulty.Conn
	reader *tpkt.Reader
	size   int          // of a TPDU
	agreed mms.Initiate // with the client
	before [][]byte     // PDUs that go before the next response
	after  [][]byte     // PDUs that follow it
	out    [][]byte     // reports that wait to be sent

	sending sync.Mutex // held from when what is to be sent is taken: it keeps its order
}

// serve is one connection, until ctx is done or it ends.
func (d *IED) serve(_ context.Context, conn *faulty.Conn) {
	c := &client{ied: d, conn: conn, reader: tpkt.NewReader(conn, osi.MaxData)}
	d.mutex.Lock()
	d.clients[c] = struct{}{}
	d.mutex.Unlock()
	defer d.forget(c)
	if panicked := supervisor.Guard(func() { c.run() }); panicked != nil {
		d.options.Logger.Error("a client's goroutine failed", "error", panicked)
	}
}

func (d *IED) forget(c *client) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	delete(d.clients, c)
	d.released(c)
	for _, x := range d.controls {
		if x.selected == c {
			x.selected = nil
		}
	}
}

// run answers until the connection ends.
func (c *client) run() {
	if !c.shakeHands() {
		return
	}
	for {
		t, err := c.reader.Next()
		if err != nil || t.Code != tpkt.Data {
			return
		}
		b, err := osi.ParseData(t.Data)
		if err != nil {
			return
		}
		p, err := mms.Parse(b)
		if err != nil || p.Form == mms.ConcludeRequest {
			c.send(mms.Concluded())
			return
		}
		c.handle(p)
	}
}

// send sends a PDU.
func (c *client) send(pdu []byte) {
	_, _ = c.conn.Write(tpkt.AppendData(nil, osi.Data(pdu), c.size)) // where it ends, reading ends, too
}

// queue has a report sent.
func (c *client) queue(pdu []byte) { c.out = append(c.out, pdu) }

// take takes what waits to be sent.
func (c *client) take() [][]byte {
	out := c.out
	c.out = nil
	return out
}

func (c *client) sendAll(pdus [][]byte) {
	for _, pdu := range pdus {
		c.send(pdu)
	}
}

// flush sends the reports that wait, to each client in their order.
func (d *IED) flush() {
	for c := range d.clients {
		if out := c.take(); len(out) > 0 {
			c.sending.Lock()
			c.sendAll(out)
			c.sending.Unlock()
		}
	}
}

// shakeHands takes the client through the layers; false where it is refused.
func (c *client) shakeHands() bool {
	me := &c.ied.options
	t, err := c.reader.Next()
	if err != nil || t.Code != tpkt.ConnectRequest {
		return false
	}
	if !same(me.Transport, t.Called) {
		const unknown = 3
		_, _ = c.conn.Write(tpkt.AppendDisconnect(nil, t.Reference, unknown))
		return false
	}
	if c.size = t.Size; c.size == 0 {
		c.size = tpkt.MinSize
	}
	if _, err := c.conn.Write(tpkt.AppendConnect(nil, t.Reference, tpkt.TPDU{
		Code: tpkt.ConnectConfirm, Reference: 7, Calling: t.Calling, Called: t.Called, Size: tpkt.MaxSize,
	})); err != nil {
		return false
	}
	if t, err = c.reader.Next(); err != nil || t.Code != tpkt.Data {
		return false
	}
	called, initiate, err := osi.ParseConnect(t.Data)
	if err != nil {
		return false
	}
	accepted := c.accept(called, initiate)
	_, err = c.conn.Write(tpkt.AppendData(nil, accepted, c.size))
	return err == nil && c.agreed.MaxPDU > 0
}

// same reports whether what a client calls is what is listened for; nothing is listened for where it is empty.
func same(mine, called []byte) bool { return len(mine) == 0 || bytes.Equal(mine, called) }

// accept returns the SPDU that answers one that connects.
func (c *client) accept(called osi.Party, initiate []byte) []byte {
	const unknownSelector, unknownTitle = 0x81, 7
	me := &c.ied.options
	switch {
	case !same(me.Session, called.Session), !same(me.Presentation, called.Presentation):
		return osi.Refuse(unknownSelector)
	case !same(me.APTitle, called.APTitle):
		return osi.RefuseACSE(unknownTitle)
	}
	agreed, err := mms.ParseInitiate(initiate, mms.InitiateRequest, mms.Initiate{MaxPDU: me.MaxPDU, Outstanding: me.Outstanding})
	if err != nil {
		return osi.Abort()
	}
	c.agreed = agreed
	return osi.Accept(called, agreed.Append(nil, mms.InitiateResponse))
}
