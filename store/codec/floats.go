package codec

import (
	"encoding/binary"
	"math"
	"slices"

	"github.com/holdfast-edge/holdfast/tag"
)

// The forms of a run of floats, written in front of it. Values up to
// maxDecimals are the decimals of an integer form.
const (
	maxDecimals = 9
	binary32    = 0x20 // four octets a value, in planes
	binary64    = 0x40 // eight octets a value, in planes
)

// maxMantissa bounds the integers of the decimal form: below it every integer
// is a float64 and the division that restores the value is correctly rounded.
const maxMantissa = 1 << 53

// power returns ten to the power of e, exactly.
func power(e int) float64 {
	return [maxDecimals + 1]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9}[e]
}

// appendFloats appends floats, given by their bits, in the shortest form that
// keeps every one of those. There must be scratch for as many.
func appendFloats(dst []byte, bits, scratch []uint64) []byte {
	if decimal, ok := appendDecimals(dst, bits, scratch); ok {
		return decimal
	}
	if fit32(bits) {
		return appendPlanes(append(dst, binary32), bits, 4)
	}
	return appendPlanes(append(dst, binary64), bits, 8)
}

// appendDecimals appends floats as integers with as many decimals as the one
// that needs most. It begins again when one needs more: what has e decimals has
// e+1, too, unless it becomes too large.
func appendDecimals(dst []byte, bits, scratch []uint64) ([]byte, bool) {
	e, m, ok := decimals(bits[0], 0)
	if len(bits) == 1 && ok {
		return binary.AppendVarint(append(dst, byte(e)), m), true
	}
	for ok {
		n := mantissas(scratch, bits, power(e))
		if n == len(bits) {
			return appendDifferences(append(dst, byte(e)), scratch[:n]), true
		}
		e, _, ok = decimals(bits[n], e+1)
	}
	return dst, false
}

// decimals returns how many decimals a float has, from some on, and the integer
// that it is with them. It reports false where it has more than maxDecimals.
func decimals(bits uint64, from int) (int, int64, bool) {
	f := math.Float64frombits(bits)
	for e := from; e <= maxDecimals; e++ {
		if m, ok := mantissa(f, power(e)); ok {
			return e, m, true
		}
	}
	return 0, 0, false
}

// mantissas gives the integers that floats are scale-ths of, as far as they are
// such, and returns how many that is.
func mantissas(into, bits []uint64, scale float64) int {
	into = into[:len(bits)]
	for i, b := range bits {
		scaled := math.Float64frombits(b) * scale // as mantissa does it, for many
		if !(math.Abs(scaled) < maxMantissa) {
			return i
		}
		m := int64(scaled + math.Copysign(0.5, scaled))
		if math.Float64bits(float64(m)/scale) != b {
			return i
		}
		into[i] = uint64(m)
	}
	return len(bits)
}

// mantissa returns the integer that f is a scale-th of, if dividing it gives f
// back to the last bit.
func mantissa(f, scale float64) (int64, bool) {
	scaled := f * scale
	if !(math.Abs(scaled) < maxMantissa) {
		return 0, false
	}
	m := int64(scaled + math.Copysign(0.5, scaled))
	return m, math.Float64bits(float64(m)/scale) == math.Float64bits(f)
}

func fit32(bits []uint64) bool {
	for _, b := range bits {
		if math.Float64bits(float64(float32(math.Float64frombits(b)))) != b {
			return false
		}
	}
	return true
}

// appendPlanes appends size octets of each value, all first octets together,
// then all second ones: what changes slowly stands side by side for the
// compressor.
func appendPlanes(dst []byte, all []uint64, size int) []byte {
	n, from := len(all), len(dst)
	dst = slices.Grow(dst, n*size)[:from+n*size]
	for k := range size {
		plane := dst[from+k*n : from+(k+1)*n]
		shift := 8 * (size - 1 - k)
		for i, bits := range all {
			if size == 4 {
				bits = uint64(math.Float32bits(float32(math.Float64frombits(bits))))
			}
			plane[i] = byte(bits >> shift)
		}
	}
	return dst
}

func (r *Reader) floats(values []tag.Value) {
	switch form := r.Byte(); form {
	case binary32:
		r.planes(values, 4)
	case binary64:
		r.planes(values, 8)
	default:
		if form > maxDecimals {
			r.Fail("a form of floats")
			return
		}
		r.decimals(values, power(int(form)))
	}
}

func (r *Reader) decimals(values []tag.Value, divisor float64) {
	var last int64
	for i := range values {
		last += r.Varint()
		values[i] = tag.FloatOf(float64(last) / divisor)
	}
}

func (r *Reader) planes(values []tag.Value, size int) {
	n := len(values)
	planes := r.Take(n * size)
	if planes == nil {
		return
	}
	for i := range values {
		var bits uint64
		for k := range size {
			bits = bits<<8 | uint64(planes[k*n+i])
		}
		if size == 4 {
			values[i] = tag.FloatOf(float64(math.Float32frombits(uint32(bits))))
		} else {
			values[i] = tag.FloatOf(math.Float64frombits(bits))
		}
	}
}
