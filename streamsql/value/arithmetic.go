package value

import (
	"math"
	"math/bits"

	"github.com/holdfast-edge/holdfast/tag"
)

// Add is a + b. Whole numbers stay whole until they overflow.
func Add(a, b tag.Value) tag.Value {
	x, y, q, null := operands(a, b)
	if null {
		return tag.NullOf(q)
	}
	if i, j, ok := integers(x, y); ok {
		if sum := i + j; (sum > i) == (j > 0) {
			return tag.IntOf(sum).WithQuality(q)
		}
	}
	f, g := floats(x, y)
	return number(f+g, q)
}

// Subtract is a - b.
func Subtract(a, b tag.Value) tag.Value {
	x, y, q, null := operands(a, b)
	if null {
		return tag.NullOf(q)
	}
	if i, j, ok := integers(x, y); ok {
		if difference := i - j; (difference < i) == (j > 0) {
			return tag.IntOf(difference).WithQuality(q)
		}
	}
	f, g := floats(x, y)
	return number(f-g, q)
}

// Multiply is a * b.
func Multiply(a, b tag.Value) tag.Value {
	x, y, q, null := operands(a, b)
	if null {
		return tag.NullOf(q)
	}
	if i, j, ok := integers(x, y); ok {
		if product, fits := multiply(i, j); fits {
			return tag.IntOf(product).WithQuality(q)
		}
	}
	f, g := floats(x, y)
	return number(f*g, q)
}

// multiply multiplies and reports whether the product fits.
func multiply(i, j int64) (product int64, fits bool) {
	high, low := bits.Mul64(magnitude(i), magnitude(j))
	negative := (i < 0) != (j < 0)
	switch {
	case high != 0 || low > 1<<63 || low == 1<<63 && !negative:
		return 0, false
	case negative:
		return -int64(low), true
	default:
		return int64(low), true
	}
}

func magnitude(i int64) uint64 {
	if i < 0 {
		return -uint64(i)
	}
	return uint64(i)
}

// Divide is a / b: towards zero for whole numbers, NULL for a divisor of zero.
func Divide(a, b tag.Value) tag.Value {
	x, y, q, null := operands(a, b)
	if null {
		return tag.NullOf(q)
	}
	f, g := floats(x, y)
	if g == 0 {
		return tag.NullOf(q)
	}
	if i, j, ok := integers(x, y); ok && !(i == math.MinInt64 && j == -1) {
		return tag.IntOf(i / j).WithQuality(q)
	}
	return number(f/g, q)
}

// Modulo is a % b, over the whole parts of both; a Float where either is one.
func Modulo(a, b tag.Value) tag.Value {
	x, y, q, null := operands(a, b)
	if null {
		return tag.NullOf(q)
	}
	i, j := bitsOf(a), bitsOf(b)
	if j == 0 {
		return tag.NullOf(q)
	}
	rest := int64(0)
	if j != -1 {
		rest = i % j
	}
	if _, _, ok := integers(x, y); ok {
		return tag.IntOf(rest).WithQuality(q)
	}
	return number(float64(rest), q)
}

// Negate is -a.
func Negate(a tag.Value) tag.Value {
	if f, ok := a.Float(); ok && a.Kind() == tag.Float {
		return tag.FloatOf(-f).WithQuality(a.Quality())
	}
	return Subtract(tag.IntOf(0), a)
}

// operands returns the numbers in both values, the quality of what is computed
// from them, and whether either is NULL.
func operands(a, b tag.Value) (x, y tag.Value, q tag.Quality, null bool) {
	if a.Quality()|b.Quality() == tag.Good && a.Kind().IsNumber() && b.Kind().IsNumber() {
		return a, b, tag.Good, false
	}
	if a.IsNull() || b.IsNull() {
		return a, b, Worst(a.Quality(), b.Quality()), true
	}
	return Number(a), Number(b), Worst(a.Quality(), b.Quality()), false
}

// Worst returns the quality of what was computed from values of both
// qualities: the one of the higher severity, the first where they are equal.
func Worst(a, b tag.Quality) tag.Quality {
	if b.Severity() > a.Severity() {
		return b
	}
	return a
}

func integers(a, b tag.Value) (i, j int64, ok bool) {
	i, _ = a.Int()
	j, _ = b.Int()
	return i, j, a.Kind() == tag.Int && b.Kind() == tag.Int
}

func floats(a, b tag.Value) (f, g float64) {
	f, _ = a.Float()
	g, _ = b.Float()
	return f, g
}

// number returns a Float; what is not a number is NULL.
func number(f float64, q tag.Quality) tag.Value {
	if math.IsNaN(f) {
		return tag.NullOf(q)
	}
	return tag.FloatOf(f).WithQuality(q)
}
