package acceptance

import (
	"fmt"
	"log/slog"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols/modbus/faultline"
	"github.com/holdfast-edge/holdfast/protocols/modbus/slave"
	"github.com/holdfast-edge/holdfast/protocols/modbus/wire"
)

// twoEndpoints is a site with the device under test behind a line that can be
// broken, and a neighbour on an endpoint of its own.
func twoEndpoints(broken, whole string) string {
	return fmt.Sprintf(`
site: plant-7
console: {listen: "127.0.0.1:0"}
devices:
  - name: boiler
    driver: modbus
    endpoint: tcp://%s
    unit: 1
    probe_max: 1s
    groups: [{name: climate, scan: 100ms, tags: [{name: temperature, address: "holding:0", type: int16, scale: 0.1}]}]
  - name: neighbour
    driver: modbus
    endpoint: tcp://%s
    unit: 1
    timeout: 1m
    shortest_timeout: 1m
    groups: [{name: climate, scan: 100ms, tags: [{name: temperature, address: "holding:0", type: int16, scale: 0.1}]}]
`, broken, whole)
}

// ailing is a node with a device of pymodbus behind a line that can be broken,
// and its neighbour.
type ailing struct {
	*edge
	plant *pymodbus
	line  *faultline.Line
}

func startFaulty(t *testing.T) ailing {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	plant := startPlant(t)
	line, err := faultline.Listen(t.Context(), "127.0.0.1:0", plant.address(), log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = line.Close() })
	next, err := slave.Listen(t.Context(), "127.0.0.1:0", log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = next.Close() })
	next.Put(1, slave.NewUnit(slave.Sizes{Holdings: 10}))
	e := start(t, nil, "edge", "-c", site(t, twoEndpoints(line.Address(), next.Address())), "--data", t.TempDir())
	e.awaitState("boiler", "polling")
	e.awaitState("neighbour", "polling")
	return ailing{edge: e, plant: plant, line: line}
}

// scans waits until a device has made so many more scans, and returns how many
// of them were late or left out.
func (f ailing) scans(name string, n uint64) (missed uint64) {
	f.t.Helper()
	before, err := f.device(name)
	if err != nil {
		f.t.Fatal(err)
	}
	var after device
	until(f.t, fmt.Sprintf("%d scans of %s", n, name), func() (err error) {
		if after, err = f.device(name); err == nil && after.Scans+after.Overruns < before.Scans+before.Overruns+n {
			err = fmt.Errorf("%d so far", after.Scans-before.Scans)
		}
		return err
	})
	return after.Late + after.Overruns - before.Late - before.Overruns
}

// breakings are what can happen to a device, and how it is undone.
var breakings = map[string]struct {
	on, off func(f ailing)
	quality string
}{
	"its socket is cut again and again": {
		on:  func(f ailing) { f.line.Refuse(true) },
		off: func(f ailing) { f.line.Refuse(false) }, quality: "Bad",
	},
	"it is paused": {
		on:  func(f ailing) { f.plant.pause() },
		off: func(f ailing) { f.plant.goOn() }, quality: "BadTimeout",
	},
	"it answers exceptions": {
		on:  func(f ailing) { f.line.Set(1, faultline.Fault{Kind: faultline.Refused, Exception: wire.DeviceFailure}) },
		off: heal, quality: "BadDeviceFailure",
	},
	"it answers garbage": {
		on:  func(f ailing) { f.line.Set(1, faultline.Fault{Kind: faultline.Garbage}) },
		off: heal, quality: "Bad",
	},
	"it answers half a frame": {
		on:  func(f ailing) { f.line.Set(1, faultline.Fault{Kind: faultline.HalfFrame}) },
		off: heal, quality: "Bad",
	},
	"it gives no answer": {
		on:  func(f ailing) { f.line.Set(1, faultline.Fault{Kind: faultline.Dead}) },
		off: heal, quality: "BadTimeout",
	},
	"its line is half open": {
		on:  func(f ailing) { f.line.HalfOpen(true) },
		off: func(f ailing) { f.line.HalfOpen(false); f.line.Cut() }, quality: "BadTimeout",
	},
}

func heal(f ailing) { f.line.Heal() }

func TestADeviceThatBreaksHealsByItselfAndLeavesItsNeighbourAlone(t *testing.T) {
	f := startFaulty(t)
	const scans = 30
	for name, b := range breakings {
		t.Run(name, func(t *testing.T) {
			f.plant.set(0, 215)
			f.awaitQuality("boiler", "temperature", "Good")
			// The machine is shared: what is the fault's doing is there at each try, and only during the fault.
			var before, during, after uint64
			for range 3 {
				before = f.scans("neighbour", scans)
				b.on(f)
				v := f.awaitQuality("boiler", "temperature", b.quality)
				if v.Value != nil {
					t.Errorf("a Bad tag shows the value %v", v.Value)
				}
				during = f.scans("neighbour", scans)
				b.off(f)
				f.awaitQuality("boiler", "temperature", "Good")
				f.awaitState("boiler", "polling")
				if during <= before+scans/10 {
					return
				}
				if after = f.scans("neighbour", scans); max(before, after) > scans/10 {
					t.Logf("the machine is too busy to keep a schedule by: %d, %d and %d of %d scans are missed", before, during, after, scans)
					return
				}
			}
			t.Errorf("the neighbour missed %d of %d scans, %d before the fault and %d after it, the third time", during, scans, before, after)
		})
	}
	if n, err := f.device("neighbour"); err != nil || n.Faults != 0 {
		t.Errorf("the neighbour had %d faults, %v", n.Faults, err)
	}
	f.stop()
}

func TestACutSocketIsDialledAgain(t *testing.T) {
	f := startFaulty(t)
	for range 5 {
		faults := f.awaitState("boiler", "polling").Rows
		f.line.Cut()
		until(t, "rows after the cut", func() error {
			d, err := f.device("boiler")
			if err == nil && d.Rows < faults+5 {
				err = fmt.Errorf("%d rows", d.Rows-faults)
			}
			return err
		})
	}
	f.stop()
}
