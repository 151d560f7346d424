package assoc

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/mms"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/osi"
	"github.com/holdfast-edge/holdfast/protocols/tpkt"
)

// reference is how this end names its end of the transport connection.
const reference = 1

// Open makes an association over a transport, which it owns from then on. It ends with ctx. What refuses is an *osi.Refused.
func Open(ctx context.Context, transport protocols.Transport, o Options) (*Conn, error) {
	c := &Conn{
		transport: transport, reader: tpkt.NewReader(transport, osi.MaxData), options: o, broken: make(chan struct{}), calls: map[uint32]*Call{},
	}
	stop := context.AfterFunc(ctx, func() { _ = transport.SetDeadline(time.Unix(1, 0)) })
	err := c.shakeHands()
	if !stop() && err == nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		_ = transport.Close() // it is of no use
		if cause := context.Cause(ctx); cause != nil && !errors.Is(err, cause) {
			err = fmt.Errorf("%w (%w)", cause, err)
		}
		return nil, err
	}
	c.run()
	return c, nil
}

// shakeHands goes through the layers.
func (c *Conn) shakeHands() error {
	o := &c.options
	confirmed, err := c.exchange(tpkt.AppendConnect(nil, 0, tpkt.TPDU{
		Code: tpkt.ConnectRequest, Reference: reference, Calling: o.Calling.Transport, Called: o.Called.Transport, Size: tpkt.MaxSize,
	}))
	if err != nil {
		return err
	}
	switch confirmed.Code {
	case tpkt.ConnectConfirm:
	case tpkt.DisconnectRequest:
		return osi.Disconnected(confirmed.Reason)
	default:
		return fmt.Errorf("%w: TPDU %X where a confirmation is due", tpkt.ErrFrame, uint8(confirmed.Code))
	}
	c.size = confirmed.Size
	if c.size == 0 || c.size > tpkt.MaxSize {
		c.size = tpkt.MinSize
	}
	connect := osi.Connect(o.Calling, o.Called, o.Offer.Append(nil, mms.InitiateRequest))
	accepted, err := c.exchange(tpkt.AppendData(nil, connect, c.size))
	switch {
	case err != nil && protocols.IsCut(err) && !errors.Is(err, tpkt.ErrFrame):
		return &osi.Refused{Layer: "session", Reason: "it hangs up", Option: "tsel, ssel, psel and ap_title"}
	case err != nil:
		return err
	case accepted.Code == tpkt.DisconnectRequest:
		return osi.Disconnected(accepted.Reason)
	case accepted.Code != tpkt.Data:
		return fmt.Errorf("%w: TPDU %X where an answer is due", tpkt.ErrFrame, uint8(accepted.Code))
	}
	answer, err := osi.ParseAccept(accepted.Data)
	if err != nil {
		return err
	}
	c.agreed, err = mms.ParseInitiate(answer, mms.InitiateResponse, o.Offer)
	return err
}

// exchange sends frames and returns what comes next.
func (c *Conn) exchange(frames []byte) (tpkt.TPDU, error) {
	if _, err := c.transport.Write(frames); err != nil {
		return tpkt.TPDU{}, fmt.Errorf("send: %w", err)
	}
	return c.reader.Next()
}
