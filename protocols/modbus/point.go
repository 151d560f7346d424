package modbus

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/bits"
	"sync/atomic"

	"github.com/holdfast-edge/holdfast/protocols/modbus/wire"
	"github.com/holdfast-edge/holdfast/protocols/scale"
	"github.com/holdfast-edge/holdfast/tag"
)

// point is one tag, compiled. It is immutable: devices of one kind share it.
type point struct {
	address string // as it was written
	scaling scale.Scaling
	span    int    // registers or bits
	count   int    // values of an array; 0 for a single value
	first   uint16 // of the area, as it goes over the wire
	area    Area
	bit     int8 // of the register, or NoBit
	form    form
	order   Order

	writeMultiple, readModifyWrite bool
	readable                       bool

	begins atomic.Pointer[layout] // of the group that has it first, once a device of that kind was compiled
}

// target is a point of a device, to be written or read by itself.
type target struct {
	*point
	device *device
	name   string
}

// value returns what the data of a reply hold for the point, whose first register or bit is at the given one. Of a
// text, before is what was read before, which is often the same.
func (p *point) value(data []byte, at int, before tag.Value) tag.Value {
	switch {
	case p.area.hasBits() && p.count == 0:
		return tag.BoolOf(bit(data, at))
	case p.area.hasBits():
		return p.bits(data, at)
	}
	registers := data[2*at : 2*(at+p.span)]
	switch {
	case p.isText():
		return p.characters(registers, before)
	case p.count > 0:
		return p.numbers(registers)
	default:
		return p.single(registers)
	}
}

// isText reports whether values are strings or bytes.
func (p *point) isText() bool { return p.form == stringForm || p.form == bytesForm }

// single returns the value of one number, or of one bit of a register.
func (p *point) single(registers []byte) tag.Value {
	n := p.order.number(registers)
	if p.form == boolForm {
		return tag.BoolOf(n>>uint8(p.bit)&1 != 0)
	}
	return p.scaling.Apply(p.form.number(n))
}

func (p *point) bits(data []byte, at int) tag.Value {
	values := make([]tag.Value, p.count)
	for i := range values {
		values[i] = tag.BoolOf(bit(data, at+i))
	}
	return tag.ArrayOf(values)
}

func (p *point) numbers(registers []byte) tag.Value {
	values := make([]tag.Value, p.count)
	width := len(registers) / p.count
	for i := range values {
		values[i] = p.single(registers[i*width : (i+1)*width])
	}
	return tag.ArrayOf(values)
}

// characters returns a string or bytes; the value of last time where nothing changed.
func (p *point) characters(registers []byte, before tag.Value) tag.Value {
	var buffer [wire.MaxPDU]byte
	raw := p.order.swapped(buffer[:copy(buffer[:], registers)])
	if p.form == stringForm {
		raw = text(raw)
		if before.Kind() == tag.String && before.Str() == string(raw) {
			return before
		}
		return tag.StringOf(string(raw))
	}
	if before.Kind() == tag.Bytes && bytes.Equal(before.Bytes(), raw) {
		return before
	}
	return tag.BytesOf(append([]byte(nil), raw...))
}

// Check is described at protocols.Point.
func (p *point) Check(v tag.Value) error {
	_, err := p.appendWrite(nil, v)
	return err
}

// appendWrite appends the request that writes the value. A bit that has to be read first has no such request; its
// value is checked all the same.
func (p *point) appendWrite(dst []byte, v tag.Value) ([]byte, error) {
	if !p.area.writable() {
		return nil, fmt.Errorf("%s: %s cannot be written", p.address, p.area)
	}
	if v.IsNull() {
		return nil, fmt.Errorf("there is no value to write")
	}
	if p.area == Coil {
		return p.appendCoils(dst, v)
	}
	if p.bit != NoBit {
		return p.appendMask(dst, v)
	}
	data, err := p.registers(v)
	if err != nil {
		return nil, err
	}
	if len(data) == 2 && !p.writeMultiple {
		return wire.AppendWriteRegister(dst, p.first, binary.BigEndian.Uint16(data)), nil
	}
	return wire.AppendWriteRegisters(dst, p.first, data), nil
}

func (p *point) appendCoils(dst []byte, v tag.Value) ([]byte, error) {
	values := []tag.Value{v}
	if p.count > 0 {
		if values = v.Array(); len(values) != p.count {
			return nil, fmt.Errorf("want an array of %d values", p.count)
		}
	}
	packed := make([]byte, (len(values)+7)/8)
	for i, v := range values {
		on, err := truth(v)
		if err != nil {
			return nil, err
		}
		if on {
			packed[i/8] |= 1 << (i % 8)
		}
	}
	if p.count == 0 && !p.writeMultiple {
		return wire.AppendWriteCoil(dst, p.first, packed[0] != 0), nil
	}
	return wire.AppendWriteCoils(dst, p.first, uint16(len(values)), packed), nil
}

// appendMask sets or clears one bit and leaves the others to the device (AP §6.16).
func (p *point) appendMask(dst []byte, v tag.Value) ([]byte, error) {
	on, err := truth(v)
	if err != nil {
		return nil, err
	}
	and, or := ^p.mask(), uint16(0)
	if on {
		or = p.mask()
	}
	return wire.AppendMaskWrite(dst, p.first, and, or), nil
}

// mask returns the point's bit where it stands in the register on the wire.
func (p *point) mask() uint16 {
	m := uint16(1) << uint8(p.bit)
	if p.order.bytes {
		m = bits.ReverseBytes16(m)
	}
	return m
}

// registers returns the bytes that hold the value.
func (p *point) registers(v tag.Value) ([]byte, error) {
	switch {
	case p.form == stringForm:
		raw, err := characters(v, 2*p.span)
		return p.order.swapped(raw), err
	case p.form == bytesForm:
		raw, err := octets(v, 2*p.span)
		return p.order.swapped(append([]byte(nil), raw...)), err
	case p.count == 0:
		data := make([]byte, 2*p.span)
		return data, p.put(data, v)
	}
	values, width := v.Array(), 2*p.span/p.count
	if len(values) != p.count {
		return nil, fmt.Errorf("want an array of %d values", p.count)
	}
	data := make([]byte, 2*p.span)
	for i, v := range values {
		if err := p.put(data[i*width:(i+1)*width], v); err != nil {
			return nil, fmt.Errorf("value %d: %w", i+1, err)
		}
	}
	return data, nil
}

// put writes one number into its registers.
func (p *point) put(registers []byte, v tag.Value) error {
	_, _, whole := p.form.isWhole()
	raw, err := p.scaling.Invert(v, whole)
	if err != nil {
		return err
	}
	n, err := p.form.bits(raw)
	if err != nil {
		return err
	}
	p.order.put(registers, n)
	return nil
}
