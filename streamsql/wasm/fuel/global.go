package fuel

import (
	"fmt"
	"slices"
)

// The types and the opcodes of constants that the meter itself writes.
const (
	typeI32    = 0x7f
	typeI64    = 0x7e
	mutable    = 1
	globalName = "holdfast_fuel"
)

// globalSection reads the globals (§5.5.9) and returns them with those of the
// meter behind them.
func (m *meter) globalSection(r *reader) []byte {
	own := r.count(3)
	start := r.at
	m.globals = m.imported.globals + uint32(own)
	for range own {
		r.valueType()
		r.byte()
		m.constant(r)
		if r.err != nil {
			return nil
		}
	}
	out := append(leb(nil, uint64(own)+2), r.data[start:r.at]...)
	return m.appendGlobals(out)
}

// appendGlobals appends the fuel and the room for nested calls.
func (m *meter) appendGlobals(dst []byte) []byte {
	dst = sleb(append(dst, typeI64, mutable, opI64Const), m.options.Start)
	dst = append(dst, opEnd)
	dst = sleb(append(dst, typeI32, mutable, opI32Const), depth)
	return append(dst, opEnd)
}

// fuel and room are the indices of the meter's globals.
func (m *meter) fuel() uint64 { return uint64(m.globals) }
func (m *meter) room() uint64 { return uint64(m.globals) + 1 }

// isGlobal refuses an index that is not one of the module's own globals: it could
// be one of the meter's.
func (m *meter) isGlobal(r *reader, index uint32) {
	if index >= m.globals {
		r.failf(ErrMalformed, "global %d of %d", index, m.globals)
	}
}

// exportSection reads the exports (§5.5.10) and returns them with the fuel.
func (m *meter) exportSection(r *reader) []byte {
	own := r.count(3)
	start := r.at
	for range own {
		name, kind, index := r.text(), r.byte(), r.index()
		if kind == kindGlobal {
			m.isGlobal(r, index)
		}
		if r.err != nil {
			return nil
		}
		m.exports = append(m.exports, name)
	}
	out := append(leb(nil, uint64(own)+1), r.data[start:r.at]...)
	return m.appendExport(out)
}

// appendExport appends the export of the fuel under a name that the module has
// not given away.
func (m *meter) appendExport(dst []byte) []byte {
	name := globalName
	for n := 2; slices.Contains(m.exports, name); n++ {
		name = fmt.Sprintf("%s_%d", globalName, n)
	}
	m.module.Global = name
	dst = append(leb(dst, uint64(len(name))), name...)
	return leb(append(dst, kindGlobal), m.fuel())
}
