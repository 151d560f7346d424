package modbus

import (
	"encoding/binary"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/tag"
)

// Codec is how one value stands in registers or bits: what the driver reads, and package server shows. It may be used
// concurrently.
type Codec struct{ point *point }

// NewCodec compiles a tag that has TagOptions. An error is that of a key.
func NewCodec(t *config.Tag, o *DeviceOptions) (c *Codec, key string, err error) {
	p, flaw := newPoint(t, o)
	if flaw != nil {
		return nil, flaw.Key, flaw.Err
	}
	return &Codec{p}, "", nil
}

// Place returns the table, the first register or bit as it goes over the wire, and how many there are.
func (c *Codec) Place() (area Area, first uint16, span int) {
	return c.point.area, c.point.first, c.point.span
}

// Bit returns the bit of the register that the value is, as a mask; 0 where it is no bit of a register.
func (c *Codec) Bit() uint16 {
	if c.point.bit == NoBit {
		return 0
	}
	return c.point.mask()
}

// Bits returns a value of a table of bits.
func (c *Codec) Bits(v tag.Value) ([]bool, error) {
	values := []tag.Value{v}
	if c.point.count > 0 {
		values = v.Array()
	}
	on := make([]bool, len(values))
	for i, v := range values {
		var err error
		if on[i], err = truth(v); err != nil {
			return nil, err
		}
	}
	return on, nil
}

// Registers returns the registers of a value of a table of registers, high byte first; of a bit of one, that bit.
func (c *Codec) Registers(v tag.Value) ([]byte, error) {
	if c.point.bit == NoBit {
		return c.point.registers(v)
	}
	on, err := truth(v)
	if err != nil || !on {
		return make([]byte, 2), err
	}
	return binary.BigEndian.AppendUint16(nil, c.point.mask()), nil
}

// Value returns what data hold: registers, or packed bits. The value is Bad where they hold none.
func (c *Codec) Value(data []byte) tag.Value { return c.point.value(data, 0, tag.Value{}) }

// HasBits reports whether the table is one of single bits.
func (a Area) HasBits() bool { return a.hasBits() }
