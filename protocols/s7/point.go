package s7

import (
	"bytes"
	"fmt"
	"time"

	"github.com/holdfast-edge/holdfast/protocols/s7/pdu"
	"github.com/holdfast-edge/holdfast/protocols/scale"
	"github.com/holdfast-edge/holdfast/tag"
)

// point is one tag, compiled. It is immutable.
type point struct {
	name     string
	address  Address
	form     form
	count    int // values of an array; 0 for a single value
	length   int // characters of a text, or bytes
	octets   int // that it takes
	scaling  scale.Scaling
	zone     *time.Location
	readable bool
}

// target is a point of a device, to be written or read by itself.
type target struct {
	*point
	device *device
}

// first returns the place of the first octet in its area: of timers and counters, as if they had octets.
func (p *point) first() int {
	if p.address.Area.IsNumbered() {
		return 2 * p.address.Start
	}
	return p.address.Start
}

// value returns what the point's octets hold. Of a text, before is what was read before, which is often the same.
func (p *point) value(b []byte, before tag.Value) tag.Value {
	switch {
	case p.form == boolForm && p.count == 0:
		return tag.BoolOf(p.bit(b, 0))
	case p.form.isText():
		return p.form.text(b, before)
	case p.form == bytesForm && before.Kind() == tag.Bytes && bytes.Equal(before.Bytes(), b):
		return before
	case p.form == bytesForm:
		return tag.BytesOf(append([]byte(nil), b...))
	case p.count > 0:
		return p.array(b)
	default:
		return p.scaled(b)
	}
}

// bit returns bit i behind the point's.
func (p *point) bit(b []byte, i int) bool {
	i += int(p.address.Bit)
	return b[i/8]>>(i%8)&1 != 0
}

// scaled returns the value of one element that is no bit.
func (p *point) scaled(b []byte) tag.Value {
	v := p.form.single(b, p.zone)
	if p.scaling != nil {
		v = p.scaling.Apply(v)
	}
	return v
}

func (p *point) array(b []byte) tag.Value {
	values, each := make([]tag.Value, p.count), p.form.octets()
	for i := range values {
		if p.form == boolForm {
			values[i] = tag.BoolOf(p.bit(b, i))
			continue
		}
		values[i] = p.scaled(b[i*each : (i+1)*each])
	}
	return tag.ArrayOf(values)
}

// Check is described at protocols.Point.
func (p *point) Check(v tag.Value) error {
	_, err := p.encoded(v)
	return err
}

// encoded returns the octets of a value: of a single bit 0 or 1, of a text from its actual length on.
func (p *point) encoded(v tag.Value) ([]byte, error) {
	switch {
	case p.address.Area == pdu.Inputs:
		return nil, fmt.Errorf("%v: inputs cannot be written", p.address)
	case v.IsNull():
		return nil, fmt.Errorf("there is no value to write")
	case p.form == bytesForm:
		return octets(v, p.length)
	case p.form.isText():
		return p.form.appendCharacters(nil, v, p.length)
	case p.count == 0:
		return p.appendElement(nil, v)
	}
	values := v.Array()
	if len(values) != p.count {
		return nil, fmt.Errorf("want an array of %d values", p.count)
	}
	return p.appendArray(values)
}

func (p *point) appendArray(values []tag.Value) (dst []byte, err error) {
	for i, v := range values {
		if dst, err = p.appendElement(dst, v); err != nil {
			return nil, fmt.Errorf("value %d: %w", i+1, err)
		}
	}
	if p.form != boolForm {
		return dst, nil
	}
	packed := make([]byte, p.octets)
	for i, on := range dst {
		packed[i/8] |= on << (i % 8)
	}
	return packed, nil
}

// appendElement appends the octets of one value; of a bit, 0 or 1.
func (p *point) appendElement(dst []byte, v tag.Value) ([]byte, error) {
	switch {
	case p.form == boolForm:
		on, err := truth(v)
		if on {
			return append(dst, 1), err
		}
		return append(dst, 0), err
	case p.form == charForm || p.form == wcharForm:
		return p.form.appendCharacter(dst, v)
	case p.form.isInstant():
		return p.form.appendInstant(dst, v, p.zone)
	}
	raw, err := p.scaling.Invert(v, !p.form.isFloat())
	if err != nil {
		return nil, err
	}
	return p.form.appendNumber(dst, raw)
}

// written returns the item that encoded octets of the point go to.
func (p *point) written(octets int) pdu.Item {
	i := pdu.Item{Area: p.address.Area, DB: p.address.DB, Start: p.address.Start, Count: octets}
	switch {
	case i.Area.IsNumbered():
		i.Count = octets / 2
	case p.form == boolForm && p.count == 0:
		i.IsBit, i.Bit = true, p.address.Bit
	case p.form == stringForm:
		i.Start++ // behind the declared length, which is the PLC's
	case p.form == wstringForm:
		i.Start += 2
	}
	return i
}
