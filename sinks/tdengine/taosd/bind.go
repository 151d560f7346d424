package taosd

import (
	"encoding/binary"
	"errors"
	"math"
)

// errShort says that a bind ends too soon or points out of itself.
var errShort = errors.New("the bind data are damaged")

// bound is what a stmt2 bind has for one table.
type bound struct {
	name string
	tags []any   // one a tag
	cols [][]any // by column, then row
}

// reader reads a bind; after its end it reads zeros and remembers that.
type reader struct {
	data []byte
	at   int
	bad  bool
}

func (r *reader) take(n int) []byte {
	if n < 0 || r.at < 0 || r.at > len(r.data)-n {
		r.bad = true
		return make([]byte, min(max(n, 0), 8))
	}
	r.at += n
	return r.data[r.at-n : r.at]
}

func (r *reader) u8() byte    { return r.take(1)[0] }
func (r *reader) u16() uint16 { return binary.LittleEndian.Uint16(r.take(2)) }
func (r *reader) u32() int    { return int(binary.LittleEndian.Uint32(r.take(4))) }

// readBind reads the payload of a stmt2 bind: seven numbers, names, tags, then
// columns.
func readBind(data []byte) ([]bound, error) {
	r := &reader{data: data}
	total, tables, tags, cols := r.u32(), r.u32(), r.u32(), r.u32()
	nameAt, tagAt, colAt := r.u32(), r.u32(), r.u32()
	if r.bad || total != len(data) || tables < 1 || tables > len(data)/4 || tags > 128 || cols > 4096 {
		return nil, errShort
	}
	all := make([]bound, tables)
	if nameAt > 0 {
		readNames(&reader{data: data, at: nameAt}, all, r)
	}
	if tagAt > 0 {
		readCells(&reader{data: data, at: tagAt}, r, all, tags, func(b *bound, cells []any) {
			if len(cells) == 1 {
				b.tags = append(b.tags, cells[0])
			}
		})
	}
	if colAt > 0 {
		readCells(&reader{data: data, at: colAt}, r, all, cols, func(b *bound, cells []any) { b.cols = append(b.cols, cells) })
	}
	if r.bad {
		return nil, errShort
	}
	return all, nil
}

func readNames(r *reader, all []bound, outer *reader) {
	lengths := make([]int, len(all))
	for i := range lengths {
		lengths[i] = int(r.u16())
	}
	for i, n := range lengths {
		name := r.take(n)
		if n > 0 && !r.bad {
			all[i].name = string(name[:n-1]) // without its NUL
		}
	}
	outer.bad = outer.bad || r.bad
}

func readCells(r, outer *reader, all []bound, columns int, put func(*bound, []any)) {
	for range all {
		r.u32() // length of the table's part
	}
	for i := range all {
		for range columns {
			cells := readColumn(r)
			if r.bad {
				outer.bad = true
				return
			}
			put(&all[i], cells)
		}
	}
}

// readColumn reads total length, type, number, the NULLs, lengths where there
// are any, and the values.
func readColumn(r *reader) []any {
	r.u32()
	code, n := int8(r.u32()), r.u32()
	if n > len(r.data) {
		r.bad = true
		return nil
	}
	nulls := r.take(n)
	var lengths []int
	if r.u8() == 1 {
		for range n {
			lengths = append(lengths, r.u32())
		}
	}
	buffer := &reader{data: r.take(r.u32())}
	if r.bad {
		return nil
	}
	cells := make([]any, n)
	width := fixedWidth(code)
	for i := range cells {
		switch {
		case lengths != nil:
			raw := buffer.take(lengths[i])
			if nulls[i] == 0 && !buffer.bad {
				cells[i] = variable(code, raw)
			}
		case len(buffer.data) > 0:
			raw := buffer.take(width)
			if nulls[i] == 0 && !buffer.bad {
				cells[i] = fixed(code, raw)
			}
		}
	}
	r.bad = buffer.bad
	return cells
}

func variable(code int8, raw []byte) any {
	if code == typeVarbinary {
		return append([]byte(nil), raw...)
	}
	return string(raw)
}

func fixedWidth(code int8) int {
	switch code {
	case typeBool, typeTinyint, typeUTinyint:
		return 1
	case typeSmallint, typeUSmallint:
		return 2
	case typeInt, typeUInt, typeFloat:
		return 4
	default:
		return 8
	}
}

func fixed(code int8, raw []byte) any {
	le := binary.LittleEndian
	switch code {
	case typeBool:
		return raw[0] != 0
	case typeTinyint:
		return int64(int8(raw[0]))
	case typeUTinyint:
		return uint64(raw[0])
	case typeSmallint:
		return int64(int16(le.Uint16(raw)))
	case typeUSmallint:
		return uint64(le.Uint16(raw))
	case typeInt:
		return int64(int32(le.Uint32(raw)))
	case typeUInt:
		return uint64(le.Uint32(raw))
	case typeFloat:
		return float64(math.Float32frombits(le.Uint32(raw)))
	case typeDouble:
		return math.Float64frombits(le.Uint64(raw))
	case typeUBigint:
		return le.Uint64(raw)
	default:
		return int64(le.Uint64(raw))
	}
}
