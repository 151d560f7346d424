package value

import (
	"encoding/binary"
	"math"
	"slices"

	"github.com/holdfast-edge/holdfast/tag"
)

// AppendKey appends bytes that are equal for two values exactly where Compare
// finds them equal, so that rows can be grouped and joined by a map. A key ends
// by itself: several can stand behind each other.
func AppendKey(dst []byte, v tag.Value) []byte {
	switch class(v) {
	case 0:
		return append(dst, 0)
	case 1:
		return appendNumberKey(dst, Number(v))
	case 2:
		return appendTextKey(append(dst, 4), v.Str())
	case 3:
		return appendTextKey(append(dst, 5), string(v.Bytes()))
	case 4:
		dst = binary.AppendUvarint(append(dst, 6), uint64(len(v.Array())))
		for _, element := range v.Array() {
			dst = AppendKey(dst, element)
		}
		return dst
	default:
		return appendObjectKey(append(dst, 7), v.Object())
	}
}

// appendNumberKey gives a whole Float the key of the integer that it equals.
func appendNumberKey(dst []byte, n tag.Value) []byte {
	switch n.Kind() {
	case tag.Int:
		i, _ := n.Int()
		return binary.LittleEndian.AppendUint64(append(dst, 1), uint64(i))
	case tag.Uint:
		u, _ := n.Uint()
		return binary.LittleEndian.AppendUint64(append(dst, 2), u)
	}
	f, _ := n.Float()
	switch {
	case f != math.Trunc(f) || f < math.MinInt64 || f >= 1<<64:
		return binary.LittleEndian.AppendUint64(append(dst, 3), math.Float64bits(f))
	case f < math.MaxInt64:
		return binary.LittleEndian.AppendUint64(append(dst, 1), uint64(int64(f)))
	default:
		return binary.LittleEndian.AppendUint64(append(dst, 2), uint64(f))
	}
}

func appendTextKey(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

// appendObjectKey takes the fields in the order of their names.
func appendObjectKey(dst []byte, o *tag.Object) []byte {
	names := make([]string, o.Len())
	for i := range names {
		names[i], _ = o.At(i)
	}
	slices.Sort(names)
	dst = binary.AppendUvarint(dst, uint64(len(names)))
	for _, name := range names {
		v, _ := o.Lookup(name)
		dst = AppendKey(appendTextKey(dst, name), v)
	}
	return dst
}
