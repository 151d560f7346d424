package simulator

import (
	"net/netip"

	"github.com/holdfast-edge/holdfast/protocols/bacnet/wire"
	"github.com/holdfast-edge/holdfast/protocols/conformance/faulty"
)

// take takes an APDU for the device. The caller holds the station's lock.
func (d *Device) take(from netip.AddrPort, a *wire.APDU) {
	switch a.Kind {
	case wire.SegmentACK:
		d.acknowledged(from, a)
	case wire.UnconfirmedRequest:
		d.broadcast(from, a)
	case wire.ConfirmedRequest:
		d.station.asked = append(d.station.asked, a.Service)
		if d.options.DeafToCOV && a.Service == wire.SubscribeCOV {
			return
		}
		reply := d.answered(from, a)
		reply.Invoke = a.Invoke
		d.reply(from, a, reply)
		if a.Service == wire.SubscribeCOV && reply.Kind == wire.SimpleACK && len(d.subs) > 0 {
			d.tell(d.subs[len(d.subs)-1].object, &d.subs[len(d.subs)-1])
		}
	}
}

// answered returns the answer to a request.
func (d *Device) answered(from netip.AddrPort, a *wire.APDU) *wire.APDU {
	f, err := wire.ParseFields(a.Body)
	if err != nil {
		return &wire.APDU{Kind: wire.RejectPDU, Service: 4}
	}
	switch {
	case a.Service == wire.ReadProperty:
		return d.read(&f)
	case a.Service == wire.ReadMultiple && !d.options.NoMultiple:
		return d.readMultiple(&f)
	case a.Service == wire.WriteProperty:
		return d.write(&f)
	case a.Service == wire.SubscribeCOV && !d.options.NoCOV:
		return d.subscribe(from, &f)
	default:
		return &wire.APDU{Kind: wire.RejectPDU, Service: wire.RejectUnknownService}
	}
}

func refusing(s wire.Service, class, code uint64) *wire.APDU {
	return &wire.APDU{Kind: wire.ErrorPDU, Service: s, Body: appendCode(nil, class, code)}
}

func appendCode(dst []byte, class, code uint64) []byte {
	return appendValues(dst, []wire.Value{{Type: wire.Enumerated, Number: class}, {Type: wire.Enumerated, Number: code}})
}

// find returns what a reference is of, or why there is nothing: class and code of an error.
func (d *Device) find(r wire.Reference) (values []wire.Value, class, code uint64) {
	object, ok := d.objects[r.Object]
	if r.Object == wire.NewObjectID(wire.Device, wire.MaxInstance) && !d.options.NoWildcard {
		object, ok = d.objects[wire.NewObjectID(wire.Device, d.options.Instance)]
	}
	if !ok {
		return nil, 1, wire.UnknownObject
	}
	values, ok = object[r.Property]
	if r.Property == wire.ObjectList && r.Object.Type() == wire.Device {
		ok = true
		for _, o := range d.order {
			values = append(values, wire.Value{Type: wire.Object, Number: uint64(o)})
		}
	}
	switch {
	case !ok:
		return nil, 2, wire.UnknownProperty
	case d.station.fault == faulty.Refusing && r.Property != wire.ObjectIdentifier:
		return nil, 2, wire.ReadAccessDenied
	case r.Index == 0:
		return []wire.Value{{Type: wire.Unsigned, Number: uint64(len(values))}}, 0, 0
	case r.Index != wire.NoIndex && int(r.Index) > len(values):
		return nil, 2, wire.InvalidArrayIndex
	case r.Index != wire.NoIndex:
		return values[r.Index-1 : r.Index], 0, 0
	}
	return values, 0, 0
}

func (d *Device) read(f *wire.Fields) *wire.APDU {
	o, _ := f.ID(0)
	r, ok := f.Reference(1, o)
	if !ok {
		return &wire.APDU{Kind: wire.RejectPDU, Service: 5}
	}
	values, class, code := d.find(r)
	if code != 0 {
		return refusing(wire.ReadProperty, class, code)
	}
	if o.Type() == wire.Device {
		r.Object = wire.NewObjectID(wire.Device, d.options.Instance)
	}
	body := wire.AppendOpening(wire.AppendRead(nil, r), 3)
	return &wire.APDU{Kind: wire.ComplexACK, Service: wire.ReadProperty, Body: wire.AppendClosing(appendValues(body, values), 3)}
}

