package bacnet_test

import (
	"fmt"
	"testing"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/internal/ports"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/bacnet"
	"github.com/holdfast-edge/holdfast/protocols/bacnet/simulator"
	"github.com/holdfast-edge/holdfast/protocols/bacnet/wire"
	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/tag"
)

// kit is what the tests of the driver are made with.
var kit = conformance.Kit{Driver: bacnet.Driver{}, Patient: "timeout: 1m,"}

// station starts a simulator with one device.
func station(t testing.TB, o simulator.Options) (*simulator.Station, *simulator.Device) {
	t.Helper()
	s, err := simulator.Listen(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	d := s.Put(wire.Address{}, o)
	return s, d
}

// client is the driver at a device, as the actors use it.
type client struct {
	t       testing.TB
	config  *config.Device
	device  protocols.Device
	session protocols.Session
}

// dial opens a session that the test closes at its end.
func dial(t testing.TB, c *config.Device) *client {
	t.Helper()
	return tapped(t, c, nil)
}

// tapped is dial with a tap.
func tapped(t testing.TB, c *config.Device, tap protocols.Tap) *client {
	t.Helper()
	return &client{t, c, kit.Compile(t, c), kit.DialTapped(t, c, tap)}
}

// scan reads the group once.
func (c *client) scan() ([]tag.Value, error) {
	c.t.Helper()
	row, err := conformance.Scan(c.t, c.session, c.device, len(c.config.Groups[0].Tags))
	return row.Values, err
}

// read is a scan that must succeed.
func (c *client) read() []tag.Value {
	c.t.Helper()
	values, err := c.scan()
	if err != nil {
		c.t.Fatal(err)
	}
	return values
}

// write writes a tag.
func (c *client) write(name string, v tag.Value) error {
	c.t.Helper()
	return c.session.Write(c.t.Context(), conformance.Point(c.t, c.device, name), v)
}

// The objects that tests use.
var (
	temperature = wire.NewObjectID(wire.AnalogInput, 1)
	setpoint    = wire.NewObjectID(wire.AnalogValue, 1)
	fan         = wire.NewObjectID(wire.BinaryOutput, 2)
	mode        = wire.NewObjectID(wire.MultiStateValue, 3)
)

func analog(f float64) wire.Value      { return wire.Value{Type: wire.Real, Float: f} }
func enumerated(n uint64) wire.Value   { return wire.Value{Type: wire.Enumerated, Number: n} }
func unsigned(n uint64) wire.Value     { return wire.Value{Type: wire.Unsigned, Number: n} }
func present(v wire.Value) *wire.Value { return &v }

// furnish gives a device the objects that tests use.
func furnish(d *simulator.Device) {
	d.Define(temperature, "supply temperature", present(analog(21.7)))
	d.Define(setpoint, "setpoint", present(analog(20)))
	d.Define(fan, "fan", present(enumerated(1)))
	d.Define(mode, "mode", present(unsigned(2)))
}

// furniture are tags of them.
func furniture(keys string) []string {
	return []string{
		"name: temperature, address: 'analog-input:1'" + keys,
		"name: setpoint, address: 'analog-value:1', access: rw" + keys,
		"name: fan, address: 'binary-output:2', access: rw, priority: 8" + keys,
		"name: mode, address: 'multi-state-value:3', access: rw" + keys,
	}
}

// url is the endpoint of a station.
func url(s *simulator.Station) string { return fmt.Sprintf("udp://%s", s.Address()) }

// freePort is host:port of a port that nobody has.
func freePort(t testing.TB) string {
	t.Helper()
	return ports.Free(t).Address()
}
