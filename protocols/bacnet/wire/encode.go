package wire

import (
	"encoding/binary"
	"math"
)

// AppendTag appends a tag for contents of a length.
func AppendTag(dst []byte, number uint8, context bool, length int) []byte {
	first := number << 4
	if context {
		first |= 0x08
	}
	switch {
	case length < 5:
		return append(dst, first|byte(length))
	case length < 254:
		return append(dst, first|5, byte(length))
	default:
		return binary.BigEndian.AppendUint16(append(dst, first|5, 254), uint16(length))
	}
}

// AppendOpening and AppendClosing append the tags around a list.
func AppendOpening(dst []byte, number uint8) []byte { return append(dst, number<<4|0x0E) }

// AppendClosing is described at AppendOpening.
func AppendClosing(dst []byte, number uint8) []byte { return append(dst, number<<4|0x0F) }

// AppendNumber appends an unsigned number with a tag of its context.
func AppendNumber(dst []byte, number uint8, n uint64) []byte {
	length := unsignedLength(n)
	return appendBig(AppendTag(dst, number, true, length), n, length)
}

// AppendObject appends an object's identifier with a tag of its context.
func AppendObject(dst []byte, number uint8, o ObjectID) []byte {
	return binary.BigEndian.AppendUint32(AppendTag(dst, number, true, 4), uint32(o))
}

func unsignedLength(n uint64) int {
	length := 1
	for n >>= 8; n > 0; n >>= 8 {
		length++
	}
	return length
}

func signedLength(n int64) int {
	length := 1
	for n < math.MinInt8 || n > math.MaxInt8 {
		n >>= 8
		length++
	}
	return length
}

// appendBig appends the lowest octets of a number, the highest first.
func appendBig(dst []byte, n uint64, length int) []byte {
	for length--; length >= 0; length-- {
		dst = append(dst, byte(n>>(8*length)))
	}
	return dst
}

// AppendValue appends a value with its application tag; a list with the tag of its context.
func AppendValue(dst []byte, v Value) []byte {
	number := uint8(v.Type)
	switch v.Type {
	case Null:
		return AppendTag(dst, number, false, 0)
	case Boolean:
		return AppendTag(dst, number, false, int(v.Number&1))
	case Unsigned, Enumerated:
		length := unsignedLength(v.Number)
		return appendBig(AppendTag(dst, number, false, length), v.Number, length)
	case Signed:
		length := signedLength(int64(v.Number))
		return appendBig(AppendTag(dst, number, false, length), v.Number, length)
	case Real:
		return binary.BigEndian.AppendUint32(AppendTag(dst, number, false, 4), math.Float32bits(float32(v.Float)))
	case Double:
		return binary.BigEndian.AppendUint64(AppendTag(dst, number, false, 8), math.Float64bits(v.Float))
	case Characters:
		return append(append(AppendTag(dst, number, false, 1+len(v.Text)), 0), v.Text...)
	case Bits:
		unused := byte(8*len(v.Raw) - int(v.Number))
		return append(append(AppendTag(dst, number, false, 1+len(v.Raw)), unused), v.Raw...)
	case Date, Time, Object:
		return appendBig(AppendTag(dst, number, false, 4), v.Number, 4)
	case Context:
		return append(AppendTag(dst, v.Tag, true, len(v.Raw)), v.Raw...)
	case Constructed:
		dst = AppendOpening(dst, v.Tag)
		for _, item := range v.List {
			dst = AppendValue(dst, item)
		}
		return AppendClosing(dst, v.Tag)
	default:
		return append(AppendTag(dst, number, false, len(v.Raw)), v.Raw...)
	}
}
