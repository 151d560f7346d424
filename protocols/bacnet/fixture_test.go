package bacnet_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/internal/ports"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/bacnet"
	"github.com/holdfast-edge/holdfast/protocols/bacnet/simulator"
	"github.com/holdfast-edge/holdfast/protocols/bacnet/wire"
	"github.com/holdfast-edge/holdfast/tag"
)

// patience is how long a test waits for what must happen, on a machine as slow as may be.
const patience = time.Minute

// parse reads the devices of a configuration.
func parse(text string) (*config.Site, error) {
	catalog, err := config.NewCatalog([]config.Driver{bacnet.Component()}, nil)
	if err != nil {
		return nil, err
	}
	return config.Parse([]config.Source{{Name: "site.yaml", Data: []byte(text)}}, catalog)
}

// one returns a device with one group, from the keys of the device and the tags in YAML's short form. Unless a key says otherwise
// it may take as long with an answer as a machine may be slow.
func one(t testing.TB, endpoint, keys string, tags ...string) *config.Device {
	t.Helper()
	if !strings.Contains(keys, "timeout:") {
		keys = "timeout: 1m, " + keys
	}
	text := "site: test\ndevices:\n  - {name: ahu, driver: bacnet, endpoint: '" + endpoint + "', " + keys +
		"\n    groups: [{name: main, scan: 50ms, tags: [\n"
	for _, tag := range tags {
		text += "      {" + tag + "},\n"
	}
	text += "    ]}]}\n"
	site, err := parse(text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return &site.Devices[0]
}

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
	d, err := bacnet.Driver{}.Compile(c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	s, err := bacnet.Driver{}.Dial(ctx, protocols.Endpoint{
		URL: c.Endpoint.Parsed(), Options: c.EndpointOptions, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return &client{t, c, d, s}
}

// scan reads the group once.
func (c *client) scan() ([]tag.Value, error) {
	n := len(c.config.Groups[0].Tags)
	row := protocols.Row{Values: make([]tag.Value, n), Stamps: make([]int64, n)}
	plan := c.device.Plans()[0]
	for step := 0; step < plan.Steps(); step++ {
		if err := c.session.Read(c.t.Context(), plan, step, row); err != nil {
			return row.Values, err
		}
	}
	return row.Values, nil
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
	p, ok := c.device.Point(name)
	if !ok {
		c.t.Fatalf("no point %s", name)
	}
	return c.session.Write(c.t.Context(), p, v)
}

// eventually waits for a condition, asking again and again.
func eventually(t testing.TB, what string, condition func() bool) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for wait := time.Millisecond; !condition(); wait = min(2*wait, 100*time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it never came about that %s", what)
		}
		<-time.After(wait)
	}
}

// wantValue fails unless a value is what is wanted, kind and quality included.
func wantValue(t testing.TB, what string, got, want tag.Value) {
	t.Helper()
	if !got.Equal(want) {
		t.Errorf("%s is %s %s (%s), want %s %s (%s)", what,
			got.Kind(), tag.AppendJSON(nil, got), got.Quality(), want.Kind(), tag.AppendJSON(nil, want), want.Quality())
	}
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
