package enip

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/enip/cip"
	"github.com/holdfast-edge/holdfast/protocols/enip/encap"
	"github.com/holdfast-edge/holdfast/protocols/enip/link"
)

// Driver is the EtherNet/IP driver.
type Driver struct{}

var _ protocols.Driver = Driver{}

// Spec is described at protocols.Driver.
func (Driver) Spec() config.Driver { return Component() }

// Dial is described at protocols.Driver. The session is a protocols.Browser.
func (Driver) Dial(ctx context.Context, e protocols.Endpoint) (protocols.Session, error) {
	doing := "connect to " + e.URL.Redacted()
	o, ok := e.Options.(*EndpointOptions)
	if !ok {
		return nil, protocols.Undialled(doing, true, fmt.Errorf("it has no EtherNet/IP options: load the configuration with the driver's component"))
	}
	route, known, err := o.route()
	if err != nil {
		return nil, protocols.Undialled(doing, true, fmt.Errorf("path: %w", err))
	}
	ctx, cancel := context.WithTimeout(ctx, 4*o.ConnectTimeout) // the connection, and three questions
	defer cancel()
	s := &session{route: route, logger: e.Logger}
	if err := s.open(ctx, e, o); err != nil {
		return nil, protocols.Undialled(doing, false, err)
	}
	if err := s.reach(ctx, o, known); err != nil {
		return nil, protocols.Undialled(doing, false, errors.Join(err, s.Close()))
	}
	return s, nil
}

// open connects, and registers a session.
func (s *session) open(ctx context.Context, e protocols.Endpoint, o *EndpointOptions) error {
	port := e.URL.Port()
	if port == "" {
		port = encap.Port
	}
	connecting, cancel := context.WithTimeout(ctx, o.ConnectTimeout)
	defer cancel()
	conn, err := protocols.Dialer().DialContext(connecting, "tcp", net.JoinHostPort(e.URL.Hostname(), port))
	if err != nil {
		return err
	}
	s.link, err = link.Open(ctx, e.Tapped(conn), o.ConnectTimeout, link.NewOptions(e.Logger))
	return err
}

// reach finds out what the device is, and opens a connection to the controller.
func (s *session) reach(ctx context.Context, o *EndpointOptions, known bool) error {
	identity, err := s.link.Identify(ctx, o.ConnectTimeout)
	if f, ok := errors.AsType[*link.Failure](err); ok && (f.Broken || errors.Is(f, link.ErrNoAnswer)) {
		return fmt.Errorf("ask what the device is: %w", err)
	}
	if err == nil {
		s.identity = identity
		s.logger.Info("connected", "device", identity.String())
	}
	s.micro = isMicro(identity)
	if !known && !s.micro {
		s.route = cip.Backplane(0)
	}
	if err := s.link.Connect(ctx, o.ConnectTimeout, s.route, o.ConnectionSize); err != nil {
		return s.faultOf("reach the controller", err)
	}
	return nil
}

// isMicro reports whether a device is a Micro800, by its catalogue number.
func isMicro(i cip.Identity) bool { return strings.HasPrefix(i.Name, "2080-") }
