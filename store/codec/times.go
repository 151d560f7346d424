package codec

import (
	"encoding/binary"
	"slices"
)

// AppendTimes appends times, nanoseconds since the Unix epoch, as differences
// of differences: a regular clock costs an octet a row and compresses to
// nothing. Their number is not written.
func AppendTimes(dst []byte, times []int64) []byte {
	return appendSteps(dst, slices.Clone(times))
}

// appendSteps is AppendTimes for who needs the times no more.
func appendSteps(dst []byte, times []int64) []byte {
	for i := len(times) - 1; i > 0; i-- {
		times[i] -= times[i-1] // wraps, and so does its inverse
	}
	return appendDifferences(dst, times)
}

// Times takes len(times) times that AppendTimes wrote.
func (r *Reader) Times(times []int64) {
	var last, step int64
	for i := range times {
		step += r.Varint()
		last += step
		times[i] = last
	}
}

// appendStamps appends the times of a row-major arena of values as their
// distance from the time of their row.
func appendStamps(dst []byte, rows, width int, distance func(row, slot int) int64) []byte {
	for slot := range width {
		for row := range rows {
			dst = binary.AppendVarint(dst, distance(row, slot))
		}
	}
	return dst
}
