package bacnet

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/bacnet/link"
)

// Driver is the BACnet/IP driver.
type Driver struct{}

var _ protocols.Driver = Driver{}

// Spec is described at protocols.Driver.
func (Driver) Spec() config.Driver { return Component() }

// defaultPort is the one that is registered for BACnet/IP (Annex J.1.2).
const defaultPort = "47808"

func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = defaultPort
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// registering is how long a BBMD may take to register this end.
const registering = 5 * time.Second

// Dial is described at protocols.Driver. No device is asked yet: several may be behind the socket. The session is a
// protocols.Browser.
func (Driver) Dial(ctx context.Context, e protocols.Endpoint) (protocols.Session, error) {
	doing := "open a socket to " + e.URL.Redacted()
	o, ok := e.Options.(*EndpointOptions)
	if !ok {
		return nil, protocols.Undialled(doing, true, fmt.Errorf("it has no BACnet options: load the configuration with the driver's component"))
	}
	s := newSession(o, e)
	l, err := link.Open(ctx, link.Options{
		Far: hostPort(e.URL), Local: o.Local, Foreign: o.Foreign, Timeout: registering,
		Tap: e.Tap, Logger: e.Logger, Handle: s.hear,
	})
	if err != nil {
		return nil, protocols.Undialled(doing, false, err)
	}
	s.link = l
	return s, nil
}
