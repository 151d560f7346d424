package assoc

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/mms"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/osi"
)

// reference is how this end names its end of the transport connection.
const reference = 1

// Open makes an association over a transport, which it owns from then on. It ends with ctx. What refuses is an *osi.Refused.
func Open(ctx context.Context, transport protocols.Transport, o Options) (*Conn, error) {
	c := &Conn{
		transport: transport, reader: osi.NewReader(transport), options: o, broken: make(chan struct{}), calls: map[uint32]*Call{},
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
	confirmed, err := c.exchange(osi.ConnectTPDU(osi.ConnectRequest, 0, reference, o.Calling.Transport, o.Called.Transport))
	if err != nil {
		return err
	}
	switch confirmed.Code {
	case osi.ConnectConfirm:
	case osi.DisconnectRequest:
		return osi.Disconnected(confirmed.Reason)
	default:
		return fmt.Errorf("%w: TPDU %X where a confirmation is due", osi.ErrFrame, uint8(confirmed.Code))
	}
	c.size = confirmed.Size
	if c.size == 0 || c.size > osi.MaxSize {
		c.size = osi.MinSize
	}
	connect := osi.Connect(o.Calling, o.Called, o.Offer.Append(nil, mms.InitiateRequest))
	accepted, err := c.exchange(osi.Segment(nil, connect, c.size))
	switch {
	case err != nil && protocols.IsCut(err) && !errors.Is(err, osi.ErrFrame):
		return &osi.Refused{Layer: "session", Reason: "it hangs up", Option: "tsel, ssel, psel and ap_title"}
	case err != nil:
		return err
	case accepted.Code == osi.DisconnectRequest:
		return osi.Disconnected(accepted.Reason)
	case accepted.Code != osi.DataTPDU:
		return fmt.Errorf("%w: TPDU %X where an answer is due", osi.ErrFrame, uint8(accepted.Code))
	}
	answer, err := osi.ParseAccept(accepted.Data)
	if err != nil {
		return err
	}
	c.agreed, err = mms.ParseInitiate(answer, mms.InitiateResponse, o.Offer)
	return err
}

// exchange sends frames and returns what comes next.
func (c *Conn) exchange(frames []byte) (osi.TPDU, error) {
	if _, err := c.transport.Write(frames); err != nil {
		return osi.TPDU{}, fmt.Errorf("send: %w", err)
	}
	return c.reader.Next()
}
