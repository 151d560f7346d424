package wasm

import (
	"encoding/binary"
	"math"

	"github.com/holdfast-edge/holdfast/tag"
)

// appendValue appends a value as a module reads it. A whole number beyond an
// int64 becomes a float.
func appendValue(dst []byte, v tag.Value) []byte {
	if v.IsNull() {
		return append(dst, codeNull)
	}
	switch v.Kind() {
	case tag.Bool:
		if v.Bool() {
			return append(dst, codeTrue)
		}
		return append(dst, codeFalse)
	case tag.Int:
		i, _ := v.Int()
		return binary.LittleEndian.AppendUint64(append(dst, codeInt), uint64(i))
	case tag.Uint, tag.Float:
		f, _ := v.Float()
		return binary.LittleEndian.AppendUint64(append(dst, codeFloat), math.Float64bits(f))
	case tag.Time:
		ns, _ := v.Nanos()
		return binary.LittleEndian.AppendUint64(append(dst, codeTime), uint64(ns))
	case tag.String:
		return append(appendLength(dst, codeText, len(v.Str())), v.Str()...)
	case tag.Bytes:
		return append(appendLength(dst, codeBytes, len(v.Bytes())), v.Bytes()...)
	default:
		return appendJSON(dst, v)
	}
}

func appendLength(dst []byte, code byte, n int) []byte {
	return binary.LittleEndian.AppendUint32(append(dst, code), uint32(n))
}

func appendJSON(dst []byte, v tag.Value) []byte {
	start := len(dst) + 5
	dst = tag.AppendJSON(append(dst, codeJSON, 0, 0, 0, 0), v)
	binary.LittleEndian.PutUint32(dst[start-4:], uint32(len(dst)-start))
	return dst
}