func (d *Device) readMultiple(f *wire.Fields) *wire.APDU {
	var body []byte
	for !f.Empty() {
		o, _ := f.ID(0)
		list, ok := f.List(1)
		if !ok {
			return &wire.APDU{Kind: wire.RejectPDU, Service: 5}
		}
		body = wire.AppendOpening(wire.AppendObject(body, 0, o), 1)
		asked := wire.FieldsOf(list)
		for !asked.Empty() {
			r, ok := asked.Reference(0, o)
			if !ok {
				return &wire.APDU{Kind: wire.RejectPDU, Service: 5}
			}
			body = wire.AppendNumber(body, 2, uint64(r.Property))
			if r.Index != wire.NoIndex {
				body = wire.AppendNumber(body, 3, uint64(r.Index))
			}
			if values, class, code := d.find(r); code != 0 {
				body = wire.AppendClosing(appendCode(wire.AppendOpening(body, 5), class, code), 5)
			} else {
				body = wire.AppendClosing(appendValues(wire.AppendOpening(body, 4), values), 4)
			}
		}
		body = wire.AppendClosing(body, 1)
	}
	return &wire.APDU{Kind: wire.ComplexACK, Service: wire.ReadMultiple, Body: body}
}

func (d *Device) write(f *wire.Fields) *wire.APDU {
	o, _ := f.ID(0)
	r, _ := f.Reference(1, o)
	values, ok := f.List(3)
	priority, hasPriority := f.Number(4)
	if !hasPriority {
		priority = 16
	}
	held, class, code := d.find(r)
	switch {
	case !ok || len(values) != 1:
		return &wire.APDU{Kind: wire.RejectPDU, Service: 5}
	case d.station.fault == faulty.Refusing, o.Type() == wire.AnalogInput:
		return refusing(wire.WriteProperty, 2, wire.WriteAccessDenied)
	case code != 0:
		return refusing(wire.WriteProperty, class, code)
	case values[0].Type != held[0].Type && values[0].Type != wire.Null:
		return refusing(wire.WriteProperty, 2, wire.InvalidDataType)
	}
	d.command(r, values[0], int(priority))
	d.tell(o, nil)
	return &wire.APDU{Kind: wire.SimpleACK, Service: wire.WriteProperty}
}

// command puts a value into the priority array, where there is one (clause 19.2).
func (d *Device) command(r wire.Reference, v wire.Value, priority int) {
	v.Raw = append([]byte(nil), v.Raw...)
	object := d.objects[r.Object]
	array := object[wire.PriorityArray]
	if r.Property != wire.PresentValue || array == nil {
		object[r.Property] = []wire.Value{v}
		return
	}
	array[priority-1] = v
	object[wire.PresentValue] = object[wire.RelinquishDefault]
	for _, commanded := range array {
		if commanded.Type != wire.Null {
			object[wire.PresentValue] = []wire.Value{commanded}
			return
		}
	}
}

func (d *Device) subscribe(from netip.AddrPort, f *wire.Fields) *wire.APDU {
	process, _ := f.Number(0)
	o, _ := f.ID(1)
	confirmed, hasConfirmed := f.Number(2)
	_, hasLifetime := f.Number(3)
	if d.objects[o] == nil {
		return refusing(wire.SubscribeCOV, 1, wire.UnknownObject)
	}
	sub := subscription{from, process, o, confirmed == 1}
	for i, old := range d.subs {
		if old.to == from && old.process == process && old.object == o {
			d.subs = append(d.subs[:i], d.subs[i+1:]...)
			break
		}
	}
	if hasConfirmed || hasLifetime {
		d.subs = append(d.subs, sub)
	}
	return &wire.APDU{Kind: wire.SimpleACK, Service: wire.SubscribeCOV}
}
