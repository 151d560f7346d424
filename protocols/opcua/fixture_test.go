package opcua_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/opcua"
	"github.com/holdfast-edge/holdfast/tag"
)

// patience is how long a test waits for what must happen, on a machine as slow as may be.
const patience = time.Minute

// parse reads the devices of a configuration.
func parse(text string) (*config.Site, error) {
	catalog, err := config.NewCatalog([]config.Driver{opcua.Component()}, nil)
	if err != nil {
		return nil, err
	}
	return config.Parse([]config.Source{{Name: "site.yaml", Data: []byte(text)}}, catalog)
}

// one returns a device with one group, from the keys of the device and the tags in YAML's short form.
func one(t testing.TB, endpoint, keys string, tags ...string) *config.Device {
	t.Helper()
	text := "site: test\ndevices:\n  - {name: boiler, driver: opcua, endpoint: '" + endpoint + "', " + keys +
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
	d, err := opcua.Driver{}.Compile(c)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// dial opens a session that the test closes at its end.
func dial(t testing.TB, c *config.Device) protocols.Session {
	t.Helper()
	s, err := tryDial(t, c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func tryDial(t testing.TB, c *config.Device) (protocols.Session, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	s, err := opcua.Driver{}.Dial(ctx, protocols.Endpoint{
		URL: c.Endpoint.Parsed(), Options: c.EndpointOptions, Logger: slog.New(slog.DiscardHandler),
	})
	if err == nil {
		t.Cleanup(func() { s.Close() })
	}
	return s, err
}

// scan reads the device's first group once.
func scan(t testing.TB, s protocols.Session, d protocols.Device, width int) (protocols.Row, error) {
	t.Helper()
	row := protocols.Row{Values: make([]tag.Value, width), Stamps: make([]int64, width)}
	plan := d.Plans()[0]
	for step := 0; step < plan.Steps(); step++ {
		if err := s.Read(t.Context(), plan, step, row); err != nil {
			return row, err
		}
	}
	return row, nil
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
