package value

import (
	"math"
	"strconv"
	"unsafe"

	"github.com/holdfast-edge/holdfast/tag"
)

// AppendText appends the text form of a value, as || and CAST AS TEXT see it:
// a Bool is 1 or 0, a Float has up to 17 digits and always a point, an Array or an
// Object is its JSON, NULL is nothing.
func AppendText(dst []byte, v tag.Value) []byte {
	if v.IsNull() {
		return dst
	}
	switch v.Kind() {
	case tag.String:
		return append(dst, v.Str()...)
	case tag.Bytes:
		return append(dst, v.Bytes()...)
	case tag.Bool, tag.Int:
		i, _ := v.Int()
		return strconv.AppendInt(dst, i, 10)
	case tag.Float:
		f, _ := v.Float()
		return appendFloat(dst, f)
	case tag.Time:
		return unquoted(tag.AppendJSON(dst, v), len(dst))
	default:
		return tag.AppendJSON(dst, v)
	}
}

// Text returns the text form of a value, without a copy where it is text.
func Text(v tag.Value) string {
	if v.Kind() == tag.String && !v.Quality().IsBad() {
		return v.Str()
	}
	return asString(AppendText(nil, v))
}

// Concat is a || b: NULL where either is.
func Concat(a, b tag.Value) tag.Value {
	q := Worst(a.Quality(), b.Quality())
	if a.IsNull() || b.IsNull() {
		return tag.NullOf(q)
	}
	text := AppendText(make([]byte, 0, len(a.Str())+len(b.Str())+16), a)
	return tag.StringOf(asString(AppendText(text, b))).WithQuality(q)
}

// appendFloat writes a float as SQLite does.
func appendFloat(dst []byte, f float64) []byte {
	switch {
	case math.IsInf(f, 1):
		return append(dst, "Inf"...)
	case math.IsInf(f, -1):
		return append(dst, "-Inf"...)
	case math.IsNaN(f):
		return dst
	case f == 0:
		return append(dst, "0.0"...)
	case f < 0:
		dst = append(dst, '-')
	}
	var buffer [32]byte
	return decompose(buffer[:0], math.Abs(f)).append(dst)
}

// unquoted takes the quotes off the JSON string that begins at from.
func unquoted(dst []byte, from int) []byte {
	n := copy(dst[from:], dst[from+1:len(dst)-1])
	return dst[:from+n]
}

// asString makes a string of bytes that nobody will change.
func asString(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// QuoteNumber returns a number as a literal of SQL.
func QuoteNumber(v tag.Value) string {
	n := Number(v)
	f, _ := n.Float()
	switch {
	case n.Kind() == tag.Float && math.IsInf(f, 1):
		return "9.0e+999"
	case n.Kind() == tag.Float && math.IsInf(f, -1):
		return "-9.0e+999"
	default:
		return Text(n)
	}
}
