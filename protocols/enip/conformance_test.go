package enip_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/protocols/conformance/faulty"
	"github.com/holdfast-edge/holdfast/protocols/enip"
	"github.com/holdfast-edge/holdfast/protocols/enip/cip"
	"github.com/holdfast-edge/holdfast/protocols/enip/controller"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestTheDriverConformsOverAConnection(t *testing.T) { conform(t, "") }

func TestTheDriverConformsWithoutAConnection(t *testing.T) { conform(t, "&connection_size=0") }

func conform(t *testing.T, query string) {
	address := func(text string) (a enip.Address) {
		if err := a.UnmarshalText([]byte(text)); err != nil {
			t.Fatal(err)
		}
		return a
	}
	device := &enip.DeviceOptions{Timeout: time.Second}
	conformance.Run(t, conformance.Harness{
		Driver: enip.Driver{}, TooLarge: tag.IntOf(40000),
		Start: func(t *testing.T) conformance.Peer {
			c := start(t, controller.Logix(quiet()))
			for name, kind := range types() {
				c.Define("", controller.Tag{Symbol: cip.Symbol{Name: name, Type: cip.AtomicType(kind, 0)}})
			}
			return &peer{t: t, controller: c, query: query}
		},
		Wrong: map[string]*config.Device{
			"a tag without an address":    conformance.Wrong(&enip.TagOptions{}, device),
			"a tag of another driver":     conformance.Wrong(7, device),
			"a device of another":         conformance.Wrong(&enip.TagOptions{Address: address("a")}, 7),
			"a type that there is not":    conformance.Wrong(&enip.TagOptions{Address: address("a"), Type: "triple"}, device),
			"a bit that is a number":      conformance.Wrong(&enip.TagOptions{Address: address("a.3"), Type: "dint"}, device),
			"several of one bit":          conformance.Wrong(&enip.TagOptions{Address: address("a.3"), Count: 2}, device),
			"several bits that are set":   conformance.Wrong(&enip.TagOptions{Address: address("a"), Type: "bool", Count: 2}, device),
			"a row of several dimensions": conformance.Wrong(&enip.TagOptions{Address: address("a[1,2]"), Count: 2}, device),
		},
	})
}

// types are those of the tags that the suite wants.
func types() map[string]cip.Type {
	return map[string]cip.Type{conformance.Number: cip.INT, conformance.Decimal: cip.REAL, conformance.Flag: cip.BOOL, conformance.Fixed: cip.DINT}
}

// peer is a controller with the tags that the suite wants.
type peer struct {
	t          *testing.T
	controller *controller.Controller
	query      string
}

func (p *peer) Device(timeout time.Duration) *config.Device {
	p.t.Helper()
	timeout = min(timeout, time.Minute)
	endpoint := fmt.Sprintf("tcp://%s?connect_timeout=%v%s", p.controller.Address(), timeout, p.query)
	return kit.Device(p.t, endpoint, fmt.Sprintf("timeout: %v,", timeout),
		`name: number, address: number, type: int, access: rw`,
		`name: decimal, address: decimal, type: real, access: rw, scale: 0.1`,
		`name: flag, address: flag, type: bool, access: rw`,
		`name: fixed, address: fixed`,
		`name: missing, address: missing`)
}

func (p *peer) Set(name string, v tag.Value) {
	f, _ := v.Float()
	kind := types()[name]
	switch kind {
	case cip.REAL:
		v = tag.FloatOf(f * 10)
	case cip.BOOL:
		v = tag.BoolOf(f != 0)
	}
	p.controller.Set(name, kind, v)
}

func (p *peer) Held(name string) tag.Value {
	v := p.controller.Value(name, types()[name])
	if name == conformance.Decimal {
		f, _ := v.Float()
		return tag.FloatOf(math.Round(f) / 10)
	}
	return v
}

func (p *peer) Break(f faulty.Fault) bool {
	p.controller.Break(f)
	return true
}

func (p *peer) Heal() { p.controller.Heal() }
