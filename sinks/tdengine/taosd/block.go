package taosd

import (
	"encoding/binary"
	"math"
)

// appendBlock appends rows as a raw block: the columns one after the other, each
// with the bitmap of its NULLs, or the offsets of its texts.
func appendBlock(dst []byte, columns []column, rows [][]any) []byte {
	start := len(dst)
	le := binary.LittleEndian
	dst = le.AppendUint32(dst, 1) // version
	dst = le.AppendUint32(dst, 0) // length, below
	dst = le.AppendUint32(dst, uint32(len(rows)))
	dst = le.AppendUint32(dst, uint32(len(columns)))
	dst = le.AppendUint32(dst, 0) // flag
	dst = le.AppendUint64(dst, 0) // group
	for _, c := range columns {
		dst = append(dst, byte(c.code))
		dst = le.AppendUint32(dst, uint32(c.width))
	}
	lengths := len(dst)
	dst = append(dst, make([]byte, 4*len(columns))...)
	for i, c := range columns {
		head := len(dst)
		if c.isVariable() {
			head += 4 * len(rows)
			dst = appendTexts(dst, c, rows, i)
		} else {
			head += (len(rows) + 7) / 8
			dst = appendFixed(dst, c, rows, i)
		}
		le.PutUint32(dst[lengths+4*i:], uint32(len(dst)-head))
	}
	dst = append(dst, 0) // whether gaps were filled in; the driver computes, and does not read, what is behind the last column
	le.PutUint32(dst[start+4:], uint32(len(dst)-start))
	return dst
}

// appendTexts appends offsets, -1 for NULL, and texts under their lengths. NCHAR
// is UTF-32 on the wire.
func appendTexts(dst []byte, c column, rows [][]any, slot int) []byte {
	le := binary.LittleEndian
	var data []byte
	for _, row := range rows {
		if row[slot] == nil {
			dst = le.AppendUint32(dst, math.MaxUint32)
			continue
		}
		dst = le.AppendUint32(dst, uint32(len(data)))
		text := textOf(row[slot])
		if c.code != typeNchar {
			data = append(le.AppendUint16(data, uint16(len(text))), text...)
			continue
		}
		runes := []rune(text)
		data = le.AppendUint16(data, uint16(4*len(runes)))
		for _, r := range runes {
			data = le.AppendUint32(data, uint32(r))
		}
	}
	return append(dst, data...)
}

func appendFixed(dst []byte, c column, rows [][]any, slot int) []byte {
	bitmap := len(dst)
	dst = append(dst, make([]byte, (len(rows)+7)/8)...)
	for i, row := range rows {
		if row[slot] == nil {
			dst[bitmap+i/8] |= 0x80 >> (i % 8)
		}
		dst = appendCell(dst, c, row[slot])
	}
	return dst
}

// appendCell appends a fixed value in the width of its column; NULL is zeros.
func appendCell(dst []byte, c column, v any) []byte {
	le := binary.LittleEndian
	if c.code == typeFloat {
		f, _ := v.(float64)
		return le.AppendUint32(dst, math.Float32bits(float32(f)))
	}
	var bits uint64
	switch v := v.(type) {
	case bool:
		if v {
			bits = 1
		}
	case int64:
		bits = uint64(v)
	case uint64:
		bits = v
	case float64:
		bits = math.Float64bits(v)
	}
	switch c.width {
	case 1:
		return append(dst, byte(bits))
	case 2:
		return le.AppendUint16(dst, uint16(bits))
	case 4:
		return le.AppendUint32(dst, uint32(bits))
	default:
		return le.AppendUint64(dst, bits)
	}
}
