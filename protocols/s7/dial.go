package s7

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/s7/link"
	"github.com/holdfast-edge/holdfast/protocols/tpkt"
)

// Driver is the S7 driver.
type Driver struct{}

var _ protocols.Driver = Driver{}

// Spec is described at protocols.Driver.
func (Driver) Spec() config.Driver { return Component() }

// Dial is described at protocols.Driver. The session is a protocols.Browser.
func (Driver) Dial(ctx context.Context, e protocols.Endpoint) (protocols.Session, error) {
	o, ok := e.Options.(*EndpointOptions)
	if !ok {
		return nil, protocols.Undialled("connect to "+e.URL.Redacted(), true,
			fmt.Errorf("it has no S7 options: load the configuration with the driver's component"))
	}
	ctx, cancel := context.WithTimeout(ctx, o.ConnectTimeout)
	defer cancel()
	conn, err := o.open(ctx, e)
	if err != nil {
		return nil, protocols.Undialled("connect to "+e.URL.Host, false, o.explained(err))
	}
	return &session{conn: conn, logger: e.Logger, terms: terms{size: conn.PDU(), jobs: conn.Jobs()}}, nil
}

// open connects and agrees.
func (o *EndpointOptions) open(ctx context.Context, e protocols.Endpoint) (*link.Conn, error) {
	at := e.URL.Port()
	if at == "" {
		at = tpkt.Port
	}
	transport, err := protocols.Dialer().DialContext(ctx, "tcp", net.JoinHostPort(e.URL.Hostname(), at))
	if err != nil {
		return nil, err
	}
	local, remote := o.ends()
	return link.Open(ctx, e.Tapped(transport), link.Options{Local: local, Remote: remote, PDU: o.PDUSize, Jobs: o.MaxAMQ})
}

// explained says what to do about a connection that does not come about.
func (o *EndpointOptions) explained(err error) error {
	_, remote := o.ends()
	switch {
	case errors.Is(err, link.ErrTSAP) && o.TSAP.given:
		return fmt.Errorf("%w: compare tsap=%v and local_tsap with the connection in the PLC, or it has no connection free", err, remote)
	case errors.Is(err, link.ErrTSAP):
		return fmt.Errorf("%w: is the CPU in rack %d, slot %d? (an S7-300's is in slot 2, an S7-1200's or S7-1500's in 1, "+
			"a LOGO! wants tsap and local_tsap); or it has no connection free for connection=%s", err, o.Rack, o.Slot, o.Connection)
	case errors.Is(err, link.ErrSmallPDU):
		return fmt.Errorf("%w: nothing can be read with it; free connections of the PLC, or let a communication processor with larger ones speak for it", err)
	case errors.Is(err, link.ErrNoS7):
		return fmt.Errorf("%w: is this the address of the PLC, and port %s the right one?", err, tpkt.Port)
	default:
		return err
	}
}
