package codec

import (
	"encoding/binary"
	"slices"

	"github.com/holdfast-edge/holdfast/tag"
)

// differencesAtOnce is for how many differences there is made room at a time.
const differencesAtOnce = 256

// appendDifferences appends of each integer the distance from the one in front
// of it, in arithmetic modulo 2^64; the first one is in front of itself by 0.
func appendDifferences[T int64 | uint64](dst []byte, all []T) []byte {
	var last T
	for len(all) > 0 {
		some := all[:min(len(all), differencesAtOnce)]
		all = all[len(some):]
		dst = slices.Grow(dst, len(some)*binary.MaxVarintLen64)
		n, free := 0, dst[len(dst):cap(dst)]
		for _, v := range some {
			d := int64(v - last)
			last = v
			zigzag := uint64(d<<1) ^ uint64(d>>63)
			for zigzag >= 0x80 {
				free[n] = byte(zigzag) | 0x80
				zigzag >>= 7
				n++
			}
			free[n] = byte(zigzag)
			n++
		}
		dst = dst[:len(dst)+n]
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
func appendBools(dst []byte, bits []uint64) []byte {
	var octet byte
	for i, b := range bits {
		if b != 0 {
			octet |= 1 << (i % 8)
		}
		if i%8 == 7 || i == len(bits)-1 {
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
