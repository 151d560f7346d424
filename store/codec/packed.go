package codec

import (
	"encoding/binary"
	"math/bits"
)

// groupSize is how many integers are packed together: as many words of 64 bits
// as each integer takes bits.
const groupSize = 64

// The head of a group is the width of its integers, and whether they are
// distances from the integer in front of the group or from the one in front of
// each.
const (
	widthMask = 0x7F
	level     = 0x80
)

// appendGroup appends integers, at most groupSize, given as differences from
// the one in front of each, in arithmetic modulo 2^64. Of each is written what
// it is above the least of them, in as many bits as the greatest takes. Noise
// around a level is shorter as distances from one integer, all else as
// differences.
//
//	group := head least bits
func appendGroup(dst []byte, differences *[groupSize]int64, n int) []byte {
	var distances [groupSize]int64
	lowest, highest := differences[0], differences[0]
	floor, ceiling, at := lowest, lowest, int64(0)
	for i, d := range differences[:n] {
		at += d
		distances[i] = at
		lowest, highest = min(lowest, d), max(highest, d)
		floor, ceiling = min(floor, at), max(ceiling, at)
	}
	width, wide := bits.Len64(uint64(highest-lowest)), bits.Len64(uint64(ceiling-floor))
	if wide < width {
		dst = binary.AppendVarint(append(dst, level|byte(wide)), floor)
		return appendBits(dst, distances[:n], floor, wide)
	}
	dst = binary.AppendVarint(append(dst, byte(width)), lowest)
	return appendBits(dst, differences[:n], lowest, width)
}

// appendBits appends what integers are above the least of them, each in width
// bits, the first in the lowest.
func appendBits(dst []byte, all []int64, lowest int64, width int) []byte {
	if width == 0 {
		return dst
	}
	var word uint64
	filled := 0
	for _, v := range all {
		above := uint64(v - lowest)
		word |= above << filled
		if filled += width; filled >= 64 {
			dst = binary.LittleEndian.AppendUint64(dst, word)
			filled -= 64
			word = above >> (width - filled)
		}
	}
	for ; filled > 0; filled -= 8 {
		dst = append(dst, byte(word))
		word >>= 8
	}
	return dst
}

// group takes n integers that appendGroup wrote, which follow the integer last.
func (r *Reader) group(all []int64, last int64) {
	head := r.Byte()
	width := int(head & widthMask)
	lowest := r.Varint()
	if width > 64 {
		r.Fail("a width of integers")
		return
	}
	r.bits(all, width)
	if r.err != nil {
		return
	}
	if head&level != 0 {
		last += lowest
		for i := range all {
			all[i] += last
		}
		return
	}
	for i, above := range all {
		last += lowest + above
		all[i] = last
	}
}

// bits takes integers of width bits.
func (r *Reader) bits(all []int64, width int) {
	if width == 0 {
		clear(all)
		return
	}
	src := r.Take((len(all)*width + 7) / 8)
	if src == nil {
		return
	}
	var words [groupSize + 1]uint64
	whole := len(src) / 8
	for i := range whole {
		words[i] = binary.LittleEndian.Uint64(src[8*i:])
	}
	for i, b := range src[8*whole:] {
		words[whole] |= uint64(b) << (8 * i)
	}
	mask := ^uint64(0) >> (64 - width)
	for i, at := 0, 0; i < len(all); i, at = i+1, at+width {
		word, offset := at>>6, at&63
		v := words[word] >> offset
		if offset+width > 64 {
			v |= words[word+1] << (64 - offset)
		}
		all[i] = int64(v & mask)
	}
}
