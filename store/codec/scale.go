package codec

import (
	"math"

	"github.com/holdfast-edge/holdfast/tag"
)

// scale is how the values of a series become integers. Up to maxDecimals it is
// the decimals that they have; beyond that floats become their bits, in an order
// that keeps neighbours near.
type scale byte

// The scales of floats that are no short decimals.
const (
	bits32 scale = 0x20 // each came from a binary32
	bits64 scale = 0x40
)

// integer returns what stands for a number, truth or time, and whether the
// scale can give it back to the last bit.
func (s scale) integer(kind tag.Kind, held uint64) (int64, bool) {
	switch {
	case kind == tag.Float:
		return s.ofFloat(math.Float64frombits(held))
	case kind == tag.Int && s > 0 && s <= maxDecimals:
		factor := int64(power(int(s)))
		i := int64(held)
		return i * factor, i < maxMantissa/factor && i > -maxMantissa/factor
	default:
		return int64(held), true
	}
}

func (s scale) ofFloat(f float64) (int64, bool) {
	switch {
	case s <= maxDecimals:
		return mantissa(f, power(int(s)))
	case s == bits32:
		narrow := float32(f)
		b := int32(math.Float32bits(narrow))
		return int64(b ^ b>>31&math.MaxInt32), math.Float64bits(float64(narrow)) == math.Float64bits(f)
	default:
		b := int64(math.Float64bits(f))
		return b ^ b>>63&math.MaxInt64, true
	}
}

// float is the inverse of ofFloat.
func (s scale) float(i int64, divisor float64) float64 {
	switch s {
	case bits32:
		b := int32(i)
		return float64(math.Float32frombits(uint32(b ^ b>>31&math.MaxInt32)))
	case bits64:
		return math.Float64frombits(uint64(i ^ i>>63&math.MaxInt64))
	default:
		return float64(i) / divisor
	}
}

// divisor returns what decimals are divided by.
func (s scale) divisor() float64 {
	if s > maxDecimals {
		return 1
	}
	return power(int(s))
}

// next returns the scale to try after one that has failed.
func (s scale) next() scale {
	switch {
	case s < maxDecimals:
		return s + 1
	case s == maxDecimals:
		return bits32
	default:
		return bits64
	}
}

func (s scale) isKnown() bool { return s <= maxDecimals || s == bits32 || s == bits64 }
