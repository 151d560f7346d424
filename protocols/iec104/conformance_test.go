package iec104_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/protocols/conformance/faulty"
	"github.com/holdfast-edge/holdfast/protocols/iec104"
	"github.com/holdfast-edge/holdfast/protocols/iec104/apdu"
	"github.com/holdfast-edge/holdfast/protocols/iec104/outstation"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestTheDriverConforms(t *testing.T) {
	device := &iec104.DeviceOptions{Station: 1, CommandTimeout: time.Second}
	conformance.Run(t, conformance.Harness{
		Driver: iec104.Driver{}, TooLarge: tag.IntOf(40000),
		Start: func(t *testing.T) conformance.Peer {
			s, err := outstation.Listen(t.Context(), "127.0.0.1:0", standard())
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(s.Close)
			p := &peer{t: t, outstation: s, station: s.Put(7)}
			p.station.Define(apdu.Scaled, apdu.Object{Address: 1}, apdu.SetScaled, 1)
			p.station.Define(apdu.Float, apdu.Object{Address: 2}, apdu.SetFloat, 102)
			p.station.Define(apdu.SinglePoint, apdu.Object{Address: 3}, apdu.SingleCommand, 103)
			p.station.SelectFirst(103)
			p.station.Define(apdu.Scaled, apdu.Object{Address: 4}, 0, 0)
			return p
		},
		Wrong: map[string]*config.Device{
			"a tag without an address":  conformance.Wrong(&iec104.TagOptions{Type: "single"}, device),
			"a tag of another driver":   conformance.Wrong(7, device),
			"a device of another":       conformance.Wrong(&iec104.TagOptions{Address: 1, Type: "single"}, 7),
			"a type that there is not":  conformance.Wrong(&iec104.TagOptions{Address: 1, Type: "triple"}, device),
			"a command without a type":  conformance.Wrong(&iec104.TagOptions{Address: 1}, device),
			"a command to a counter":    conformance.Wrong(&iec104.TagOptions{Address: 1, Type: "counter"}, device),
			"a position that is set":    conformance.Wrong(&iec104.TagOptions{Address: 1, Type: "step"}, device),
			"a long qualifier":          conformance.Wrong(&iec104.TagOptions{Address: 1, Type: "single", Qualifier: 32}, device),
			"a zone that there is not":  conformance.Wrong(&iec104.TagOptions{Address: 1, Type: "single"}, &iec104.DeviceOptions{Station: 1, TimeZone: "Mars"}),
			"a station that is all":     conformance.Wrong(&iec104.TagOptions{Address: 1, Type: "single"}, &iec104.DeviceOptions{Station: 65535}),
			"an address beyond the end": conformance.Wrong(&iec104.TagOptions{Address: 1 << 24, Type: "single"}, device),
		},
	})
}

// peer is an outstation with the tags that the suite wants.
type peer struct {
	t          *testing.T
	outstation *outstation.Outstation
	station    *outstation.Station
}

func (p *peer) Device(timeout time.Duration) *config.Device {
	p.t.Helper()
	timeout = min(timeout, 5*time.Minute)
	endpoint := fmt.Sprintf("tcp://%s?t0=30s&t1=%v&t2=%v", p.outstation.Address(), timeout, timeout/4)
	return kit.Device(p.t, endpoint, fmt.Sprintf("station: 7, command_timeout: %v,", timeout),
		`name: number, address: 1, type: scaled, access: rw`,
		`name: decimal, address: 2, type: float, command_address: 102, access: rw, time_tag: true, scale: 0.1`,
		`name: flag, address: 3, type: single, command_address: 103, select: true, access: rw`,
		`name: fixed, address: 4`,
		`name: missing, address: 5`)
}

// addresses are those of the tags.
func addresses() map[string]uint32 {
	return map[string]uint32{conformance.Number: 1, conformance.Decimal: 2, conformance.Flag: 3, conformance.Fixed: 4}
}

func (p *peer) Set(name string, v tag.Value) {
	f, _ := v.Float()
	o := apdu.Object{Address: addresses()[name], Int: int32(f), Float: float32(10 * f)}
	p.station.Set(o)
}

func (p *peer) Held(name string) tag.Value {
	o, _ := p.station.Value(addresses()[name])
	if name == conformance.Decimal {
		return tag.FloatOf(math.Round(float64(o.Float)) / 10)
	}
	return tag.IntOf(int64(o.Int))
}

func (p *peer) Break(f faulty.Fault) bool {
	p.outstation.Break(f)
	return true
}

func (p *peer) Heal() { p.outstation.Heal() }
