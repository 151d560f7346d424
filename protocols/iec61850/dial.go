package iec61850

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/assoc"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/osi"
	"github.com/holdfast-edge/holdfast/protocols/tpkt"
	"github.com/holdfast-edge/holdfast/tag"
)

// Driver is the IEC 61850 driver.
type Driver struct{}

var _ protocols.Driver = Driver{}

// Spec is described at protocols.Driver.
func (Driver) Spec() config.Driver { return Component() }

// Dial is described at protocols.Driver. The session is a protocols.Browser, and a protocols.Subscriber unless the
// options say otherwise.
func (Driver) Dial(ctx context.Context, e protocols.Endpoint) (protocols.Session, error) {
	o, ok := e.Options.(*EndpointOptions)
	if !ok {
		return nil, undialled(e, true, fmt.Errorf("it has no IEC 61850 options: load the configuration with the driver's component"))
	}
	options, err := o.associated()
	if err != nil {
		return nil, undialled(e, true, err)
	}
	ctx, cancel := context.WithTimeout(ctx, o.ConnectTimeout)
	defer cancel()
	host, port := e.URL.Hostname(), e.URL.Port()
	if port == "" {
		port = tpkt.Port
	}
	conn, err := protocols.Dialer().DialContext(ctx, "tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, undialled(e, false, err)
	}
	s := newSession(e.Logger)
	options.Report = s.report
	if s.conn, err = assoc.Open(ctx, e.Tapped(conn), options); err != nil {
		return nil, undialled(e, false, err)
	}
	if o.Reports {
		return reporting{s}, nil
	}
	return s, nil
}

// undialled returns the fault of a session that did not come about. What the device refuses is not permanent: somebody may
// correct the device, or another client leave it.
func undialled(e protocols.Endpoint, permanent bool, err error) error {
	f := protocols.Undialled("connect to "+e.URL.Redacted(), permanent, err)
	if _, refused := errors.AsType[*osi.Refused](err); refused {
		f.Quality = tag.BadAccessDenied
	}
	return f
}
