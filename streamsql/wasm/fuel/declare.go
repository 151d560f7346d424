package fuel

// types reads the types of functions (§5.5.4), of which the number of parameters
// is kept: the locals that the meter adds stand behind them.
func (m *meter) types(r *reader) {
	for range r.count(3) {
		if form := r.byte(); form != 0x60 {
			r.failf(ErrUnsupported, "a type of form %#x", form)
			return
		}
		params := r.count(1)
		for range params {
			r.valueType()
		}
		for range r.count(1) {
			r.valueType()
		}
		m.params = append(m.params, uint32(params))
		if r.err != nil {
			return
		}
	}
}

// The kinds of imports and exports (§5.5.5, §5.5.10).
const (
	kindFunction = iota
	kindTable
	kindMemory
	kindGlobal
)

// imports reads what the module imports. Indices begin with it (§5.5.5).
func (m *meter) imports(r *reader) {
	for range r.count(4) {
		i := Import{Module: r.text(), Name: r.text()}
		switch kind := r.byte(); kind {
		case kindFunction:
			i.Function = true
			m.imported.functions++
			r.index()
		case kindTable:
			r.valueType()
			r.limits()
		case kindMemory:
			r.limits()
		case kindGlobal:
			m.imported.globals++
			r.valueType()
			r.byte()
		default:
			r.failf(ErrUnsupported, "an import of kind %#x", kind)
		}
		if r.err != nil {
			return
		}
		m.module.Imports = append(m.module.Imports, i)
	}
	m.globals = m.imported.globals
}

// functionTypes reads the types of the module's functions (§5.5.6).
func (m *meter) functionTypes(r *reader) {
	for range r.count(1) {
		t := r.index()
		if int64(t) >= int64(len(m.params)) {
			r.failf(ErrMalformed, "a function of type %d of %d", t, len(m.params))
			return
		}
		m.functions = append(m.functions, t)
	}
}

// table is one of the module's tables.
type table struct {
	kind        byte
	least, most uint32
}

// tables reads the tables (§5.5.7) and returns them with a bound: what one grows
// to is the host's memory, for which the limit of the module's memory is none.
func (m *meter) tables(r *reader) []byte {
	var all []table
	var least uint64
	for range r.count(3) {
		t := table{kind: r.valueType(), most: m.options.Elements}
		var most uint32
		var bounded bool
		if t.least, most, bounded = r.limits(); bounded {
			t.most = min(t.most, most)
		}
		if bounded && most < t.least {
			r.failf(ErrMalformed, "a table of at least %d and at most %d entries", t.least, most)
		}
		all, least = append(all, t), least+uint64(t.least)
		if least > uint64(m.options.Elements) {
			r.failf(ErrUnsupported, "tables of %d entries: want at most %d", least, m.options.Elements)
		}
		if r.err != nil {
			return nil
		}
	}
	out := leb(nil, uint64(len(all)))
	for _, t := range all {
		room := (m.options.Elements - uint32(least)) / uint32(len(all))
		out = leb(append(out, t.kind, 1), uint64(t.least))
		out = leb(out, uint64(min(t.most, t.least+room)))
	}
	return out
}
