package conformance

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/tag"
)

// Patience is how long a test waits for what must happen, on a machine as slow as may be.
const Patience = time.Minute

// Kit is what the tests of one driver are made with: devices in YAML's short form, compiled and dialled.
type Kit struct {
	Driver protocols.Driver

	// Patient are keys of a device that make it wait for replies as long as a loaded machine may take. They are given
	// to each device that says nothing of a timeout.
	Patient string
}

// Parse reads a configuration with devices of the driver.
func (k Kit) Parse(text string) (*config.Site, error) {
	catalog, err := config.NewCatalog([]config.Driver{k.Driver.Spec()}, nil)
	if err != nil {
		return nil, err
	}
	return config.Parse([]config.Source{{Name: "site.yaml", Data: []byte(text)}}, catalog)
}

// Device returns a device named boiler with one group, from keys of the device, each with a comma behind it, and tags.
func (k Kit) Device(t testing.TB, endpoint, keys string, tags ...string) *config.Device {
	t.Helper()
	if !strings.Contains(keys, "timeout") {
		keys += " " + k.Patient
	}
	text := "site: test\ndevices:\n  - {name: boiler, driver: " + k.Driver.Spec().Name + ", endpoint: '" + endpoint + "', " + keys +
		"\n    groups: [{name: main, scan: 50ms, tags: [\n"
	for _, tag := range tags {
		text += "      {" + tag + "},\n"
	}
	text += "    ]}]}\n"
	site, err := k.Parse(text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return &site.Devices[0]
}

// Compile compiles a device.
func (k Kit) Compile(t testing.TB, c *config.Device) protocols.Device {
	t.Helper()
	d, err := k.Driver.Compile(c)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// Dial opens a session that the test closes at its end.
func (k Kit) Dial(t testing.TB, c *config.Device) protocols.Session {
	t.Helper()
	return k.DialTapped(t, c, nil)
}

// DialTapped is Dial with a tap.
func (k Kit) DialTapped(t testing.TB, c *config.Device, tap protocols.Tap) protocols.Session {
	t.Helper()
	e := EndpointOf(c)
	e.Tap = tap
	s, err := k.tryDial(t, e)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TryDial is Dial where it may fail.
func (k Kit) TryDial(t testing.TB, c *config.Device) (protocols.Session, error) {
	t.Helper()
	return k.tryDial(t, EndpointOf(c))
}

func (k Kit) tryDial(t testing.TB, e protocols.Endpoint) (protocols.Session, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), Patience)
	defer cancel()
	s, err := k.Driver.Dial(ctx, e)
	if err == nil {
		t.Cleanup(func() { _ = s.Close() }) // a test that asks what it says closes it itself
	}
	return s, err
}

// EndpointOf returns the endpoint of a device, with nobody to read its log.
func EndpointOf(c *config.Device) protocols.Endpoint {
	return protocols.Endpoint{URL: c.Endpoint.Parsed(), Options: c.EndpointOptions, Logger: slog.New(slog.DiscardHandler)}
}

// Scan reads the first group of a device once, of as many tags as width.
func Scan(t testing.TB, s protocols.Session, d protocols.Device, width int) (protocols.Row, error) {
	t.Helper()
	row := protocols.NewRow(width)
	plan := d.Plans()[0]
	for step := 0; step < plan.Steps(); step++ {
		if err := s.Read(t.Context(), plan, step, row); err != nil {
			return row, err
		}
	}
	return row, nil
}

// Point returns a tag by itself.
func Point(t testing.TB, d protocols.Device, name string) protocols.Point {
	t.Helper()
	p, ok := d.Point(name)
	if !ok {
		t.Fatalf("the device has no point %q", name)
	}
	return p
}

// Eventually waits for a condition, asking again and again.
func Eventually(t testing.TB, what string, condition func() bool) {
	t.Helper()
	deadline := time.Now().Add(Patience)
	for wait := time.Millisecond; !condition(); wait = min(2*wait, 100*time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it never came about that %s", what)
		}
		<-time.After(wait)
	}
}

// WantValue fails unless a value is what is wanted, kind and quality included.
func WantValue(t testing.TB, what string, got, want tag.Value) {
	t.Helper()
	if !got.Equal(want) {
		t.Errorf("%s is %s (%s), want %s (%s)", what, show(got), got.Quality(), show(want), want.Quality())
	}
}
