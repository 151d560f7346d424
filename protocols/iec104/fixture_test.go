package iec104_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/iec104"
	"github.com/holdfast-edge/holdfast/protocols/iec104/apdu"
	"github.com/holdfast-edge/holdfast/protocols/iec104/outstation"
	"github.com/holdfast-edge/holdfast/tag"
)

// patience is how long a test waits for what must happen, on a machine as slow as may be.
const patience = time.Minute

// parse reads the devices of a configuration.
func parse(text string) (*config.Site, error) {
	catalog, err := config.NewCatalog([]config.Driver{iec104.Component()}, nil)
	if err != nil {
		return nil, err
	}
	return config.Parse([]config.Source{{Name: "site.yaml", Data: []byte(text)}}, catalog)
}

// one returns a device with one group, from the keys of the device and the tags in YAML's short form.
func one(t testing.TB, endpoint, keys string, tags ...string) *config.Device {
	t.Helper()
	text := "site: test\ndevices:\n  - {name: bay, driver: iec104, endpoint: '" + endpoint + "', " + keys +
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

// compiled compiles a device.
func compiled(t testing.TB, c *config.Device) protocols.Device {
	t.Helper()
	d, err := iec104.Driver{}.Compile(c)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// dial opens a session that the test closes at its end.
func dial(t testing.TB, c *config.Device) protocols.Session {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	s, err := iec104.Driver{}.Dial(ctx, protocols.Endpoint{
		URL: c.Endpoint.Parsed(), Options: c.EndpointOptions, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// point returns a tag by itself.
func point(t testing.TB, d protocols.Device, name string) protocols.Point {
	t.Helper()
	p, ok := d.Point(name)
	if !ok {
		t.Fatalf("no point %s", name)
	}
	return p
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

// The addresses of the plant's objects; commands are 1000 above.
const (
	breaker, isolator, tap, alarms, angle, level, current, energy = 100, 101, 102, 103, 104, 105, 106, 107
	command                                                       = 1000
)

// plant starts an outstation with one station that has an object of each type.
func plant(t testing.TB, o outstation.Options) (*outstation.Outstation, *outstation.Station) {
	t.Helper()
	s, err := outstation.Listen(t.Context(), "127.0.0.1:0", o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s, furnish(s, 1)
}

// furnish gives an outstation such a station.
func furnish(s *outstation.Outstation, number uint16) *outstation.Station {
	station := s.Put(number)
	for address, kinds := range map[uint32][2]apdu.Type{
		breaker: {apdu.SinglePoint, apdu.SingleCommand}, isolator: {apdu.DoublePoint, apdu.DoubleCommand},
		tap: {apdu.StepPosition, apdu.StepCommand}, alarms: {apdu.Bitstring, apdu.BitstringCommand},
		angle: {apdu.Normalized, apdu.SetNormalized}, level: {apdu.Scaled, apdu.SetScaled},
		current: {apdu.Float, apdu.SetFloat}, energy: {apdu.Totals, 0},
	} {
		station.Define(kinds[0], apdu.Object{Address: address, Int: 1, Float: 21.7}, kinds[1], address+command)
	}
	return station
}

// standard returns the options of an outstation that says nothing of itself.
func standard() outstation.Options { return outstation.Standard(slog.New(slog.DiscardHandler)) }

// plantTags are tags of all that the plant has.
func plantTags() []string {
	return []string{
		fmt.Sprintf("name: breaker,  address: %d, type: single,     command_address: %d, access: rw", breaker, breaker+command),
		fmt.Sprintf("name: isolator, address: %d, type: double,     command_address: %d, access: rw", isolator, isolator+command),
		fmt.Sprintf("name: tap,      address: %d, type: step", tap),
		fmt.Sprintf("name: alarms,   address: %d, type: bits,       command_address: %d, access: rw", alarms, alarms+command),
		fmt.Sprintf("name: angle,    address: %d, type: normalized, command_address: %d, access: rw", angle, angle+command),
		fmt.Sprintf("name: level,    address: %d, type: scaled,     command_address: %d, access: rw, scale: 0.1", level, level+command),
		fmt.Sprintf("name: current,  address: %d, type: float,      command_address: %d, access: rw", current, current+command),
		fmt.Sprintf("name: energy,   address: %d, type: counter", energy),
		fmt.Sprintf("name: raise,    address: %d, type: step, access: w", tap+command),
	}
}

// watch subscribes and returns the rows of the first group as they come, and what the subscription ended with.
func watch(t testing.TB, s protocols.Session, d protocols.Device) (rows <-chan protocols.Row, ended <-chan error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	came, over := make(chan protocols.Row, 10000), make(chan error, 1)
	done := make(chan struct{})
	go func() {
		defer close(done)
		over <- s.(protocols.Subscriber).Subscribe(ctx, d, func(_ int, row protocols.Row) { came <- row })
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
	return came, over
}

// await returns the first row that is as wanted.
func await(t testing.TB, rows <-chan protocols.Row, what string, wanted func(protocols.Row) bool) protocols.Row {
	t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case row := <-rows:
			if wanted(row) {
				return row
			}
		case <-deadline:
			t.Fatalf("it never came about that %s", what)
		}
	}
}

// has returns whether a row has a value in a slot.
func has(slot int, v tag.Value) func(protocols.Row) bool {
	return func(row protocols.Row) bool { return row.Values[slot].Equal(v) }
}
