package opcua_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/protocols/conformance/faulty"
	"github.com/holdfast-edge/holdfast/protocols/opcua"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestTheDriverConformsAtNodeOPCUA(t *testing.T) {
	wrong := func(o, d any) *config.Device {
		tags := []config.Tag{{Name: "x", Scale: 1, Access: config.ReadOnly, Options: o}}
		return &config.Device{Name: "wrong", Options: d, Groups: []config.Group{{Name: "main", Tags: tags}}}
	}
	device := &opcua.DeviceOptions{MaxPerRequest: 100}
	conformance.Run(t, conformance.Harness{
		Driver: opcua.Driver{},
		Start: func(t *testing.T) conformance.Peer {
			s := sharedServer(t)
			t.Cleanup(func() { s.refuse(t, false) })
			return &peer{t: t, server: s, line: newRelay(t, s.address())}
		},
		Wrong: map[string]*config.Device{
			"a tag without an address":       wrong(&opcua.TagOptions{}, device),
			"a tag of another driver":        wrong(7, device),
			"a device of another driver":     wrong(&opcua.TagOptions{}, 7),
			"a type that there is not":       wrong(&opcua.TagOptions{Address: address(t, "i=1"), Type: "int7"}, device),
			"a scale of what is not counted": scaled(wrong(&opcua.TagOptions{Address: address(t, "i=1"), Type: "string"}, device)),
		},
	})
}

func scaled(d *config.Device) *config.Device {
	d.Groups[0].Tags[0].Scale = 2
	return d
}

func address(t testing.TB, text string) (a opcua.Address) {
	t.Helper()
	if err := a.UnmarshalText([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return a
}

// peer is the server behind a line, with the tags that the suite wants.
type peer struct {
	t      *testing.T
	server *server
	line   *relay
}

func (p *peer) Device(timeout time.Duration) *config.Device {
	p.t.Helper()
	endpoint := fmt.Sprintf("opc.tcp://%s/?request_timeout=%v&connect_timeout=30s", p.line.Address(), min(timeout, 5*time.Minute))
	return kit.Device(p.t, endpoint, "",
		`name: number, address: "ns=1;s=Number", type: int32, access: rw`,
		`name: decimal, address: "ns=1;s=Decimal", type: int16, scale: 0.1, access: rw`,
		`name: flag, address: "ns=1;s=Flag", type: bool, access: rw`,
		`name: fixed, address: "ns=1;s=Fixed"`,
		`name: missing, address: "ns=1;s=Missing"`)
}

// nodes are the server's names of the tags.
var nodes = map[string]string{
	conformance.Number: "Number", conformance.Decimal: "Decimal", conformance.Flag: "Flag", conformance.Fixed: "Fixed",
}

func (p *peer) Set(name string, v tag.Value) {
	p.t.Helper()
	f, _ := v.Float()
	switch name {
	case conformance.Decimal:
		p.server.set(p.t, nodes[name], int(f*10+0.5))
	case conformance.Flag:
		p.server.set(p.t, nodes[name], f != 0)
	default:
		p.server.set(p.t, nodes[name], f)
	}
}

func (p *peer) Held(name string) tag.Value {
	p.t.Helper()
	switch held := p.server.get(p.t, nodes[name]).(type) {
	case bool:
		return tag.BoolOf(held)
	case float64:
		if name == conformance.Decimal {
			held /= 10
		}
		return tag.FloatOf(held)
	default:
		p.t.Fatalf("%s is %v", name, held)
		return tag.Value{}
	}
}

func (p *peer) Break(f faulty.Fault) bool {
	if f == faulty.Refusing {
		p.server.refuse(p.t, true)
		return true
	}
	p.line.Break(f)
	return true
}

func (p *peer) Heal() {
	p.server.refuse(p.t, false)
	p.line.Heal()
}
