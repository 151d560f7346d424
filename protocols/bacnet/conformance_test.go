package bacnet_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols/bacnet"
	"github.com/holdfast-edge/holdfast/protocols/bacnet/simulator"
	"github.com/holdfast-edge/holdfast/protocols/bacnet/wire"
	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/protocols/conformance/faulty"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestTheDriverConforms(t *testing.T) {
	wrong := func(access config.Access, o, d any) *config.Device {
		tags := []config.Tag{{Name: "x", Scale: 1, Access: access, Options: o}}
		return &config.Device{Name: "wrong", Options: d, Groups: []config.Group{{Name: "main", Tags: tags}}}
	}
	device := &bacnet.DeviceOptions{Timeout: time.Second}
	address := func(text string) (a bacnet.Address) {
		if err := a.UnmarshalText([]byte(text)); err != nil {
			t.Fatal(err)
		}
		return a
	}
	conformance.Run(t, conformance.Harness{
		Driver: bacnet.Driver{}, TooLarge: tag.IntOf(1 << 40), Start: startPeer,
		Wrong: map[string]*config.Device{
			"a tag of another driver":          wrong(config.ReadOnly, 7, device),
			"a tag without an address":         wrong(config.ReadOnly, &bacnet.TagOptions{}, device),
			"a device of another":              wrong(config.ReadOnly, &bacnet.TagOptions{Address: address("analog-input:1")}, 7),
			"a written tag of no known type":   wrong(config.ReadWrite, &bacnet.TagOptions{Address: address("loop:1")}, device),
			"a type that there is not":         wrong(config.ReadWrite, &bacnet.TagOptions{Address: address("loop:1"), Type: "triple"}, device),
			"a priority that nobody writes at": wrong(config.ReadOnly, &bacnet.TagOptions{Address: address("analog-input:1"), Priority: 8}, device),
			"changes of what is none":          wrong(config.ReadOnly, &bacnet.TagOptions{Address: address("analog-input:1.units"), Cov: true}, device),
			"a network without an address":     wrong(config.ReadOnly, &bacnet.TagOptions{Address: address("analog-input:1")}, &bacnet.DeviceOptions{Network: 5}),
			"an address that is no number":     wrong(config.ReadOnly, &bacnet.TagOptions{Address: address("analog-input:1")}, &bacnet.DeviceOptions{Network: 5, MAC: "x"}),
		},
	})
}

// peer is a simulator with the tags that the suite wants.
type peer struct {
	t       *testing.T
	station *simulator.Station
	device  *simulator.Device
}

// objects are those of the tags.
func objects() map[string]wire.ObjectID {
	return map[string]wire.ObjectID{
		conformance.Number: wire.NewObjectID(wire.PositiveInteger, 1), conformance.Decimal: wire.NewObjectID(wire.AnalogValue, 2),
		conformance.Flag: wire.NewObjectID(wire.BinaryValue, 3), conformance.Fixed: wire.NewObjectID(wire.AnalogInput, 4),
	}
}

func startPeer(t *testing.T) conformance.Peer {
	s, d := station(t, simulator.Options{Instance: 77})
	for name, o := range objects() {
		d.Define(o, name, present(valueFor(o, 0)))
	}
	return &peer{t, s, d}
}

// valueFor is a number as an object holds it.
func valueFor(o wire.ObjectID, f float64) wire.Value {
	switch o.Type() {
	case wire.PositiveInteger:
		return unsigned(uint64(f))
	case wire.BinaryValue:
		return enumerated(uint64(f))
	default:
		return analog(f)
	}
}

func (p *peer) Device(timeout time.Duration) *config.Device {
	p.t.Helper()
	return kit.Device(p.t, url(p.station), fmt.Sprintf("timeout: %v, retries: 0,", timeout),
		`name: number, address: 'positive-integer-value:1', access: rw`,
		`name: decimal, address: 'analog-value:2', access: rw`,
		`name: flag, address: 'binary-value:3', access: rw`,
		`name: fixed, address: 'analog-input:4'`,
		`name: missing, address: 'analog-input:5'`)
}

func (p *peer) Set(name string, v tag.Value) {
	f, _ := v.Float()
	o := objects()[name]
	p.device.Set(o, wire.PresentValue, valueFor(o, f))
}

func (p *peer) Held(name string) tag.Value {
	v := p.device.Value(objects()[name], wire.PresentValue)[0]
	if v.Type == wire.Real {
		return tag.FloatOf(float64(int64(v.Float*10+0.5)) / 10)
	}
	return tag.IntOf(int64(v.Number))
}

func (p *peer) Break(f faulty.Fault) bool {
	switch f {
	case faulty.Drip, faulty.CutOff, faulty.HalfOpen:
		return false // without a connection there is none to cut, and a datagram does not drip
	}
	p.set(f)
	return true
}

func (p *peer) Heal() { p.set(0) }

func (p *peer) set(f faulty.Fault) {
	p.t.Helper()
	if err := p.station.Break(f); err != nil {
		p.t.Fatal(err)
	}
}
