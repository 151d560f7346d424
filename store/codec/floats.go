package codec

import (
	"encoding/binary"
	"math"

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

// appendFloats appends floats in the shortest form that keeps every bit.
func appendFloats(dst []byte, values []tag.Value) []byte {
	if decimal, ok := appendDecimals(dst, values); ok {
		return decimal
	}
	if fit32(values) {
		return appendPlanes(append(dst, binary32), values, 4)
	}
	return appendPlanes(append(dst, binary64), values, 8)
}

// appendDecimals appends floats as integers with as many decimals as the one
// that needs most. It begins again when one needs more: what has e decimals has
// e+1, too, unless it becomes too large.
func appendDecimals(dst []byte, values []tag.Value) ([]byte, bool) {
	for e := 0; e <= maxDecimals; e++ {
		from := len(dst)
		dst = append(dst, byte(e))
		if decimal, ok := appendMantissas(dst, values, power(e)); ok {
			return decimal, true
		}
		dst = dst[:from]
	}
	return dst, false
}

// appendMantissas appends differences of integers, as far as all values are
// such.
func appendMantissas(dst []byte, values []tag.Value, scale float64) ([]byte, bool) {
	var last int64
	for _, v := range values {
		m, ok := mantissa(floatOf(v), scale)
		if !ok {
			return dst, false
		}
		dst = binary.AppendVarint(dst, m-last)
		last = m
	}
	return dst, true
}

// mantissa returns the integer that f is a scale-th of, if dividing it gives f
// back to the last bit.
func mantissa(f, scale float64) (int64, bool) {
	scaled := f * scale
	if !(scaled > -maxMantissa && scaled < maxMantissa) {
		return 0, false
	}
	m := int64(scaled + math.Copysign(0.5, scaled))
	return m, math.Float64bits(float64(m)/scale) == math.Float64bits(f)
}

func fit32(values []tag.Value) bool {
	for _, v := range values {
		f := floatOf(v)
		if math.Float64bits(float64(float32(f))) != math.Float64bits(f) {
			return false
		}
	}
	return true
}

// appendPlanes appends size octets of each value, all first octets together,
// then all second ones: what changes slowly stands side by side for the
// compressor.
func appendPlanes(dst []byte, values []tag.Value, size int) []byte {
	n, from := len(values), len(dst)
	dst = append(dst, make([]byte, n*size)...)
	planes := dst[from:]
	for i, v := range values {
		bits := floatBits(floatOf(v), size)
		for k := range size {
			planes[k*n+i] = byte(bits >> (8 * (size - 1 - k)))
		}
	}
	return dst
}

func floatBits(f float64, size int) uint64 {
	if size == 4 {
		return uint64(math.Float32bits(float32(f)))
	}
	return math.Float64bits(f)
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

func floatOf(v tag.Value) float64 {
	f, _ := v.Float()
	return f
}
