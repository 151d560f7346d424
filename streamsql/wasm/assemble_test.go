package wasm_test

import (
	"encoding/binary"
	"math"
)

// module is a WebAssembly module in the making (Core Specification 2.0, §5).
type module struct {
	types, functions, exports, codes, data, imports [][]byte
	memory                                          []byte
	start                                           []byte
}

// The types and instructions that the tests use (§5.3.1, §5.4).
const (
	i32, i64, f64 = 0x7f, 0x7e, 0x7c

	opUnreachable = 0x00
	opLoop        = 0x03
	opBranch      = 0x0c
	opCall        = 0x10
	opEnd         = 0x0b
	opGet         = 0x20
	opConst32     = 0x41
	opConst64     = 0x42
	opConstFloat  = 0x44
	opGrow        = 0x40
	opStore8      = 0x3a
	opAdd64       = 0x7c
	opOr64        = 0x84
	opShift64     = 0x86
	opExtend      = 0xad
	opAddFloat    = 0xa0
	opMulFloat    = 0xa2
	opDrop        = 0x1a
)

// function adds an exported function of a body without locals.
func (m *module) function(name string, params, results []byte, body ...[]byte) {
	m.types = append(m.types, join([]byte{0x60}, vector(single(params)), vector(single(results))))
	index := len(m.functions)
	m.functions = append(m.functions, leb(uint64(len(m.types)-1)))
	m.exports = append(m.exports, join(text(name), []byte{0x00}, leb(uint64(index+len(m.imports)))))
	code := join(append(append([][]byte{{0x00}}, body...), []byte{opEnd})...)
	m.codes = append(m.codes, join(leb(uint64(len(code))), code))
}

// withMemory gives the module memory of so many pages, exported.
func (m *module) withMemory(pages uint64) {
	m.memory = join([]byte{0x01, 0x00}, leb(pages))
	m.exports = append(m.exports, join(text("memory"), []byte{0x02, 0x00}))
}

// place puts octets at an address of the memory.
func (m *module) place(address int64, content string) {
	m.data = append(m.data, join([]byte{0x00}, const32(address), []byte{opEnd}, text(content)))
}

// bytes returns the module in the binary format.
func (m *module) bytes() []byte {
	out := []byte("\x00asm\x01\x00\x00\x00")
	section := func(id byte, content []byte) {
		if len(content) > 1 || id == 8 && len(content) > 0 {
			out = join(out, []byte{id}, leb(uint64(len(content))), content)
		}
	}
	section(1, vector(m.types))
	section(2, vector(m.imports))
	section(3, vector(m.functions))
	if m.memory != nil {
		section(5, m.memory)
	}
	section(7, vector(m.exports))
	section(8, m.start)
	section(10, vector(m.codes))
	section(11, vector(m.data))
	return out
}

func const32(i int64) []byte { return append([]byte{opConst32}, sleb(i)...) }
func const64(i int64) []byte { return append([]byte{opConst64}, sleb(i)...) }

func constFloat(f float64) []byte {
	return binary.LittleEndian.AppendUint64([]byte{opConstFloat}, math.Float64bits(f))
}

func get(i byte) []byte { return []byte{opGet, i} }

// packed is the instructions that make a place of an address and a length.
func packed(address, length []byte) []byte {
	return join(address, []byte{opExtend}, const64(32), []byte{opShift64}, length, []byte{opExtend, opOr64})
}

func join(parts ...[]byte) []byte {
	var out []byte
	for _, part := range parts {
		out = append(out, part...)
	}
	return out
}

func single(types []byte) [][]byte {
	var out [][]byte
	for i := range types {
		out = append(out, types[i:i+1])
	}
	return out
}

func vector(elements [][]byte) []byte {
	return append(leb(uint64(len(elements))), join(elements...)...)
}

func text(s string) []byte { return append(leb(uint64(len(s))), s...) }

func leb(u uint64) []byte { return binary.AppendUvarint(nil, u) }

func sleb(i int64) []byte {
	var out []byte
	for {
		b := byte(i & 0x7f)
		i >>= 7
		if i == 0 && b&0x40 == 0 || i == -1 && b&0x40 != 0 {
			return append(out, b)
		}
		out = append(out, b|0x80)
	}
}
