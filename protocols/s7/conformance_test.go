package s7_test

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/internal/ports"
	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/protocols/conformance/faulty"
	"github.com/holdfast-edge/holdfast/protocols/conformance/foreign"
	"github.com/holdfast-edge/holdfast/protocols/s7"
	"github.com/holdfast-edge/holdfast/protocols/s7/pdu"
	"github.com/holdfast-edge/holdfast/protocols/s7/plc"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestTheDriverConformsAtAPLCWithFaults(t *testing.T) {
	conformance.Run(t, harness(func(t *testing.T) conformance.Peer {
		p := listen(t, standard())
		return &peer{t: t, address: p.Address(), memory: ownMemory{p}, plc: p}
	}))
}

func TestTheDriverConformsAtSnap7(t *testing.T) {
	conformance.Run(t, harness(func(t *testing.T) conformance.Peer {
		p := snap7(t)
		return &peer{t: t, address: "127.0.0.1:" + p.Ready, memory: foreignMemory{t, p}}
	}))
}

// snap7 starts Snap7's server.
func snap7(t testing.TB) *foreign.Process {
	t.Helper()
	if testing.Short() {
		t.Skip("short mode starts no other programs")
	}
	port, err := ports.Take(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(port.Release)
	p, err := foreign.Node(t.Context(), "s7_server.js", "node-snap7/build/Release/node_snap7.node", strconv.Itoa(port.Number()))
	conformance.Started(t, err)
	t.Cleanup(p.Close)
	return p
}

func harness(start func(t *testing.T) conformance.Peer) conformance.Harness {
	wrong := func(address string, o s7.TagOptions) *config.Device {
		if address != "" {
			if err := o.Address.UnmarshalText([]byte(address)); err != nil {
				panic(err)
			}
		}
		return conformance.Wrong(&o, &s7.DeviceOptions{})
	}
	return conformance.Harness{
		Driver: s7.Driver{}, Start: start, TooLarge: tag.IntOf(40000), Browsed: browsed,
		Wrong: map[string]*config.Device{
			"a tag without an address":           wrong("", s7.TagOptions{}),
			"an input that is written":           wrong("IW0", s7.TagOptions{}),
			"a type that there is not":           wrong("DB1.DBW0", s7.TagOptions{Type: "int7"}),
			"a real in a word":                   wrong("DB1.DBW0", s7.TagOptions{Type: "real"}),
			"an int in a double word":            wrong("DB1.DBD0", s7.TagOptions{Type: "int"}),
			"a bool in a word":                   wrong("DB1.DBW0", s7.TagOptions{Type: "bool"}),
			"a word in a bit":                    wrong("DB1.DBX0.0", s7.TagOptions{Type: "word"}),
			"a timer that is none":               wrong("T1", s7.TagOptions{Type: "int"}),
			"bytes without a length":             wrong("DB1.DBB0", s7.TagOptions{Type: "bytes"}),
			"a string beyond its length":         wrong("DB1.DBB0", s7.TagOptions{Type: "string", Length: 255}),
			"an array of texts":                  wrong("DB1.DBB0", s7.TagOptions{Type: "string", Count: 2}),
			"a value beyond the end":             wrong("DB1.DBB65535", s7.TagOptions{Type: "dint"}),
			"bits that cannot be written":        wrong("DB1.DBX0.0", s7.TagOptions{Count: 5}),
			"options of another driver":          {Name: "wrong", Options: 7},
			"a zone that there is not":           {Name: "wrong", Options: &s7.DeviceOptions{TimeZone: "Mars"}},
			"a tag with another driver's":        {Name: "wrong", Options: &s7.DeviceOptions{}, Groups: []config.Group{{Tags: []config.Tag{{Options: 7}}}}},
			"a length of what has a fixed one":   wrong("DB1.DBW0", s7.TagOptions{Length: 2}),
			"a bool with a table for its values": {Name: "wrong", Options: &s7.DeviceOptions{}, Groups: scaledBool()},
		},
	}
}

// browsed returns the data block of an address: a PLC tells no others.
func browsed(address string) string {
	block, _, isBlock := strings.Cut(address, ".DB")
	if !isBlock {
		return ""
	}
	return block
}

func scaledBool() []config.Group {
	o := s7.TagOptions{}
	if err := o.Address.UnmarshalText([]byte("M0.0")); err != nil {
		panic(err)
	}
	return []config.Group{{Tags: []config.Tag{{Name: "x", Scale: 0.1, Options: &o}}}}
}

// memory is what a PLC holds, by another way than S7comm.
type memory interface {
	set(area string, db, at int, octets []byte)
	get(area string, db, at, count int) []byte
}

// peer is a PLC with the tags that the suite wants.
type peer struct {
	t       *testing.T
	address string
	memory  memory
	plc     *plc.PLC // nil where it cannot be broken
}

func (p *peer) Device(timeout time.Duration) *config.Device {
	p.t.Helper()
	return kit.Device(p.t, "tcp://"+p.address+"?connect_timeout=1m", fmt.Sprintf("timeout: %v,", min(timeout, 5*time.Minute)),
		`name: number, address: DB1.DBW0, type: int, access: rw`,
		`name: decimal, address: DB1.DBD4, type: real, access: rw`,
		`name: flag, address: M3.5, access: rw`,
		`name: fixed, address: IW6`,
		`name: missing, address: DB77.DBW0`)
}

// place returns where a tag is, and the octets of a value.
func place(name string, v tag.Value, now byte) (area string, db, at int, octets []byte) {
	f, _ := v.Float()
	switch name {
	case conformance.Decimal:
		return "DB", 1, 4, binary.BigEndian.AppendUint32(nil, math.Float32bits(float32(f)))
	case conformance.Flag:
		return "M", 0, 3, []byte{now&^(1<<5) | byte(f)<<5}
	case conformance.Fixed:
		return "I", 0, 6, binary.BigEndian.AppendUint16(nil, uint16(f))
	default:
		return "DB", 1, 0, binary.BigEndian.AppendUint16(nil, uint16(f))
	}
}

func (p *peer) Set(name string, v tag.Value) {
	now := byte(0)
	if name == conformance.Flag {
		now = p.memory.get("M", 0, 3, 1)[0]
	}
	area, db, at, octets := place(name, v, now)
	p.memory.set(area, db, at, octets)
}

func (p *peer) Held(name string) tag.Value {
	area, db, at, octets := place(name, tag.Value{}, 0)
	octets = p.memory.get(area, db, at, len(octets))
	switch name {
	case conformance.Decimal:
		f, _ := strconv.ParseFloat(strconv.FormatFloat(float64(math.Float32frombits(binary.BigEndian.Uint32(octets))), 'g', -1, 32), 64)
		return tag.FloatOf(f)
	case conformance.Flag:
		return tag.BoolOf(octets[0]>>5&1 != 0)
	default:
		return tag.IntOf(int64(int16(binary.BigEndian.Uint16(octets))))
	}
}

func (p *peer) Break(f faulty.Fault) bool {
	if p.plc == nil {
		return false
	}
	p.plc.Break(f)
	return true
}

func (p *peer) Heal() {
	if p.plc != nil {
		p.plc.Heal()
	}
}

// ownMemory is that of our PLC.
type ownMemory struct{ plc *plc.PLC }

func areaOf(name string) pdu.Area {
	return map[string]pdu.Area{
		"DB": pdu.DB, "I": pdu.Inputs, "Q": pdu.Outputs, "M": pdu.Markers, "T": pdu.Timers, "C": pdu.Counters,
	}[name]
}

func (o ownMemory) set(area string, db, at int, octets []byte) {
	o.plc.Set(areaOf(area), uint16(db), at, octets...)
}

func (o ownMemory) get(area string, db, at, count int) []byte {
	return o.plc.Octets(areaOf(area), uint16(db), at, count)
}

// foreignMemory is that of a process.
type foreignMemory struct {
	t       testing.TB
	process *foreign.Process
}

// placed returns where Snap7's server keeps what a PLC has at an octet: timer and counter n at octet n/2, not 2n.
func placed(area string, at int) int {
	if area == "T" || area == "C" {
		return at / 4
	}
	return at
}

func (f foreignMemory) set(area string, db, at int, octets []byte) {
	f.t.Helper()
	answer, err := f.process.Ask("set %s %d %d %x", area, db, placed(area, at), octets)
	if err != nil || answer != "ok" {
		f.t.Fatal(answer, err)
	}
}

func (f foreignMemory) get(area string, db, at, count int) []byte {
	f.t.Helper()
	answer, err := f.process.Ask("get %s %d %d %d", area, db, placed(area, at), count)
	if err != nil {
		f.t.Fatal(err)
	}
	octets, err := hex.DecodeString(answer)
	if err != nil || len(octets) != count {
		f.t.Fatalf("%q: %v", answer, err)
	}
	return octets
}
