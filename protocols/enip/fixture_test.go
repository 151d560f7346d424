package enip_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/enip"
	"github.com/holdfast-edge/holdfast/protocols/enip/cip"
	"github.com/holdfast-edge/holdfast/protocols/enip/controller"
	"github.com/holdfast-edge/holdfast/tag"
)

// patience is how long a test waits for what must happen, on a machine as slow as may be.
const patience = time.Minute

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// parse reads the devices of a configuration.
func parse(text string) (*config.Site, error) {
	catalog, err := config.NewCatalog([]config.Driver{enip.Component()}, nil)
	if err != nil {
		return nil, err
	}
	return config.Parse([]config.Source{{Name: "site.yaml", Data: []byte(text)}}, catalog)
}

// one returns a device with one group, from the keys of the device and the tags in YAML's short form.
func one(t testing.TB, endpoint, keys string, tags ...string) *config.Device {
	t.Helper()
	if keys == "" {
		keys = "timeout: 1m,"
	}
	text := "site: test\ndevices:\n  - {name: press, driver: enip, endpoint: '" + endpoint + "', " + keys + "\n    groups: [{name: main, tags: [\n"
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
	d, err := enip.Driver{}.Compile(c)
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
	s, err := enip.Driver{}.Dial(ctx, endpoint(c, quiet()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func endpoint(c *config.Device, logger *slog.Logger) protocols.Endpoint {
	return protocols.Endpoint{URL: c.Endpoint.Parsed(), Options: c.EndpointOptions, Logger: logger}
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

// point returns a tag by itself.
func point(t testing.TB, d protocols.Device, name string) protocols.Point {
	t.Helper()
	p, ok := d.Point(name)
	if !ok {
		t.Fatalf("no point %s", name)
	}
	return p
}

// start starts a controller with a plant's tags.
func start(t testing.TB, o controller.Options) *controller.Controller {
	t.Helper()
	c, err := controller.Listen(t.Context(), "127.0.0.1:0", o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// The instances of the plant's structures.
const stringTemplate, motorTemplate, textTemplate = 0x0FCE, 0x0123, 0x0124

// furnish gives a controller a plant's tags.
func furnish(c *controller.Controller) {
	c.String(stringTemplate)
	c.Structure(textTemplate, cip.Template{
		Name: "STRING_20", Shape: cip.Shape{Handle: 0x4711, Size: 24},
		Members: []cip.Member{{Name: "LEN", Type: cip.AtomicType(cip.DINT, 0)}, {Name: "DATA", Type: cip.AtomicType(cip.SINT, 1), Length: 20, Offset: 4}},
	})
	c.Structure(motorTemplate, cip.Template{
		Name: "MOTOR", Shape: cip.Shape{Handle: 0x7A21, Size: 124},
		Members: []cip.Member{
			{Name: "ZZZZZZZZZZMOTOR0", Type: cip.AtomicType(cip.SINT, 0)},
			{Name: "Running", Type: cip.AtomicType(cip.BOOL, 0), Length: 0},
			{Name: "Tripped", Type: cip.AtomicType(cip.BOOL, 0), Length: 1},
			{Name: "Speed", Type: cip.AtomicType(cip.REAL, 0), Offset: 4},
			{Name: "Hours", Type: cip.AtomicType(cip.DINT, 1), Length: 4, Offset: 8},
			{Name: "Alarms", Type: cip.AtomicType(cip.DWORD, 1), Length: 2, Offset: 24},
			{Name: "Name", Type: cip.StructureType(stringTemplate, 0), Offset: 36},
		},
	})
	define := func(program, name string, kind cip.SymbolType, dimensions ...uint32) {
		t := controller.Tag{Symbol: cip.Symbol{Name: name, Type: kind}}
		copy(t.Dimensions[:], dimensions)
		c.Define(program, t)
	}
	for _, kind := range []cip.Type{
		cip.BOOL, cip.SINT, cip.INT, cip.DINT, cip.LINT, cip.USINT, cip.UINT, cip.UDINT, cip.ULINT, cip.REAL, cip.LREAL,
	} {
		define("", "a_"+kind.String(), cip.AtomicType(kind, 0))
	}
	define("", "Counts", cip.AtomicType(cip.DINT, 1), 10)
	define("", "Profile", cip.AtomicType(cip.DINT, 1), 2000)
	define("", "Grid", cip.AtomicType(cip.INT, 2), 3, 4)
	define("", "Flags", cip.AtomicType(cip.DWORD, 1), 3)
	define("", "Recipe", cip.StructureType(stringTemplate, 0))
	define("", "Lot", cip.StructureType(textTemplate, 0))
	define("", "Motor", cip.StructureType(motorTemplate, 0))
	define("", "Motors", cip.StructureType(motorTemplate, 1), 3)
	define("Program:Main", "Counter", cip.AtomicType(cip.DINT, 0))
	c.Define("", controller.Tag{Symbol: cip.Symbol{Name: "Hidden", Type: cip.AtomicType(cip.DINT, 0), Access: cip.None}})
	c.Define("", controller.Tag{Symbol: cip.Symbol{Name: "Shown", Type: cip.AtomicType(cip.DINT, 0), Access: cip.ReadOnly}})
}

// wantValues fails unless values are what is wanted, kind and quality included.
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
