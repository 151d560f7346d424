package modbus_test

import (
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/protocols/conformance/faulty"
	"github.com/holdfast-edge/holdfast/protocols/modbus"
	"github.com/holdfast-edge/holdfast/protocols/modbus/faultline"
	"github.com/holdfast-edge/holdfast/protocols/modbus/foreign"
	"github.com/holdfast-edge/holdfast/protocols/modbus/slave"
	"github.com/holdfast-edge/holdfast/protocols/modbus/wire"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestTheDriverConformsAtTheSimulatedDevice(t *testing.T) {
	conformance.Run(t, harness(func(t *testing.T) conformance.Peer {
		server, err := slave.Listen(t.Context(), "127.0.0.1:0", slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { server.Close() })
		server.Put(1, slave.NewUnit(slave.Sizes{Coils: 200, Discretes: 200, Inputs: 200, Holdings: 200}))
		return behindALine(t, &ownTables{server.Unit(1)}, server.Address())
	}))
}

func TestTheDriverConformsAtPymodbus(t *testing.T) {
	foreignDevices(t)
	conformance.Run(t, harness(func(t *testing.T) conformance.Peer {
		d := installed(foreign.Pymodbus(t.Context(), "tcp"))(t)
		return behindALine(t, &foreignTables{t, d}, d.Address())
	}))
}

func TestTheDriverConformsAtJsmodbus(t *testing.T) {
	foreignDevices(t)
	conformance.Run(t, harness(func(t *testing.T) conformance.Peer {
		d := installed(foreign.Jsmodbus(t.Context()))(t)
		return behindALine(t, &foreignTables{t, d}, d.Address())
	}))
}

// The other ways to pymodbus have no line of ours between: they are broken by stopping the process, after which it
// answers all that it was asked meanwhile, late.
func TestTheDriverConformsOverUDPRTUAndASCII(t *testing.T) {
	foreignDevices(t)
	for _, mode := range []string{"udp", "rtu+tcp", "ascii+tcp"} {
		t.Run(mode, func(t *testing.T) {
			conformance.Run(t, harness(func(t *testing.T) conformance.Peer {
				d := installed(foreign.Pymodbus(t.Context(), mode))(t)
				return &peer{t: t, endpoint: mode + "://" + d.Address() + quickly, tables: &foreignTables{t, d}, process: d}
			}))
		})
	}
}

func TestTheDriverConformsOnASerialPort(t *testing.T) {
	foreignDevices(t)
	for _, mode := range []string{"rtu", "ascii"} {
		t.Run(mode, func(t *testing.T) {
			conformance.Run(t, harness(func(t *testing.T) conformance.Peer {
				cable, err := foreign.NewCable(t.Context(), t.TempDir())
				conformance.Started(t, err)
				t.Cleanup(cable.Close)
				d := installed(foreign.Pymodbus(t.Context(), mode, cable.Far))(t)
				return &peer{t: t, endpoint: mode + "://" + cable.Near + quickly + "&baud=115200&parity=none", tables: &foreignTables{t, d}, process: d}
			}))
		})
	}
}

// quickly keeps the time short in which a late reply may come: the peers' come before Heal returns.
const quickly = "?late_reply=100ms"

// foreignDevices skips the test in short mode, which starts no other programs.
func foreignDevices(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("short mode starts no other programs")
	}
}

// installed skips the test where the device is not on this machine.
func installed(d *foreign.Device, err error) func(t *testing.T) *foreign.Device {
	return func(t *testing.T) *foreign.Device {
		t.Helper()
		conformance.Started(t, err)
		t.Cleanup(d.Close)
		return d
	}
}

func harness(start func(t *testing.T) conformance.Peer) conformance.Harness {
	wrong := func(o modbus.TagOptions, d modbus.DeviceOptions) *config.Device {
		tags := []config.Tag{{Name: "x", Scale: 1, Access: config.ReadOnly, Options: &o}}
		return &config.Device{Name: "wrong", Options: &d, Groups: []config.Group{{Name: "main", Tags: tags}}}
	}
	limits := modbus.DeviceOptions{MaxRegisters: 125, MaxBits: 2000}
	return conformance.Harness{
		Driver: modbus.Driver{}, Start: start, TooLarge: tag.IntOf(65536),
		Wrong: map[string]*config.Device{
			"an address that is none":       wrong(modbus.TagOptions{}, limits),
			"an address beyond the table":   wrong(modbus.TagOptions{Address: modbus.Address{Area: modbus.Holding, Number: 65536, Bit: modbus.NoBit}}, limits),
			"a type that there is not":      wrong(modbus.TagOptions{Address: modbus.Address{Area: modbus.Holding, Bit: modbus.NoBit}, Type: "int7"}, limits),
			"more than one reply can carry": wrong(modbus.TagOptions{Address: modbus.Address{Area: modbus.Holding, Bit: modbus.NoBit}, Count: 200}, limits),
			"options of another driver":     {Name: "wrong", Options: 7},
		},
	}
}

// tables are the registers of a device, by another way than Modbus.
type tables interface {
	set(table string, address, value int)
	get(table string, address int) int
}

