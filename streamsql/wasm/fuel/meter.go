package fuel

import (
	"bytes"
	"errors"
	"fmt"
)

// The causes of a refusal.
var (
	ErrMalformed   = errors.New("malformed module")
	ErrUnsupported = errors.New("unsupported module")
)

// Options is how a module is metered.
type Options struct {
	// Start is what instantiating the module may use, its start function and
	// whatever is called before the host sets the global.
	Start int64
	// Elements bounds the entries of all tables together, as declared and as grown.
	Elements uint32
}

// Module is a module that counts.
type Module struct {
	Code []byte
	// Global is the name under which the fuel that is left is exported, a mutable
	// i64. No export of the module has it.
	Global  string
	Imports []Import
}

// Import is something that the module imports.
type Import struct {
	Module, Name string
	Function     bool // rather than memory, table or global
}

// magic is how the binary format begins (§5.5.16).
const magic = "\x00asm\x01\x00\x00\x00"

// The sections (§5.5.2) in the order in which they stand.
const (
	sectionCustom = iota
	sectionType
	sectionImport
	sectionFunction
	sectionTable
	sectionMemory
	sectionGlobal
	sectionExport
	sectionStart
	sectionElement
	sectionCode
	sectionData
	sectionDataCount
)

// rank tells where a section stands: that of the count of data segments, which
// came later, before the code.
func rank(id byte) int {
	switch id {
	case sectionDataCount:
		return 2*sectionElement + 1
	default:
		return 2 * int(id)
	}
}

// meter is a module on its way.
type meter struct {
	options Options
	out     []byte
	module  Module

	params    []uint32 // of each type
	functions []uint32 // type of each function of the module's own
	imported  struct{ functions, globals uint32 }
	globals   uint32 // imported and own
	exports   []string
	names     []byte // content of the section of names
}

// Meter returns the module with its meter. The error of a module that cannot be
// metered names the octet where it was found, counted from the beginning of the
// code. Code that the runtime would not take is not always refused here, and is
// not taken by it afterwards either.
func Meter(code []byte, options Options) (Module, error) {
	if !bytes.HasPrefix(code, []byte(magic)) {
		return Module{}, fmt.Errorf("%w: it does not begin as WebAssembly 1 does", ErrMalformed)
	}
	m := meter{options: options, out: append(make([]byte, 0, len(code)+len(code)/2), magic...)}
	if err := m.sections(&reader{data: code, at: len(magic)}); err != nil {
		return Module{}, err
	}
	m.module.Code = m.out
	return m.module, nil
}

// sections rewrites one section after the other. The sections of globals and
// exports are made where the module has none.
func (m *meter) sections(r *reader) error {
	last := 0
	for r.more() {
		id := r.byte()
		if id > sectionDataCount {
			return r.refusef(ErrUnsupported, "section %d is not one of WebAssembly 2.0", id)
		}
		content := r.sub(r.u32())
		if r.err != nil {
			return r.err
		}
		if id == sectionCustom {
			if err := m.custom(content); err != nil {
				return err
			}
			continue
		}
		if rank(id) <= last {
			return r.refusef(ErrMalformed, "section %d stands twice or too late", id)
		}
		m.supply(last, rank(id))
		last = rank(id)
		if err := m.section(id, content); err != nil {
			return err
		}
	}
	m.supply(last, rank(sectionData)+1)
	m.customNames()
	return r.err
}

// supply writes the sections that the module does not have between two ranks and
// that the meter needs.
func (m *meter) supply(after, before int) {
	if own := rank(sectionGlobal); after < own && own < before {
		m.globals = m.imported.globals
		m.write(sectionGlobal, m.appendGlobals(leb(nil, 2)))
	}
	if own := rank(sectionExport); after < own && own < before {
		m.write(sectionExport, m.appendExport(leb(nil, 1)))
	}
}

func (m *meter) section(id byte, r *reader) error {
	whole := r.data[r.at:r.end()]
	switch id {
	case sectionType:
		m.types(r)
	case sectionImport:
		m.imports(r)
	case sectionFunction:
		m.functionTypes(r)
	case sectionTable:
		whole = m.tables(r)
	case sectionGlobal:
		whole = m.globalSection(r)
	case sectionExport:
		whole = m.exportSection(r)
	case sectionElement:
		m.elements(r)
	case sectionCode:
		whole = m.code(r)
	case sectionData:
		m.segments(r)
	default:
		m.plain(id, r)
	}
	if r.err == nil && r.more() {
		r.failf(ErrMalformed, "section %d is longer than what is in it", id)
	}
	if r.err != nil {
		return r.err
	}
	m.write(id, whole)
	return nil
}

// plain reads a section of which nothing needs to be known.
func (m *meter) plain(id byte, r *reader) {
	switch id {
	case sectionMemory:
		for range r.count(2) {
			r.limits()
		}
	default: // start, count of data segments
		r.index()
	}
}

func (m *meter) write(id byte, content []byte) {
	m.out = leb(append(m.out, id), uint64(len(content)))
	m.out = append(m.out, content...)
}
