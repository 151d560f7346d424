package simulator

import (
	"net/netip"
	"slices"

	"github.com/holdfast-edge/holdfast/protocols/bacnet/wire"
)

// Options are what a device can do. The zero Options are of one that can do all.
type Options struct {
	Instance   uint32
	MaxAPDU    int  // 0: 1476
	Whole      bool // it does not send segments
	NoMultiple bool // it does not have ReadPropertyMultiple
	NoCOV      bool // it does not have SubscribeCOV
	DeafToCOV  bool // it does not even refuse it
	NoWildcard bool // it does not know the wildcard instance
}

// Device is one device. Its methods may be used concurrently.
type Device struct {
	station *Station
	at      wire.Address
	options Options
	objects map[wire.ObjectID]map[wire.Property][]wire.Value
	order   []wire.ObjectID
	subs    []subscription
	sending map[sent]*segments
}

// subscription is somebody who is told of an object.
type subscription struct {
	to        netip.AddrPort
	process   uint32
	object    wire.ObjectID
	confirmed bool
}

// Put puts a device behind the station; the zero Address is the socket itself.
func (s *Station) Put(at wire.Address, o Options) *Device {
	if o.MaxAPDU == 0 {
		o.MaxAPDU = wire.MaxAPDU
	}
	d := &Device{station: s, at: at, options: o, objects: map[wire.ObjectID]map[wire.Property][]wire.Value{}, sending: map[sent]*segments{}}
	id := wire.NewObjectID(wire.Device, o.Instance)
	d.Define(id, "simulated device", nil)
	d.set(id, wire.MaxAPDUAccepted, wire.Value{Type: wire.Unsigned, Number: uint64(o.MaxAPDU)})
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.devices[at] = d
	return d
}

// Define gives the device an object. A present value of nil is none; with one it has status flags, and units where it is
// analog.
func (d *Device) Define(o wire.ObjectID, name string, present *wire.Value) {
	d.station.mutex.Lock()
	defer d.station.mutex.Unlock()
	if d.objects[o] == nil {
		d.order = append(d.order, o)
	}
	p := map[wire.Property][]wire.Value{
		wire.ObjectIdentifier: {{Type: wire.Object, Number: uint64(o)}},
		wire.ObjectName:       {{Type: wire.Characters, Text: name}},
	}
	if present != nil {
		p[wire.PresentValue] = []wire.Value{*present}
		p[wire.StatusFlags] = []wire.Value{Flags()}
		p[wire.Reliability] = []wire.Value{{Type: wire.Enumerated}}
	}
	if o.Type() <= wire.AnalogValue {
		p[wire.Units] = []wire.Value{{Type: wire.Enumerated, Number: 62}}
	}
	if isCommandable(o.Type()) && present != nil {
		p[wire.PriorityArray] = make([]wire.Value, 16)
		p[wire.RelinquishDefault] = []wire.Value{*present}
	}
	d.objects[o] = p
}

func isCommandable(t wire.ObjectType) bool {
	switch t {
	case wire.AnalogOutput, wire.AnalogValue, wire.BinaryOutput, wire.BinaryValue, wire.MultiStateOutput, wire.MultiStateValue:
		return true
	}
	return false
}

// Flags returns status flags: those of in alarm, fault, overridden, out of service that are named.
func Flags(set ...int) wire.Value {
	v := wire.Value{Type: wire.Bits, Number: 4, Raw: []byte{0}}
	for _, bit := range set {
		v.Raw[0] |= 0x80 >> bit
	}
	return v
}

func (d *Device) set(o wire.ObjectID, p wire.Property, values ...wire.Value) {
	d.station.mutex.Lock()
	defer d.station.mutex.Unlock()
	d.objects[o][p] = values
}

// Set sets a property, and tells who has subscribed.
func (d *Device) Set(o wire.ObjectID, p wire.Property, values ...wire.Value) {
	d.set(o, p, values...)
	d.station.mutex.Lock()
	defer d.station.mutex.Unlock()
	d.tell(o, nil)
}

// Slip sets a property and tells nobody.
func (d *Device) Slip(o wire.ObjectID, p wire.Property, values ...wire.Value) { d.set(o, p, values...) }

// Value returns what a property holds; nil where there is none.
func (d *Device) Value(o wire.ObjectID, p wire.Property) []wire.Value {
	d.station.mutex.Lock()
	defer d.station.mutex.Unlock()
	return slices.Clone(d.objects[o][p])
}

// Subscriptions returns how many there are.
func (d *Device) Subscriptions() int {
	d.station.mutex.Lock()
	defer d.station.mutex.Unlock()
	return len(d.subs)
}

// Restart forgets the subscriptions.
func (d *Device) Restart() {
	d.station.mutex.Lock()
	defer d.station.mutex.Unlock()
	d.subs = nil
}

// broadcast answers a Who-Is.
func (d *Device) broadcast(from netip.AddrPort, a *wire.APDU) {
	if a.Kind != wire.UnconfirmedRequest || a.Service != wire.WhoIs {
		return
	}
	f, err := wire.ParseFields(a.Body)
	low, hasLow := f.Number(0)
	high, hasHigh := f.Number(1)
	if err != nil || hasLow && d.options.Instance < low || hasHigh && d.options.Instance > high {
		return
	}
	var body []byte
	for _, v := range []wire.Value{
		{Type: wire.Object, Number: uint64(wire.NewObjectID(wire.Device, d.options.Instance))},
		{Type: wire.Unsigned, Number: uint64(d.options.MaxAPDU)},
		{Type: wire.Enumerated, Number: 3},
		{Type: wire.Unsigned, Number: 555},
	} {
		body = wire.AppendValue(body, v)
	}
	d.station.answer(from, d.at, &wire.APDU{Kind: wire.UnconfirmedRequest, Service: wire.IAm, Body: body})
}

// tell tells the subscribers of an object, or the one that is given.
func (d *Device) tell(o wire.ObjectID, only *subscription) {
	if d.station.fault == Forgetful {
		return
	}
	for _, sub := range d.subs {
		if sub.object != o || only != nil && sub != *only {
			continue
		}
		body := wire.AppendNumber(nil, 0, uint64(sub.process))
		body = wire.AppendObject(body, 1, wire.NewObjectID(wire.Device, d.options.Instance))
		body = wire.AppendNumber(wire.AppendObject(body, 2, o), 3, 60)
		body = wire.AppendOpening(body, 4)
		for _, p := range []wire.Property{wire.PresentValue, wire.StatusFlags} {
			body = wire.AppendOpening(wire.AppendNumber(body, 0, uint64(p)), 2)
			body = wire.AppendClosing(appendValues(body, d.objects[o][p]), 2)
		}
		a := &wire.APDU{Kind: wire.UnconfirmedRequest, Service: wire.UnconfirmedCOV, Body: wire.AppendClosing(body, 4)}
		if sub.confirmed {
			a.Kind, a.Service, a.Limits = wire.ConfirmedRequest, wire.ConfirmedCOV, 0x05
		}
		d.station.answer(sub.to, d.at, a)
	}
}

func appendValues(dst []byte, values []wire.Value) []byte {
	for _, v := range values {
		dst = wire.AppendValue(dst, v)
	}
	return dst
}
