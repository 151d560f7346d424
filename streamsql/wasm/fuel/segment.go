package fuel

// constant reads a constant expression (§5.4.10).
func (m *meter) constant(r *reader) {
	for r.err == nil {
		switch op := r.byte(); op {
		case opEnd:
			return
		case opGlobalGet:
			m.isGlobal(r, r.index())
		case opI32Const, opI64Const, opF32Const, opF64Const, opRefNull, opRefFunc, opVector:
			r.at--
			if r.instruction().kind == plainVector {
				r.failf(ErrMalformed, "a vector that is computed in a constant")
			}
		default:
			r.at--
			r.failf(ErrUnsupported, "opcode %#x in a constant", op)
		}
	}
}

// elements reads the segments of tables (§5.5.12), whose counts have to fit.
func (m *meter) elements(r *reader) {
	for range r.count(2) {
		kind := r.u32()
		if kind > 7 {
			r.failf(ErrUnsupported, "a segment of kind %#x", kind)
			return
		}
		passive, explicit, expressions := kind&1 != 0, kind&2 != 0, kind&4 != 0
		if !passive {
			if explicit {
				r.index() // table
			}
			m.constant(r)
		}
		if passive || explicit {
			r.byte() // kind or type of the entries
		}
		for range r.count(1) {
			if expressions {
				m.constant(r)
			} else {
				r.index()
			}
		}
		if r.err != nil {
			return
		}
	}
}

// segments reads the data segments of memories (§5.5.14).
func (m *meter) segments(r *reader) {
	for range r.count(2) {
		kind := r.u32()
		switch kind {
		case 0:
			m.constant(r)
		case 1:
		case 2:
			r.index()
			m.constant(r)
		default:
			r.failf(ErrUnsupported, "a segment of kind %#x", kind)
		}
		r.skip(r.u32())
		if r.err != nil {
			return
		}
	}
}
