package s7

import (
	"encoding/binary"
	"math"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/holdfast-edge/holdfast/protocols/scale"
	"github.com/holdfast-edge/holdfast/tag"
)

// bigEndian returns the number of 1, 2, 4 or 8 octets.
func bigEndian(b []byte) (n uint64) {
	for _, octet := range b {
		n = n<<8 | uint64(octet)
	}
	return n
}

// number returns the value of a numeric type from its octets, unscaled.
func (f form) number(b []byte) tag.Value {
	n := bigEndian(b)
	switch f {
	case realForm:
		return scale.Checked(scale.Shortest(math.Float32frombits(uint32(n))))
	case lrealForm:
		return scale.Checked(math.Float64frombits(n))
	case bcd16Form, bcd32Form:
		return fromBCD(n, len(b))
	case s5timeForm:
		return fromS5Time(uint16(n))
	}
	if forms[f-1].low < 0 {
		unused := 64 - 8*len(b)
		return tag.IntOf(int64(n<<unused) >> unused)
	}
	if n > forms[f-1].high {
		return tag.NullOf(tag.BadOutOfRange) // a time of day behind midnight
	}
	return tag.UintOf(n)
}

// fromBCD reads four bits a digit. F as the highest is a sign, as STEP 7 writes it; other digits above 9 are no number.
func fromBCD(n uint64, octets int) tag.Value {
	sign := 8*octets - 4
	negative := n>>sign == 0xF
	if negative {
		n &^= 0xF << sign
	}
	value, ok := digits(n)
	switch {
	case !ok:
		return tag.NullOf(tag.BadDecoding)
	case negative:
		return tag.IntOf(-int64(value))
	default:
		return tag.IntOf(int64(value))
	}
}

// digits reads four bits a digit.
func digits(n uint64) (value uint64, ok bool) {
	for unit := uint64(1); n != 0; n, unit = n>>4, unit*10 {
		if n&0xF > 9 {
			return 0, false
		}
		value += n & 0xF * unit
	}
	return value, true
}

// fromS5Time reads three digits and their unit: 10 ms, 100 ms, 1 s or 10 s. The two bits above are of no meaning.
func fromS5Time(n uint16) tag.Value {
	value, ok := digits(uint64(n & 0xFFF))
	if !ok {
		return tag.NullOf(tag.BadDecoding)
	}
	for range n >> 12 & 3 {
		value *= 10
	}
	return tag.UintOf(10 * value)
}

// Heads of texts: declared and actual length.
const (
	stringHead  = 2
	wstringHead = 4
)

// head returns the octets before the characters of a text, and those of a character.
func (f form) head() (head, character int) {
	if f == wstringForm {
		return wstringHead, 2
	}
	return stringHead, 1
}

// lengths returns the declared and the actual length of a text, in characters. ok is false where it is no text: a PLC does not
// prepare what nobody has written to.
func (f form) lengths(b []byte) (declared, actual int, ok bool) {
	declared, actual = int(b[0]), int(b[1])
	if f == wstringForm {
		declared, actual = int(binary.BigEndian.Uint16(b)), int(binary.BigEndian.Uint16(b[2:]))
	}
	return declared, actual, actual <= declared
}

// text returns a string or wstring; before where that is the same. What the tag's length cuts off is left out.
func (f form) text(b []byte, before tag.Value) tag.Value {
	head, character := f.head()
	_, actual, ok := f.lengths(b)
	if !ok {
		return tag.NullOf(tag.BadDecoding)
	}
	characters := b[head : head+min(actual*character, len(b)-head)]
	if character == 2 {
		return tag.StringOf(string(utf16.Decode(units(characters))))
	}
	if before.Kind() == tag.String && before.Str() == string(characters) {
		return before
	}
	return tag.StringOf(latin(characters))
}

// units returns the UTF-16 code units of octets.
func units(b []byte) []uint16 {
	u := make([]uint16, len(b)/2)
	for i := range u {
		u[i] = binary.BigEndian.Uint16(b[2*i:])
	}
	return u
}

// latin returns characters of one octet each (ISO 8859-1) as a text.
func latin(b []byte) string {
	wide := make([]byte, 0, len(b)+8)
	for _, octet := range b {
		wide = utf8.AppendRune(wide, rune(octet))
	}
	return string(wide)
}

// single returns a value from its octets, unscaled; those that are texts and bytes have functions of their own.
func (f form) single(b []byte, zone *time.Location) tag.Value {
	switch {
	case f == charForm:
		return tag.StringOf(latin(b))
	case f == wcharForm:
		return tag.StringOf(string(utf16.Decode(units(b))))
	case f.isInstant():
		return f.instant(b, zone)
	default:
		return f.number(b)
	}
}
