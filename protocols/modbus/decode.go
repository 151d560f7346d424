package modbus

import (
	"bytes"
	"math"
	"unicode/utf8"

	"github.com/holdfast-edge/holdfast/protocols/scale"
	"github.com/holdfast-edge/holdfast/tag"
)

// number returns the value of a numeric type from its bits, unscaled.
func (f form) number(n uint64) tag.Value {
	switch f {
	case int16Form:
		return tag.IntOf(int64(int16(n)))
	case int32Form:
		return tag.IntOf(int64(int32(n)))
	case int64Form:
		return tag.IntOf(int64(n))
	case float32Form:
		return scale.Checked(scale.Shortest(math.Float32frombits(uint32(n))))
	case float64Form:
		return scale.Checked(math.Float64frombits(n))
	case bcd16Form, bcd32Form, bcd64Form:
		return fromBCD(n)
	default:
		return tag.UintOf(n)
	}
}

// fromBCD reads four bits a digit. Digits above 9 are no number.
func fromBCD(n uint64) tag.Value {
	value, unit := uint64(0), uint64(1)
	for ; n != 0; n >>= 4 {
		digit := n & 0xF
		if digit > 9 {
			return tag.NullOf(tag.BadDecoding)
		}
		value += digit * unit
		unit *= 10
	}
	return tag.UintOf(value)
}

// text returns the characters of a string: up to the first NUL, without the spaces that fill it up. What is not UTF-8
// is read as ISO 8859-1.
func text(raw []byte) []byte {
	if end := bytes.IndexByte(raw, 0); end >= 0 {
		raw = raw[:end]
	}
	raw = bytes.TrimRight(raw, " ")
	if utf8.Valid(raw) {
		return raw
	}
	wide := make([]byte, 0, 2*len(raw))
	for _, b := range raw {
		wide = utf8.AppendRune(wide, rune(b))
	}
	return wide
}

// bit reports whether bit i of packed bits is set, the first being the lowest of the first byte (AP §6.1).
func bit(packed []byte, i int) bool { return packed[i/8]>>(i%8)&1 != 0 }
