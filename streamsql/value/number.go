package value

import (
	"math"
	"strconv"

	"github.com/holdfast-edge/holdfast/tag"
)

// Number returns the number that arithmetic sees in a value: an Int, a Uint or
// a Float. Text counts as the number that it begins with, and as 0 where it
// begins with none. NULL stays NULL.
func Number(v tag.Value) tag.Value {
	if v.IsNull() {
		return tag.NullOf(v.Quality())
	}
	switch v.Kind() {
	case tag.Int, tag.Uint, tag.Float:
		return v
	case tag.Bool:
		i, _ := v.Int()
		return tag.IntOf(i).WithQuality(v.Quality())
	case tag.Time:
		return millis(v)
	case tag.String:
		n, _ := prefix(v.Str())
		return n.WithQuality(v.Quality())
	case tag.Bytes:
		n, _ := prefix(string(v.Bytes()))
		return n.WithQuality(v.Quality())
	default:
		return tag.IntOf(0).WithQuality(v.Quality())
	}
}

// Float returns the number in a value as a float64, and 0 for NULL.
func Float(v tag.Value) float64 {
	f, _ := Number(v).Float()
	return f
}

// Int returns the number in a value as a whole number, towards zero and
// clamped to 64 bits.
func Int(v tag.Value) int64 {
	n := Number(v)
	if i, ok := n.Int(); ok {
		return i
	}
	if n.Kind() == tag.Uint {
		return math.MaxInt64
	}
	f, _ := n.Float()
	return truncate(f)
}

// Whole is Int for the arguments of functions: of a text it takes the digits
// only, as CAST(v AS INTEGER) does, so that '2e1' is 2.
func Whole(v tag.Value) int64 { return Int(castInteger(v)) }

// truncate rounds towards zero and clamps to the range of an int64.
func truncate(f float64) int64 {
	switch {
	case math.IsNaN(f):
		return 0
	case f <= math.MinInt64:
		return math.MinInt64
	case f >= math.MaxInt64:
		return math.MaxInt64
	default:
		return int64(f)
	}
}

// millis returns a Time as milliseconds: an Int where they are whole.
func millis(v tag.Value) tag.Value {
	ns, _ := v.Nanos()
	if ns%1e6 == 0 {
		return tag.IntOf(ns / 1e6).WithQuality(v.Quality())
	}
	return tag.FloatOf(float64(ns) / 1e6).WithQuality(v.Quality())
}

// prefix reads the number that text begins with after white space, and
// reports whether nothing but white space follows it. Without a fraction and
// an exponent it is an Int, as far as it fits.
func prefix(s string) (n tag.Value, whole bool) {
	start := skipSpace(s, 0)
	end, isInt := scanNumber(s, start)
	if end == start {
		return tag.IntOf(0), false
	}
	whole = skipSpace(s, end) == len(s)
	if isInt {
		if i, err := strconv.ParseInt(s[start:end], 10, 64); err == nil {
			return tag.IntOf(i), whole
		}
	}
	f, _ := strconv.ParseFloat(s[start:end], 64) // a range error comes with ±Inf, as wanted
	return tag.FloatOf(f), whole
}

// scanNumber returns where the number that begins at i ends, and i where none
// does.
func scanNumber(s string, i int) (end int, isInt bool) {
	start := i
	if i < len(s) && (s[i] == '-' || s[i] == '+') {
		i++
	}
	whole := digits(s, i)
	isInt, i = true, whole
	hasDigits := whole > start && isDigit(s[whole-1])
	if i < len(s) && s[i] == '.' {
		fraction := digits(s, i+1)
		if hasDigits || fraction > i+1 {
			hasDigits, isInt, i = true, false, fraction
		}
	}
	if !hasDigits {
		return start, false
	}
	if e := scanExponent(s, i); e > i {
		return e, false
	}
	return i, isInt
}

func scanExponent(s string, i int) int {
	if i >= len(s) || s[i] != 'e' && s[i] != 'E' {
		return i
	}
	j := i + 1
	if j < len(s) && (s[j] == '-' || s[j] == '+') {
		j++
	}
	if end := digits(s, j); end > j {
		return end
	}
	return i
}

func digits(s string, i int) int {
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	return i
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func skipSpace(s string, i int) int {
	for i < len(s) && (s[i] == ' ' || '\t' <= s[i] && s[i] <= '\r') {
		i++
	}
	return i
}

// ParseNumber returns the number that a text is, white space around it aside.
func ParseNumber(s string) (f float64, ok bool) {
	n, whole := prefix(s)
	if !whole {
		return 0, false
	}
	f, ok = n.Float()
	return f, ok
}
