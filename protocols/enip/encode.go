package enip

import (
	"encoding/binary"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/holdfast-edge/holdfast/protocols/enip/cip"
	"github.com/holdfast-edge/holdfast/tag"
)

var (
	// errNoValue is why a null or a Bad value is not written.
	errNoValue = errors.New("there is no value to write")

	// errNoText is why another value is not written where a text is wanted.
	errNoText = errors.New("want a text")
)

// appendWrite appends the request that writes a value to a tag of a shape, or says why the value does not fit.
func (p *point) appendWrite(dst []byte, v tag.Value, s *shape) ([]byte, error) {
	if v.IsNull() || v.Quality().IsBad() {
		return nil, errNoValue
	}
	if p.packed || p.address.bit != noBit {
		return p.appendBit(dst, v, s)
	}
	path, elements := p.where()
	values := []tag.Value{v}
	if p.count > 0 {
		if values = v.Array(); len(values) != p.count {
			return nil, fmt.Errorf("want an array of %d values", p.count)
		}
	}
	var octets []byte
	for _, one := range values {
		var err error
		if octets, err = p.appendValue(octets, one, s); err != nil {
			return nil, err
		}
	}
	return cip.AppendWrite(dst, path, s.kind, elements, octets), nil
}

// appendBit sets or clears one bit, and leaves the others to the controller.
func (p *point) appendBit(dst []byte, v tag.Value, s *shape) ([]byte, error) {
	if p.count > 0 {
		return nil, fmt.Errorf("elements of BOOL are written one by one")
	}
	on, err := cip.Truth(v)
	if err != nil {
		return nil, err
	}
	bit := uint(p.address.bit)
	if p.packed {
		bit = uint(p.element() % perWord)
	}
	if size := s.kind.Type.Size(); size == 0 || bit >= uint(8*size) {
		return nil, fmt.Errorf("%v has no bit %d", s.kind.Type, bit)
	}
	or, and := uint64(0), ^(uint64(1) << bit)
	if on {
		or, and = 1<<bit, ^uint64(0)
	}
	path, _ := p.where()
	return cip.AppendModify(dst, path, s.kind.Type.Size(), or, and), nil
}

// appendValue appends the octets of one value.
func (p *point) appendValue(dst []byte, v tag.Value, s *shape) ([]byte, error) {
	switch t := s.kind.Type; t {
	case cip.STRING:
		return appendText(dst, v, 0xFF, func(dst []byte, n int) []byte { return append(dst, byte(n)) }, 0)
	case cip.Structure:
		if s.kind.Handle != cip.LogixString && p.declared != cip.STRING {
			return nil, fmt.Errorf("%s is a structure: write its members", p.address)
		}
		return appendText(dst, v, textRoom(s), func(dst []byte, n int) []byte { return binary.LittleEndian.AppendUint32(dst, uint32(n)) }, s.size-4)
	case cip.BOOL:
		return t.Append(dst, v)
	default:
		_, whole := t.IsInteger()
		raw, err := p.scaling.Invert(v, whole)
		if err != nil {
			return nil, err
		}
		return t.Append(dst, raw)
	}
}

// textRoom returns how many characters a structure takes: STRING fills up the last two octets.
func textRoom(s *shape) int {
	if s.kind.Handle == cip.LogixString {
		return 82
	}
	return s.size - 4
}

// appendText appends a text of at most so many octets behind its length, filled up to the size with NUL.
func appendText(dst []byte, v tag.Value, most int, length func([]byte, int) []byte, size int) ([]byte, error) {
	if v.Kind() != tag.String {
		return nil, errNoText
	}
	text := v.Str()
	switch {
	case !utf8.ValidString(text):
		return nil, fmt.Errorf("the text is not UTF-8")
	case len(text) > most:
		return nil, fmt.Errorf("a text of %d octets: want at most %d", len(text), most)
	}
	dst = append(length(dst, len(text)), text...)
	return append(dst, make([]byte, max(size-len(text), 0))...), nil
}
