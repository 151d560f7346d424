package value

import "github.com/holdfast-edge/holdfast/tag"

// And is a & b over 64-bit integers.
func And(a, b tag.Value) tag.Value {
	return bitwise(a, b, func(i, j int64) int64 { return i & j })
}

// Or is a | b.
func Or(a, b tag.Value) tag.Value {
	return bitwise(a, b, func(i, j int64) int64 { return i | j })
}

// ShiftLeft is a << b. A negative distance shifts right.
func ShiftLeft(a, b tag.Value) tag.Value { return bitwise(a, b, shift) }

// ShiftRight is a >> b, with the sign kept. A negative distance shifts left.
func ShiftRight(a, b tag.Value) tag.Value {
	return bitwise(a, b, func(i, n int64) int64 {
		if n == -1<<63 {
			return 0
		}
		return shift(i, -n)
	})
}

// Invert is ~a.
func Invert(a tag.Value) tag.Value {
	if a.IsNull() {
		return tag.NullOf(a.Quality())
	}
	return tag.IntOf(^bitsOf(a)).WithQuality(a.Quality())
}

func bitwise(a, b tag.Value, op func(i, j int64) int64) tag.Value {
	q := Worst(a.Quality(), b.Quality())
	if a.IsNull() || b.IsNull() {
		return tag.NullOf(q)
	}
	return tag.IntOf(op(bitsOf(a), bitsOf(b))).WithQuality(q)
}

// bitsOf returns the integer that an operator on bits sees: of text, its digits
// only, so that '2e1' is 2.
func bitsOf(v tag.Value) int64 {
	i, _ := castInteger(v).Int()
	return i
}

// shift shifts left by n, or right by -n.
func shift(i, n int64) int64 {
	switch {
	case n >= 64:
		return 0
	case n >= 0:
		return i << uint(n)
	case n <= -64:
		return i >> 63
	default:
		return i >> uint(-n)
	}
}
