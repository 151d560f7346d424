package enip_test

import (
	"fmt"
	"log/slog"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/protocols/enip"
	"github.com/holdfast-edge/holdfast/protocols/enip/cip"
	"github.com/holdfast-edge/holdfast/protocols/enip/controller"
	"github.com/holdfast-edge/holdfast/tag"
)

// kit is what the tests of the driver are made with.
var kit = conformance.Kit{Driver: enip.Driver{}, Patient: "timeout: 1m,"}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// scan reads the device's first group once.
func scan(t testing.TB, s protocols.Session, d protocols.Device, width int) ([]tag.Value, error) {
	t.Helper()
	row, err := conformance.Scan(t, s, d, width)
	return row.Values, err
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
		conformance.WantValue(t, fmt.Sprintf("value %d", i), got[i], want[i])
	}
}
