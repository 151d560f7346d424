package enip

import (
	"encoding/binary"
	"fmt"

	"github.com/holdfast-edge/holdfast/protocols/enip/cip"
	"github.com/holdfast-edge/holdfast/protocols/scale"
	"github.com/holdfast-edge/holdfast/tag"
)

// value returns the value of the tag from what was read, or why it has none.
func (p *point) value(kind cip.Kind, values []byte) (tag.Value, *refused) {
	if r := p.judge(kind); r != nil {
		return tag.Value{}, r
	}
	switch {
	case p.packed:
		return p.bits(values)
	case p.address.bit != noBit:
		return p.bitOf(kind.Type, values)
	case p.count == 0:
		return p.single(kind, values)
	}
	width := len(values) / p.count
	if width == 0 || len(values)%p.count != 0 {
		return tag.Value{}, cutOff()
	}
	list := make([]tag.Value, p.count)
	for i := range list {
		v, r := p.single(kind, values[i*width:(i+1)*width])
		if r != nil {
			return v, r
		}
		list[i] = v
	}
	return tag.ArrayOf(list), nil
}

// judge holds the controller's type against the declared one.
func (p *point) judge(kind cip.Kind) *refused {
	switch {
	case p.packed && kind.Type != cip.DWORD:
		return missing()
	case p.packed, p.address.bit != noBit, p.declared == 0, kind.Type == p.declared:
		return nil
	case p.declared == cip.STRING && kind.Type == cip.Structure:
		return nil
	default:
		return &refused{tag.BadTypeMismatch, fmt.Errorf("the controller has %v: correct type, or remove it", kind.Type)}
	}
}

// bits returns elements of an array of BOOL.
func (p *point) bits(words []byte) (tag.Value, *refused) {
	first, n := int(p.element()%perWord), max(p.count, 1)
	if 8*len(words) < first+n {
		return tag.Value{}, cutOff()
	}
	list := make([]tag.Value, n)
	for i := range list {
		list[i] = tag.BoolOf(words[(first+i)/8]>>((first+i)%8)&1 != 0)
	}
	if p.count == 0 {
		return list[0], nil
	}
	return tag.ArrayOf(list), nil
}

// bitOf returns a bit of a whole number.
func (p *point) bitOf(t cip.Type, value []byte) (tag.Value, *refused) {
	if _, integer := t.IsInteger(); !integer || int(p.address.bit) >= 8*t.Size() {
		return tag.Value{}, &refused{tag.BadTypeMismatch, fmt.Errorf("%v has no bit %d: correct the address", t, p.address.bit)}
	}
	if len(value) != t.Size() {
		return tag.Value{}, cutOff()
	}
	return tag.BoolOf(t.Bits(value)>>uint8(p.address.bit)&1 != 0), nil
}

// single returns one value, scaled.
func (p *point) single(kind cip.Kind, value []byte) (tag.Value, *refused) {
	var v tag.Value
	switch {
	case kind.Type == cip.STRING:
		if len(value) == 0 || len(value) < 1+int(value[0]) {
			return v, cutOff()
		}
		v = tag.StringOf(cip.Text(value[1 : 1+int(value[0])]))
	case kind.Type == cip.Structure:
		text, r := p.characters(kind, value)
		if r != nil {
			return v, r
		}
		v = tag.StringOf(cip.Text(text))
	case kind.Type.Size() == 0:
		return v, &refused{tag.BadNotSupported, fmt.Errorf("the controller has %v, which this driver does not read", kind.Type)}
	case len(value) != kind.Type.Size():
		return v, cutOff()
	default:
		v = kind.Type.Value(value)
	}
	if p.scaled {
		v = scale.ValueOf(p.scaling, v)
	}
	return v, nil
}

// characters returns those of a structure that is a text: its length in four octets, and as many as that.
func (p *point) characters(kind cip.Kind, value []byte) ([]byte, *refused) {
	if kind.Handle != cip.LogixString && p.declared != cip.STRING {
		return nil, &refused{tag.BadTypeMismatch, fmt.Errorf(
			"it is a structure: name a member, as %s.MEMBER (holdfast browse lists them); or write type: string where it is a text", p.address)}
	}
	if len(value) < 4 {
		return nil, cutOff()
	}
	n := binary.LittleEndian.Uint32(value)
	if uint64(n) > uint64(len(value)-4) {
		return nil, &refused{tag.BadDecoding, fmt.Errorf("a text that says to be of %d characters, and has room for %d: it may be another structure", n, len(value)-4)}
	}
	return value[4 : 4+n], nil
}
