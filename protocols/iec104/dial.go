package iec104

import (
	"context"
	"fmt"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/iec104/link"
)

// Driver is the IEC 60870-5-104 driver.
type Driver struct{}

var _ protocols.Driver = Driver{}

// Spec is described at protocols.Driver.
func (Driver) Spec() config.Driver { return Component() }

// Dial is described at protocols.Driver. The session is a protocols.Subscriber and a protocols.Browser.
func (Driver) Dial(ctx context.Context, e protocols.Endpoint) (protocols.Session, error) {
	doing := "connect to " + e.URL.Redacted()
	o, ok := e.Options.(*EndpointOptions)
	if !ok {
		return nil, protocols.Undialled(doing, true, fmt.Errorf("it has no IEC 104 options: load the configuration with the driver's component"))
	}
	addresses := make([]string, 0, 2)
	for _, address := range append([]string{e.URL.Host}, o.also()...) {
		full, err := withPort(address)
		if err != nil {
			return nil, protocols.Undialled(doing, true, fmt.Errorf("%s: %w", address, err))
		}
		addresses = append(addresses, full)
	}
	s := newSession(o, e.Logger)
	group, err := link.OpenGroup(ctx, link.GroupOptions{
		Parameters: o.parameters(), Addresses: addresses, T0: o.T0, Handle: s.take, Logger: e.Logger, Switched: s.switched,
		Open: func(ctx context.Context, address string) (protocols.Transport, error) {
			conn, err := protocols.Dialer().DialContext(ctx, "tcp", address)
			if err != nil {
				return nil, err
			}
			return e.Tapped(conn), nil
		},
	})
	if err != nil {
		return nil, protocols.Undialled(doing, false, err)
	}
	s.group = group
	return s, nil
}
