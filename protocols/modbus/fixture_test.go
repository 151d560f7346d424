package modbus_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/modbus"
	"github.com/holdfast-edge/holdfast/protocols/modbus/faultline"
	"github.com/holdfast-edge/holdfast/protocols/modbus/slave"
	"github.com/holdfast-edge/holdfast/tag"
)

// patience is how long a test waits for what must happen, on a machine as slow as may be.
const patience = time.Minute

// parse reads the devices of a configuration.
func parse(text string) (*config.Site, error) {
	catalog, err := config.NewCatalog([]config.Driver{modbus.Component()}, nil)
	if err != nil {
		return nil, err
	}
	return config.Parse([]config.Source{{Name: "site.yaml", Data: []byte(text)}}, catalog)
}

// one returns a device with one group, from the keys of the device and the tags in YAML's short form. Unless the keys
// say otherwise it waits for replies as long as a loaded machine may take.
func one(t testing.TB, endpoint, keys string, tags ...string) *config.Device {
	t.Helper()
	if !strings.Contains(keys, "timeout") {
		keys += " timeout: 1m, shortest_timeout: 1m,"
	}
	text := "site: test\ndevices:\n  - {name: boiler, driver: modbus, endpoint: '" + endpoint + "', " + keys + "\n    groups: [{name: main, tags: [\n"
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
	d, err := modbus.Driver{}.Compile(c)
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
	s, err := modbus.Driver{}.Dial(ctx, protocols.Endpoint{
		URL: c.Endpoint.Parsed(), Options: c.EndpointOptions, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// scan reads the device's first group once.
func scan(t testing.TB, s protocols.Session, d protocols.Device, width int) ([]tag.Value, error) {
	t.Helper()
	row := protocols.Row{Values: make([]tag.Value, width), Stamps: make([]int64, width)}
	plan := d.Plans()[0]
	for step := 0; step < plan.Steps(); step++ {
		if err := s.Read(t.Context(), plan, step, row); err != nil {
			return row.Values, err
		}
	}
	return row.Values, nil
}

// plc is a server with one unit behind a line that can be broken.
type plc struct {
	unit *slave.Unit
	line *faultline.Line
}

func (p *plc) endpoint() string { return "tcp://" + p.line.Address() }

func newPLC(t testing.TB) *plc {
	t.Helper()
	quiet := slog.New(slog.DiscardHandler)
	server, err := slave.Listen(t.Context(), "127.0.0.1:0", quiet)
	if err != nil {
		t.Fatal(err)
	}
	line, err := faultline.Listen(t.Context(), "127.0.0.1:0", server.Address(), quiet)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		line.Close()
		server.Close()
	})
	unit := slave.NewUnit(slave.Sizes{Coils: 100, Discretes: 100, Inputs: 300, Holdings: 1000})
	server.Put(1, unit)
	return &plc{unit: unit, line: line}
}

func wantValues(t testing.TB, got []tag.Value, want ...tag.Value) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d values, want %d", len(got), len(want))
	}
	for i := range want {
		if !got[i].Equal(want[i]) {
			t.Errorf("value %d is %s %s (%s), want %s %s (%s)", i,
				got[i].Kind(), tag.AppendJSON(nil, got[i]), got[i].Quality(),
				want[i].Kind(), tag.AppendJSON(nil, want[i]), want[i].Quality())
		}
	}
}

// faultOf returns the fault in an error, and fails where there is none.
func faultOf(t testing.TB, err error) *protocols.Fault {
	t.Helper()
	if err == nil {
		t.Fatal("no fault")
	}
	return protocols.FaultOf(err)
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
