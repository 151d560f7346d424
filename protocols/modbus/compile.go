package modbus

import (
	"fmt"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/modbus/wire"
	"github.com/holdfast-edge/holdfast/protocols/scale"
)

// pointOf returns a tag, compiled: as it was checked, where it was loaded.
func pointOf(t *config.Tag, device *DeviceOptions) (*point, *protocols.Flaw) {
	if o, ok := t.Options.(*TagOptions); ok && o.compiled != nil {
		return o.compiled, nil
	}
	return newPoint(t, device)
}

// newPoint compiles a tag, or says what is wrong with it.
func newPoint(t *config.Tag, device *DeviceOptions) (*point, *protocols.Flaw) {
	o, ok := t.Options.(*TagOptions)
	if !ok {
		return nil, protocols.Flawed("address", "load the configuration with the driver's component", "the tag has no Modbus options")
	}
	p := &point{
		address: o.Address.String(), area: o.Address.Area, bit: o.Address.Bit, order: device.Order, count: o.Count,
		readable: t.Access.Readable(), writeMultiple: device.WriteMultiple, readModifyWrite: device.BitWrite == "read_modify_write",
	}
	for _, step := range []func(*config.Tag, *TagOptions) *protocols.Flaw{p.setForm, p.setOrder, p.setSpan, p.checkAccess, p.setScaling} {
		if flaw := step(t, o); flaw != nil {
			return nil, flaw
		}
	}
	flaw := p.setPlace(o.Address, device)
	return p, flaw
}

// setForm takes the type, or the one that goes without saying.
func (p *point) setForm(_ *config.Tag, o *TagOptions) *protocols.Flaw {
	oneBit := p.area.hasBits() || p.bit != NoBit
	if p.form = formOf(o.Type); o.Type == "" {
		p.form = uint16Form
		if oneBit {
			p.form = boolForm
		}
	}
	switch {
	case p.form == 0:
		return protocols.Flawed("type", "want bool, int16, uint16 …", "%q is no type", o.Type)
	case oneBit && p.form != boolForm:
		return protocols.Flawed("type", "remove type, or write bool", "%s is a single bit and cannot be %s", p.address, p.form)
	case !oneBit && p.form == boolForm:
		return protocols.Flawed("type", fmt.Sprintf("name the bit, as %s.0", p.address), "%s is a register of 16 bits and no bool", p.address)
	}
	return nil
}

// setOrder takes the tag's own order, or else the device's.
func (p *point) setOrder(_ *config.Tag, o *TagOptions) *protocols.Flaw {
	if o.Order.IsZero() {
		return nil
	}
	if o.Order.long && p.form.registers() != 4 {
		return protocols.Flawed("order", "write four letters", "an order of eight letters is for 64 bit, and %s has %d", p.form, 16*p.form.registers())
	}
	p.order = o.Order
	return nil
}

// setSpan counts the registers or bits that the tag takes.
func (p *point) setSpan(_ *config.Tag, o *TagOptions) *protocols.Flaw {
	long := p.form == stringForm || p.form == bytesForm
	switch {
	case long && o.Length == 0:
		return protocols.Flawed("length", "write length: and the bytes that the device keeps", "a tag of type %s needs its length", p.form)
	case long && o.Count > 0:
		return protocols.Flawed("count", "declare a tag for each", "there are no arrays of %s", p.form)
	case !long && o.Length > 0:
		return protocols.Flawed("length", "remove it, or use count for an array", "a tag of type %s has no length", p.form)
	case p.bit != NoBit && o.Count > 0:
		return protocols.Flawed("count", "declare a tag for each bit", "%s is a single bit of a register", p.address)
	case long:
		p.span = (o.Length + 1) / 2
	case p.form == boolForm:
		p.span = max(o.Count, 1)
	default:
		p.span = max(o.Count, 1) * p.form.registers()
	}
	return nil
}

// checkAccess refuses to write what cannot be.
func (p *point) checkAccess(t *config.Tag, _ *TagOptions) *protocols.Flaw {
	switch {
	case !t.Access.Writable():
		return nil
	case !p.area.writable():
		return protocols.Flawed("access", "write access: r, or use a coil or holding register", "%s cannot be written", p.address)
	case p.area == Coil && p.span > wire.MaxWriteBits:
		return protocols.Flawed("count", fmt.Sprintf("want at most %d", wire.MaxWriteBits), "%d coils cannot be written at once", p.span)
	case p.area == Holding && p.span > wire.MaxWriteRegisters:
		return protocols.Flawed("count", fmt.Sprintf("want at most %d registers", wire.MaxWriteRegisters), "%d registers cannot be written at once", p.span)
	}
	return nil
}

// setScaling takes scale and offset or a curve; only numbers have them.
func (p *point) setScaling(t *config.Tag, o *TagOptions) *protocols.Flaw {
	if !p.form.isNumber() {
		if scale.IsAsked(t, o.Scaling) {
			return protocols.Flawed("scale", "remove scale, offset and scaling", "a tag of type %s cannot be scaled", p.form)
		}
		return nil
	}
	var flaw *protocols.Flaw
	p.scaling, flaw = scale.OfTag(t, o.Scaling)
	return flaw
}

// setPlace finds the registers in the device, and holds them against its limits.
func (p *point) setPlace(a Address, device *DeviceOptions) *protocols.Flaw {
	if a.Area == 0 {
		return protocols.Flawed("address", addressForms, "the tag has no address")
	}
	first, err := a.offset(device.Base)
	if err != nil {
		return &protocols.Flaw{Key: "address", Err: err}
	}
	if last := int(first) + p.span - 1; last > 0xFFFF {
		return protocols.Flawed("address", "choose a lower address or a shorter value", "%s and the %d behind it reach beyond the table", p.address, p.span-1)
	}
	limit := device.MaxRegisters
	if p.area.hasBits() {
		limit = device.MaxBits
	}
	if p.span > limit {
		return protocols.Flawed("address", "split the tag", "%s takes %d at once, and the device gives %d", p.address, p.span, limit)
	}
	p.first = uint16(first)
	return nil
}
