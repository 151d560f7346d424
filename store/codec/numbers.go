package codec

import (
	"encoding/binary"

	"github.com/holdfast-edge/holdfast/tag"
)

// appendIntegers appends the bits of Int, Uint or Time values as differences,
// in arithmetic modulo 2^64.
func appendIntegers(dst []byte, values []tag.Value) []byte {
	var last int64
	for _, v := range values {
		n := bitsOf(v)
		dst = binary.AppendVarint(dst, n-last)
		last = n
	}
	return dst
}

func (r *Reader) integers(kind tag.Kind, values []tag.Value) {
	var last int64
	for i := range values {
		last += r.Varint()
		values[i] = ofBits(kind, last)
	}
}

func bitsOf(v tag.Value) int64 {
	switch v.Kind() {
	case tag.Time:
		n, _ := v.Nanos()
		return n
	case tag.Uint:
		n, _ := v.Uint()
		return int64(n)
	default:
		n, _ := v.Int()
		return n
	}
}

func ofBits(kind tag.Kind, n int64) tag.Value {
	switch kind {
	case tag.Time:
		return tag.NanosOf(n)
	case tag.Uint:
		return tag.UintOf(uint64(n))
	default:
		return tag.IntOf(n)
	}
}

// appendBools appends one bit a value, the first in the lowest bit.
func appendBools(dst []byte, values []tag.Value) []byte {
	var octet byte
	for i, v := range values {
		if v.Bool() {
			octet |= 1 << (i % 8)
		}
		if i%8 == 7 || i == len(values)-1 {
			dst, octet = append(dst, octet), 0
		}
	}
	return dst
}

func (r *Reader) bools(values []tag.Value) {
	bits := r.Take((len(values) + 7) / 8)
	if bits == nil {
		return
	}
	for i := range values {
		values[i] = tag.BoolOf(bits[i/8]&(1<<(i%8)) != 0)
	}
}
