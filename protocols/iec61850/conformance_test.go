package iec61850_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/protocols/conformance/faulty"
	"github.com/holdfast-edge/holdfast/protocols/iec61850"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/ied"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/mms"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestTheDriverConforms(t *testing.T) {
	at := func(path, constraint string) iec61850.Address {
		return iec61850.Address{Device: "LD0", Node: "GGIO1", Path: path, Constraint: constraint}
	}
	device := &iec61850.DeviceOptions{}
	conformance.Run(t, conformance.Harness{
		Driver: iec61850.Driver{}, TooLarge: tag.IntOf(1 << 40),
		Start: func(t *testing.T) conformance.Peer {
			d, err := ied.Listen(t.Context(), "127.0.0.1:0", standard())
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(d.Close)
			d.Define(logical, "GGIO1$SP$Num$setVal", ied.Int32(), mms.IntOf(0))
			d.Define(logical, "GGIO1$SP$Dec$setMag$f", ied.Float32(), mms.FloatOf(0))
			d.Object(logical, "GGIO1$ST$SPCSO1", "stVal", ied.Bool(), mms.BoolOf(false))
			d.Control(logical, "GGIO1", "SPCSO1", 4, ied.Bool(), "GGIO1$ST$SPCSO1$stVal")
			d.Object(logical, "GGIO1$MX$AnIn1", "mag$f", ied.Float32(), mms.FloatOf(0))
			return &peer{t: t, ied: d}
		},
		Wrong: map[string]*config.Device{
			"a tag without an address":     conformance.Wrong(&iec61850.TagOptions{Type: "bool"}, device),
			"a tag of another driver":      conformance.Wrong(7, device),
			"a device of another":          conformance.Wrong(&iec61850.TagOptions{Address: at("Num.setVal", "SP")}, 7),
			"a type that there is not":     conformance.Wrong(&iec61850.TagOptions{Address: at("Num.setVal", "SP"), Type: "triple"}, device),
			"a description that is scaled": conformance.Wrong(&iec61850.TagOptions{Address: at("Num.q", "ST")}, device),
			"a write of what is reported":  conformance.Wrong(&iec61850.TagOptions{Address: at("rcb.RptEna", "RP")}, device),
			"a control that is read":       conformance.Wrong(&iec61850.TagOptions{Address: at("SPCSO1.Oper.ctlVal", "CO")}, device),
		},
	})
}

// peer is a device with the tags that the suite wants.
type peer struct {
	t   *testing.T
	ied *ied.IED
}

func (p *peer) Device(timeout time.Duration) *config.Device {
	p.t.Helper()
	timeout = min(timeout, 5*time.Minute)
	endpoint := fmt.Sprintf("tcp://%s?request_timeout=%v&connect_timeout=%v", p.ied.Address(), timeout, timeout)
	return kit.Device(p.t, endpoint, fmt.Sprintf("command_timeout: %v,", timeout),
		`name: number, address: 'BAY1LD0/GGIO1.Num.setVal [SP]', type: int32, access: rw`,
		`name: decimal, address: 'BAY1LD0/GGIO1.Dec.setMag.f [SP]', type: float32, access: rw, scale: 0.1`,
		`name: flag, address: 'BAY1LD0/GGIO1.SPCSO1.stVal [ST]', type: bool, access: rw`,
		`name: fixed, address: 'BAY1LD0/GGIO1.AnIn1.mag.f [MX]'`,
		`name: missing, address: 'BAY1LD0/GGIO1.AnIn2.mag.f [MX]'`)
}

// items are where the tags lie.
func items() map[string]string {
	return map[string]string{
		conformance.Number: "GGIO1$SP$Num$setVal", conformance.Decimal: "GGIO1$SP$Dec$setMag$f",
		conformance.Flag: "GGIO1$ST$SPCSO1$stVal", conformance.Fixed: "GGIO1$MX$AnIn1$mag$f",
	}
}

func (p *peer) Set(name string, v tag.Value) {
	f, _ := v.Float()
	d := mms.FloatOf(float32(f))
	switch name {
	case conformance.Number:
		d = mms.IntOf(int64(f))
	case conformance.Decimal:
		d = mms.FloatOf(float32(10 * f))
	case conformance.Flag:
		d = mms.BoolOf(v.Bool())
	}
	p.ied.Set(logical, items()[name], d)
}

func (p *peer) Held(name string) tag.Value {
	switch d := p.ied.Value(logical, items()[name]); {
	case d.Kind != mms.Float:
		return tag.IntOf(d.Int)
	case name == conformance.Decimal:
		return tag.FloatOf(math.Round(d.Float) / 10)
	default:
		return tag.FloatOf(d.Float)
	}
}

func (p *peer) Break(f faulty.Fault) bool {
	p.ied.Break(f)
	return true
}

func (p *peer) Heal() { p.ied.Heal() }
