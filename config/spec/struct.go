package spec

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/holdfast-edge/holdfast/config/document"
)

// Report notes an error at a key of the mapping being checked; a dotted path with indexes (groups[0].name) leads
// further down. A path that is not in the document leads to the nearest part of it that is.
type Report func(key string, err error)

// Checker is implemented by a struct that knows more than its tags can say. Check is called once the keys of its
// mapping are read and free of errors, its options included; only mappings that are elements of its lists may have
// errors of their own, and what could not be read of them is empty. It must not keep report.
type Checker interface {
	Check(report Report)
}

// structure decodes one mapping; in is what was chosen around it.
func (d *decoder) structure(into reflect.Value, at site, s *Spec, in *scope) {
	at, ok := d.mapping(at, s)
	if !ok {
		return
	}
	before := len(d.errs)
	m := mapping{decoder: d, at: at, spec: s, into: into, before: len(d.errs) - d.inner}
	m.choose(in)
	m.addOptions()
	m.entries()
	m.absent()
	m.check()
	m.origin(len(d.errs) == before)
}

// mapping sees to it that a mapping stands here: nothing is an empty one, and a value may stand for its scalar key.
func (d *decoder) mapping(at site, s *Spec) (site, bool) {
	switch at.node.Kind {
	case document.Mapping:
		return at, true
	case document.Null:
		at.node = &document.Node{Kind: document.Mapping, Place: at.node.Place}
		return at, true
	}
	if f, ok := s.scalar(); ok && at.node.Scalar() {
		at.node = &document.Node{
			Kind: document.Mapping, Place: at.node.Place,
			Entries: []document.Entry{{Key: f.Key, Place: at.node.Place, Value: at.node}},
		}
		return at, true
	}
	d.report(at, wanted(at.node, "a mapping", "write key: value lines"))
	return at, false
}

// mapping is one struct while it is decoded.
type mapping struct {
	*decoder
	at      site
	spec    *Spec
	into    reflect.Value
	in      *scope
	options []part
	lenient bool // a component that is not known may declare any key
	before  int  // errors before this mapping, other than those within lists
}

// part is the struct of a component's options, decoded from the same mapping.
type part struct {
	spec *Spec
	into reflect.Value
}

// choose reads which component the mapping names, so that its keys are known before they are met.
func (m *mapping) choose(in *scope) {
	m.in = in
	for i := range m.spec.Fields {
		f := &m.spec.Fields[i]
		if f.Chooses == "" {
			continue
		}
		name := f.Default
		if e, ok := m.at.node.Entry(f.Key); ok {
			name = e.Value.Text
		}
		known := slices.Contains(m.components.Names(f.Chooses), name)
		m.in = &scope{kind: f.Chooses, name: name, known: known, outer: m.in}
	}
}

// addOptions makes the structs that the chosen components declare.
func (m *mapping) addOptions() {
	for _, o := range m.spec.options {
		chosen, ok := m.in.find(o.kind)
		if !ok || !chosen.known {
			m.lenient = true
			continue
		}
		s := m.components.Options(o.kind, chosen.name, o.part)
		switch {
		case o.from != "":
			m.addQuery(o, s)
		case s != nil:
			pointer := reflect.New(s.goType)
			m.into.Field(o.index).Set(pointer)
			m.options = append(m.options, part{spec: s, into: pointer.Elem()})
		}
	}
}

// addQuery makes the struct of what stands in a URL's query, unless something is wrong with it. Where the component
// declares none, any key is unknown.
func (m *mapping) addQuery(o optionsField, s *Spec) {
	before := len(m.errs)
	if s == nil {
		m.query(o.from, none(), reflect.ValueOf(&struct{}{}).Elem())
		return
	}
	pointer := reflect.New(s.goType)
	m.query(o.from, s, pointer.Elem())
	if len(m.errs) == before {
		m.into.Field(o.index).Set(pointer)
	}
}

