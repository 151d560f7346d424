package modbus

import (
	"fmt"
	"math"
	"unicode/utf8"

	"github.com/holdfast-edge/holdfast/tag"
)

// bits returns what a raw number looks like in registers, or why it does not fit the type.
func (f form) bits(raw tag.Value) (uint64, error) {
	if low, high, whole := f.isWhole(); whole {
		return f.wholeBits(raw, low, high)
	}
	number, ok := raw.Float()
	if !ok {
		return 0, fmt.Errorf("want a number")
	}
	if f == float64Form {
		return math.Float64bits(number), nil
	}
	single := float32(number)
	if math.IsInf(float64(single), 0) {
		return 0, fmt.Errorf("%v does not fit a float32", number)
	}
	return uint64(math.Float32bits(single)), nil
}

func (f form) wholeBits(raw tag.Value, low int64, high uint64) (uint64, error) {
	i, signed := raw.Int()
	u, unsigned := raw.Uint()
	switch {
	case signed && i < low, unsigned && u > high, !signed && !unsigned:
		return 0, fmt.Errorf("raw %s does not fit %s: want %d to %d", tag.AppendJSON(nil, raw), f, low, high)
	case f >= bcd16Form && f <= bcd64Form:
		return toBCD(u), nil
	case signed:
		return uint64(i), nil
	default:
		return u, nil
	}
}

// toBCD writes four bits a digit.
func toBCD(n uint64) (digits uint64) {
	for shift := 0; n != 0; shift += 4 {
		digits |= n % 10 << shift
		n /= 10
	}
	return digits
}

// truth returns a value as a bit: a bool, or the numbers 0 and 1.
func truth(v tag.Value) (bool, error) {
	if v.Kind() == tag.Bool {
		return v.Bool(), nil
	}
	if f, ok := v.Float(); ok && (f == 0 || f == 1) {
		return f == 1, nil
	}
	return false, fmt.Errorf("want true, false, 0 or 1")
}

// characters returns the bytes of a text, filled up with NUL to the length that the device keeps.
func characters(v tag.Value, length int) ([]byte, error) {
	if v.Kind() != tag.String {
		return nil, fmt.Errorf("want a text")
	}
	s := v.Str()
	if len(s) > length {
		return nil, fmt.Errorf("a text of %d bytes: want at most %d", len(s), length)
	}
	if !utf8.ValidString(s) {
		return nil, fmt.Errorf("the text is not UTF-8")
	}
	return append(make([]byte, 0, length+1), s...)[:length], nil
}

// octets returns exactly as many bytes as the device keeps.
func octets(v tag.Value, length int) ([]byte, error) {
	if v.Kind() != tag.Bytes {
		return nil, fmt.Errorf("want bytes")
	}
	if b := v.Bytes(); len(b) == length {
		return b, nil
	}
	return nil, fmt.Errorf("%d bytes: want %d", len(v.Bytes()), length)
}
