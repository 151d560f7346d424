package link

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/s7/pdu"
	"github.com/holdfast-edge/holdfast/protocols/tpkt"
)

// Options are what a connection is opened with.
type Options struct {
	Local, Remote pdu.TSAP
	PDU           int // octets that are proposed
	Jobs          int // on the way at once that are proposed; at least 1
}

// maxTPDU is the size of a TPDU that is proposed.
const maxTPDU = 1024

// MinPDU is the smallest PDU with which anything can be read.
const MinPDU = 64

// Why a connection does not come about, beside errors of the network.
var (
	// ErrTSAP says that the host does not let the connection in.
	ErrTSAP = errors.New("the PLC refuses the connection")

	// ErrSmallPDU says that what the PLC agrees to is of no use.
	ErrSmallPDU = errors.New("the PLC agrees to too small a PDU")

	// ErrNoS7 says that the other end speaks something else.
	ErrNoS7 = errors.New("it does not speak S7comm")
)

// Open connects over a transport, which it owns from then on. A ctx that is done ends it at once.
func Open(ctx context.Context, transport protocols.Transport, o Options) (*Conn, error) {
	stop := context.AfterFunc(ctx, func() { transport.Close() })
	c := &Conn{transport: transport, in: tpkt.NewReader(transport, maxMessage), maxTPDU: maxTPDU}
	err := c.connect(o)
	if err == nil {
		err = c.setUp(o)
	}
	if !stop() {
		err = context.Cause(ctx)
	}
	if err != nil {
		_ = transport.Close() // it is of no use
		return nil, err
	}
	c.run()
	return c, nil
}

// connect is COTP's part.
func (c *Conn) connect(o Options) error {
	const reference = 1
	request := tpkt.AppendConnect(nil, 0, tpkt.TPDU{
		Code: tpkt.ConnectRequest, Reference: reference, Calling: o.Local.Octets(), Called: o.Remote.Octets(), Size: maxTPDU,
	})
	if _, err := c.transport.Write(request); err != nil {
		return fmt.Errorf("send the connect request: %w", err)
	}
	t, err := c.in.Next()
	switch {
	case errors.Is(err, io.EOF):
		return fmt.Errorf("%w to TSAP %v: it has hung up", ErrTSAP, o.Remote)
	case errors.Is(err, tpkt.ErrFrame):
		return fmt.Errorf("%w: %w", ErrNoS7, err)
	case err != nil:
		return fmt.Errorf("wait for the connect confirm: %w", err)
	case t.Code == tpkt.DisconnectRequest || t.Code == tpkt.Error:
		return fmt.Errorf("%w to TSAP %v: reason %d", ErrTSAP, o.Remote, t.Reason)
	case t.Code != tpkt.ConnectConfirm:
		return fmt.Errorf("%w: it answers a connect request with TPDU %02x", ErrNoS7, uint8(t.Code))
	}
	if t.Size > 0 {
		c.maxTPDU = min(t.Size, c.maxTPDU)
	}
	return nil
}

// setUp is S7comm's part.
func (c *Conn) setUp(o Options) error {
	jobs := uint16(max(o.Jobs, 1))
	request := pdu.AppendSetup(nil, pdu.Job, 0, pdu.Terms{Calling: jobs, Called: jobs, PDU: uint16(o.PDU)})
	if _, err := c.transport.Write(tpkt.AppendData(nil, request, c.maxTPDU)); err != nil {
		return fmt.Errorf("send the setup: %w", err)
	}
	octets, err := c.receive()
	if errors.Is(err, io.EOF) || errors.Is(err, errDisconnected) {
		return fmt.Errorf("%w to TSAP %v: it has hung up at the setup", ErrTSAP, o.Remote)
	}
	if err != nil {
		return fmt.Errorf("wait for the answer to the setup: %w", err)
	}
	answer, err := pdu.Parse(octets)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNoS7, err)
	}
	if answer.Error != 0 {
		return fmt.Errorf("%w to TSAP %v: %w", ErrTSAP, o.Remote, answer.Error)
	}
	terms, err := pdu.ParseSetup(answer)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNoS7, err)
	}
	c.size = min(int(terms.PDU), o.PDU)
	c.jobs = max(1, min(int(jobs), int(terms.Calling), int(terms.Called)))
	if c.size < MinPDU {
		return fmt.Errorf("%w: %d octets", ErrSmallPDU, c.size)
	}
	return nil
}