// entries decodes the keys that are written.
func (m *mapping) entries() {
	for _, e := range m.at.node.Entries {
		m.entry(e)
	}
}

// entry decodes one key into the component's field, and into the struct's own where nothing was wrong with it.
func (m *mapping) entry(e document.Entry) {
	at := m.at.below(e.Key, e.Value)
	found, before := false, len(m.errs)
	for _, p := range m.options {
		if f, ok := p.spec.Field(e.Key); ok {
			found = true
			m.field(p.into.FieldByIndex(f.index), at, f, m.in)
		}
	}
	own, ok := m.spec.Field(e.Key)
	switch {
	case ok && len(m.errs) == before:
		m.own(own, at, found)
	case !ok && !found && !m.lenient:
		m.reportAt(e.Place, m.at.path, m.unknown(e.Key))
	}
}

// own decodes a key of the struct itself. A key that the component declared was checked there, and only the value is
// copied.
func (m *mapping) own(f *Field, at site, declared bool) {
	into := m.into.FieldByIndex(f.index)
	if declared {
		m.value(into, at, f, f.Type, m.in)
		return
	}
	m.field(into, at, f, m.in)
	if f.Chooses == "" {
		return
	}
	if chosen, _ := m.in.find(f.Chooses); chosen != nil && !chosen.known && at.node.Scalar() {
		m.report(at, &document.Problem{
			What: fmt.Sprintf("no %s is called %q", f.Chooses, chosen.name),
			Fix:  document.DidYouMean(chosen.name, m.components.Names(f.Chooses)),
		})
	}
}

// unknown is the error of a key that nobody declares.
func (m *mapping) unknown(key string) error {
	return &document.Problem{What: fmt.Sprintf("unknown key %q", key), Fix: document.DidYouMean(key, m.keys())}
}

// keys lists what may stand in the mapping.
func (m *mapping) keys() []string {
	var keys []string
	for _, s := range m.specs() {
		for _, f := range s.Fields {
			keys = append(keys, f.Key)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// specs lists the specs whose keys stand in the mapping, the struct's own last.
func (m *mapping) specs() []*Spec {
	var specs []*Spec
	for _, p := range m.options {
		specs = append(specs, p.spec)
	}
	return append(specs, m.spec)
}

// absent fills in what is not written, and reports what must be.
func (m *mapping) absent() {
	for _, p := range append(m.options, part{spec: m.spec, into: m.into}) {
		for i := range p.spec.Fields {
			f := &p.spec.Fields[i]
			if _, given := m.at.node.Entry(f.Key); given {
				continue
			}
			if f.Required && m.at.path != nil {
				m.report(m.at, m.missing(f))
			}
			f.fill(p.into.FieldByIndex(f.index), m.components, m.in)
		}
	}
}

// missing is the error of a required key that is not given. Without it nobody may know which keys there are, so that a slip
// in it is told here.
func (m *mapping) missing(f *Field) error {
	for _, e := range m.at.node.Entries {
		if _, known := m.spec.Field(e.Key); m.lenient && !known && document.Nearest(e.Key, []string{f.Key}) != "" {
			return &document.Problem{What: fmt.Sprintf("the key %q is missing", f.Key), Fix: fmt.Sprintf("is %q meant for it?", e.Key)}
		}
	}
	return missing(f)
}

// missing is the error of a required key that is not given.
func missing(f *Field) error {
	p := &document.Problem{What: fmt.Sprintf("the key %q is missing", f.Key)}
	if f.Example != "" {
		p.Fix = fmt.Sprintf("add %s: %s", f.Key, f.Example)
	}
	return p
}

// check calls the checkers of a mapping that is free of errors: the component's options first, then the struct.
func (m *mapping) check() {
	if len(m.errs)-m.inner > m.before {
		return
	}
	for _, p := range append(m.options, part{into: m.into}) {
		if c, ok := p.into.Addr().Interface().(Checker); ok {
			c.Check(func(key string, err error) { m.reportBelow(key, err) })
		}
	}
}
