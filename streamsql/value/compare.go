package value

import (
	"bytes"
	"cmp"
	"math"
	"strings"

	"github.com/holdfast-edge/holdfast/tag"
)

// class ranks the kinds for comparison across types: NULL, numbers, text,
// blobs, arrays, objects.
func class(v tag.Value) int {
	if v.IsNull() {
		return 0
	}
	switch v.Kind() {
	case tag.String:
		return 2
	case tag.Bytes:
		return 3
	case tag.Array:
		return 4
	case tag.ObjectKind:
		return 5
	default:
		return 1
	}
}

// Compare orders any two values, as ORDER BY does: by class, then within it.
// Two NULLs are equal here; Equal and Less are what WHERE uses.
func Compare(a, b tag.Value) int {
	if a.Kind() == tag.Int && b.Kind() == tag.Int && !a.Quality().IsBad() && !b.Quality().IsBad() {
		x, _ := a.Int()
		y, _ := b.Int()
		return cmp.Compare(x, y)
	}
	ca, cb := class(a), class(b)
	if ca != cb {
		return cmp.Compare(ca, cb)
	}
	switch ca {
	case 0:
		return 0
	case 1:
		return compareNumbers(a, b)
	case 2:
		return strings.Compare(a.Str(), b.Str())
	case 3:
		return bytes.Compare(a.Bytes(), b.Bytes())
	case 4:
		return compareArrays(a.Array(), b.Array())
	default:
		return compareObjects(a.Object(), b.Object())
	}
}

// compareNumbers compares without losing the low bits of large integers.
func compareNumbers(a, b tag.Value) int {
	if a.Kind() == tag.Time && b.Kind() == tag.Time {
		x, _ := a.Nanos()
		y, _ := b.Nanos()
		return cmp.Compare(x, y)
	}
	a, b = Number(a), Number(b)
	switch {
	case a.Kind() == tag.Float && b.Kind() == tag.Float:
		x, _ := a.Float()
		y, _ := b.Float()
		return cmp.Compare(x, y)
	case a.Kind() == tag.Float:
		return -compareToFloat(b, a)
	case b.Kind() == tag.Float:
		return compareToFloat(a, b)
	default:
		return compareIntegers(a, b)
	}
}

// compareIntegers compares Ints and Uints. A Uint is above every Int.
func compareIntegers(a, b tag.Value) int {
	if a.Kind() != b.Kind() {
		return cmp.Compare(a.Kind(), b.Kind())
	}
	if a.Kind() == tag.Uint {
		x, _ := a.Uint()
		y, _ := b.Uint()
		return cmp.Compare(x, y)
	}
	x, _ := a.Int()
	y, _ := b.Int()
	return cmp.Compare(x, y)
}

// compareToFloat compares an integer with a float exactly: by whole numbers
// where the float is in their range, by the fraction where those are equal.
func compareToFloat(integer, float tag.Value) int {
	f, _ := float.Float()
	if u, ok := integer.Uint(); ok && integer.Kind() == tag.Uint {
		return cmp.Compare(float64(u), f)
	}
	i, _ := integer.Int()
	switch {
	case math.IsNaN(f) || f < math.MinInt64:
		return 1
	case f >= math.MaxInt64:
		return -1
	}
	if c := cmp.Compare(i, int64(f)); c != 0 {
		return c
	}
	return cmp.Compare(float64(i), f)
}

func compareArrays(a, b []tag.Value) int {
	for i := range min(len(a), len(b)) {
		if c := Compare(a[i], b[i]); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(a), len(b))
}

// compareObjects finds equal objects equal in any order of their fields, and
// puts different ones in an order that means nothing but stays.
func compareObjects(a, b *tag.Object) int {
	if c := cmp.Compare(a.Len(), b.Len()); c != 0 {
		return c
	}
	for i := range a.Len() {
		name, v := a.At(i)
		w, ok := b.Lookup(name)
		if !ok {
			other, _ := b.At(i)
			if c := strings.Compare(name, other); c != 0 {
				return c
			}
			return 1
		}
		if c := Compare(v, w); c != 0 {
			return c
		}
	}
	return 0
}

// Equal is a = b: Unknown where either is NULL.
func Equal(a, b tag.Value) Truth {
	if a.IsNull() || b.IsNull() {
		return Unknown
	}
	return Is(Compare(a, b) == 0)
}

// Same is a IS b: NULL is the same as NULL.
func Same(a, b tag.Value) bool { return Compare(a, b) == 0 }
