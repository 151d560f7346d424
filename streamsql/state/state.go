// Package state is the binary form of what a running query keeps: values,
// numbers and text, appended one after the other and read back in the same
// order. It knows no versions and no layout; whoever writes a state writes
// which one it is.
package state

import (
	"encoding/binary"
	"math"

	"github.com/holdfast-edge/holdfast/tag"
)

// AppendInt appends a whole number, small ones in one byte.
func AppendInt(dst []byte, i int64) []byte { return binary.AppendVarint(dst, i) }

// AppendBool appends a truth in one byte.
func AppendBool(dst []byte, b bool) []byte {
	if b {
		return append(dst, 1)
	}
	return append(dst, 0)
}

// AppendFloat appends a float in eight bytes.
func AppendFloat(dst []byte, f float64) []byte {
	return binary.LittleEndian.AppendUint64(dst, math.Float64bits(f))
}

// AppendString appends the length of a text and the text.
func AppendString(dst []byte, s string) []byte {
	return append(AppendInt(dst, int64(len(s))), s...)
}

// AppendValue appends a value of any kind with its quality.
func AppendValue(dst []byte, v tag.Value) []byte {
	dst = append(dst, byte(v.Kind()))
	dst = binary.LittleEndian.AppendUint16(dst, uint16(v.Quality()))
	switch v.Kind() {
	case tag.Bool:
		return AppendBool(dst, v.Bool())
	case tag.Int:
		i, _ := v.Int()
		return AppendInt(dst, i)
	case tag.Uint:
		u, _ := v.Uint()
		return binary.LittleEndian.AppendUint64(dst, u)
	case tag.Time:
		ns, _ := v.Nanos()
		return AppendInt(dst, ns)
	case tag.Float:
		f, _ := v.Float()
		return AppendFloat(dst, f)
	case tag.String:
		return AppendString(dst, v.Str())
	case tag.Bytes:
		return append(AppendInt(dst, int64(len(v.Bytes()))), v.Bytes()...)
	case tag.Array:
		return AppendValues(dst, v.Array())
	case tag.ObjectKind:
		return appendObject(dst, v.Object())
	default:
		return dst
	}
}

// AppendValues appends the number of values and the values.
func AppendValues(dst []byte, values []tag.Value) []byte {
	dst = AppendInt(dst, int64(len(values)))
	for _, v := range values {
		dst = AppendValue(dst, v)
	}
	return dst
}

func appendObject(dst []byte, o *tag.Object) []byte {
	dst = AppendInt(dst, int64(o.Len()))
	for i := range o.Len() {
		name, v := o.At(i)
		dst = AppendValue(AppendString(dst, name), v)
	}
	return dst
}