// peer is a device with the tags that the suite wants.
type peer struct {
	t        *testing.T
	endpoint string
	tables   tables
	line     *faultline.Line // nil where there is none
	process  *foreign.Device // stopped where there is no line
	stopped  atomic.Bool
	waiting  []func() // what is set while the process is stopped
}

func behindALine(t *testing.T, tables tables, address string) *peer {
	t.Helper()
	line, err := faultline.Listen(t.Context(), "127.0.0.1:0", address, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { line.Close() })
	return &peer{t: t, endpoint: "tcp://" + line.Address(), tables: tables, line: line}
}

func (p *peer) Device(timeout time.Duration) *config.Device {
	p.t.Helper()
	return kit.Device(p.t, p.endpoint, fmt.Sprintf("unit: 1, timeout: %[1]v, shortest_timeout: %[1]v,", min(timeout, time.Minute)),
		`name: number, address: "holding:0", access: rw`,
		`name: decimal, address: "holding:1", scale: 0.1, access: rw`,
		`name: flag, address: "coil:3", access: rw`,
		`name: fixed, address: "input:5"`,
		`name: missing, address: "holding:9999"`)
}

// place returns where a tag is, and the raw number of a value.
func place(name string, v tag.Value) (table string, address, raw int) {
	f, _ := v.Float()
	switch name {
	case conformance.Decimal:
		return "holding", 1, int(f*10 + 0.5)
	case conformance.Flag:
		return "coil", 3, int(f)
	case conformance.Fixed:
		return "input", 5, int(f)
	default:
		return "holding", 0, int(f)
	}
}

func (p *peer) Set(name string, v tag.Value) {
	table, address, raw := place(name, v)
	if p.stopped.Load() {
		p.waiting = append(p.waiting, func() { p.tables.set(table, address, raw) })
		return
	}
	p.tables.set(table, address, raw)
}

func (p *peer) Held(name string) tag.Value {
	table, address, _ := place(name, tag.Value{})
	raw := p.tables.get(table, address)
	switch name {
	case conformance.Decimal:
		return tag.FloatOf(float64(raw) / 10)
	case conformance.Flag:
		return tag.BoolOf(raw != 0)
	default:
		return tag.IntOf(int64(raw))
	}
}

func (p *peer) Break(f faulty.Fault) bool {
	if p.line == nil {
		return p.stop(f)
	}
	switch f {
	case faulty.Silent:
		p.line.SetAll(faultline.Fault{Kind: faultline.Dead})
	case faulty.Late:
		p.line.SetAll(faultline.Fault{Kind: faultline.Held})
	case faulty.Garbage:
		p.line.SetAll(faultline.Fault{Kind: faultline.Garbage})
	case faulty.HalfFrame:
		p.line.SetAll(faultline.Fault{Kind: faultline.HalfFrame})
	case faulty.Drip:
		p.line.SetAll(faultline.Fault{Kind: faultline.Drip, Delay: 300 * time.Millisecond})
	case faulty.Refusing:
		p.line.SetAll(faultline.Fault{Kind: faultline.Refused, Exception: wire.IllegalValue})
	case faulty.CutOff:
		p.line.SetAll(faultline.Fault{Kind: faultline.CutOff})
	case faulty.HalfOpen:
		p.line.HalfOpen(true)
	case faulty.Unreached:
		p.line.Refuse(true)
	default:
		return false
	}
	return true
}

// stop stops the process where that is the fault.
func (p *peer) stop(f faulty.Fault) bool {
	if f != faulty.Silent && f != faulty.Late {
		return false
	}
	if err := p.process.Pause(); err != nil {
		p.t.Fatal(err)
	}
	p.stopped.Store(true)
	return true
}

func (p *peer) Heal() {
	if p.line != nil {
		p.line.Heal()
		return
	}
	if err := p.process.Resume(); err != nil {
		p.t.Fatal(err)
	}
	p.stopped.Store(false)
	for _, set := range p.waiting {
		set()
	}
	p.waiting = nil
}

// ownTables are those of our slave.
type ownTables struct{ unit *slave.Unit }

func (o *ownTables) set(table string, address, value int) {
	o.unit.Change(func(coils, _ []bool, inputs, holdings []uint16) {
		switch table {
		case "coil":
			coils[address] = value != 0
		case "input":
			inputs[address] = uint16(value)
		default:
			holdings[address] = uint16(value)
		}
	})
}

func (o *ownTables) get(table string, address int) (value int) {
	o.unit.Change(func(coils, _ []bool, inputs, holdings []uint16) {
		switch {
		case table == "input":
			value = int(inputs[address])
		case table == "holding":
			value = int(holdings[address])
		case coils[address]:
			value = 1
		}
	})
	return value
}

// foreignTables are those of a process.
type foreignTables struct {
	t      *testing.T
	device *foreign.Device
}

func (f *foreignTables) set(table string, address, value int) {
	f.t.Helper()
	if err := f.device.Set(table, address, value); err != nil {
		f.t.Fatal(err)
	}
}

func (f *foreignTables) get(table string, address int) int {
	f.t.Helper()
	v, err := f.device.Get(table, address)
	if err != nil {
		f.t.Fatal(err)
	}
	return v
}
