package fuel

// custom reads a custom section (§5.5.3). They are left out but for the names of
// functions, with which the runtime makes a trap readable: others say where
// something stands in the code, and it does not stand there any more.
func (m *meter) custom(r *reader) error {
	if r.text() != "name" || r.err != nil {
		return r.err
	}
	for r.more() {
		id, content := r.byte(), r.sub(r.u32())
		if r.err == nil && id == functionNames && isNames(content) {
			m.names = content.data[content.at:content.limit]
		}
	}
	return nil
}

// functionNames is the subsection of the names of functions (§7.4.1).
const functionNames = 1

// isNames reports whether a subsection is a map from indices to names. One that
// is not is no reason to refuse the module.
func isNames(content *reader) bool {
	r := *content
	for range r.count(2) {
		r.u32()
		r.text()
		if r.err != nil {
			return false
		}
	}
	return r.err == nil && !r.more()
}

func (m *meter) customNames() {
	if m.names == nil {
		return
	}
	content := append([]byte{4}, "name"...)
	content = leb(append(content, functionNames), uint64(len(m.names)))
	m.write(sectionCustom, append(content, m.names...))
}
