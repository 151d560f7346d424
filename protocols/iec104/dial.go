package iec104

import (
	"context"
	"fmt"
	"net"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/iec104/link"
	"github.com/holdfast-edge/holdfast/tag"
)

// Driver is the IEC 60870-5-104 driver.
type Driver struct{}

var _ protocols.Driver = Driver{}

// Spec is described at protocols.Driver.
func (Driver) Spec() config.Driver { return Component() }

// keepAlive finds a peer that is gone below the protocol's own tests.
const keepAlive = 15 * time.Second

// Dial is described at protocols.Driver. The session is a protocols.Subscriber and a protocols.Browser.
func (Driver) Dial(ctx context.Context, e protocols.Endpoint) (protocols.Session, error) {
	o, ok := e.Options.(*EndpointOptions)
	if !ok {
		return nil, undialled(e, true, fmt.Errorf("it has no IEC 104 options: load the configuration with the driver's component"))
	}
	addresses := make([]string, 0, 2)
	for _, address := range append([]string{e.URL.Host}, o.also()...) {
		full, err := withPort(address)
		if err != nil {
			return nil, undialled(e, true, fmt.Errorf("%s: %w", address, err))
		}
		addresses = append(addresses, full)
	}
	s := newSession(o, e.Logger)
	group, err := link.OpenGroup(ctx, link.GroupOptions{
		Parameters: o.parameters(), Addresses: addresses, T0: o.T0, Handle: s.take, Logger: e.Logger, Switched: s.switched,
		Open: func(ctx context.Context, address string) (protocols.Transport, error) {
			conn, err := (&net.Dialer{KeepAlive: keepAlive}).DialContext(ctx, "tcp", address)
			if err != nil {
				return nil, err
			}
			return e.Tapped(conn), nil
		},
	})
	if err != nil {
		return nil, undialled(e, false, err)
	}
	s.group = group
	return s, nil
}

// undialled returns the fault of a session that did not come about.
func undialled(e protocols.Endpoint, permanent bool, err error) error {
	f := &protocols.Fault{
		Scope: protocols.ScopeSession, Quality: tag.BadNotConnected, Permanent: permanent,
		Err: fmt.Errorf("connect to %s: %w", e.URL.Redacted(), err),
	}
	if permanent {
		f.Quality = tag.BadConfiguration
	}
	return f
}
