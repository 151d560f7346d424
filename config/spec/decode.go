package spec

import (
	"reflect"

	"github.com/holdfast-edge/holdfast/config/document"
)

// Decode reads a document into the struct that into points to, as its spec says, and reports everything wrong with
// it. The struct is complete, with defaults, where no error comes back; otherwise it holds what could be read. Keys
// required of the root itself are not enforced, since a directory's files each give a part of it: see Missing.
func Decode(doc *document.Document, s *Spec, components Components, into any) document.Errors {
	d := decoder{file: doc.File, components: components}
	d.structure(reflect.ValueOf(into).Elem(), site{node: doc.Root}, s, nil)
	return d.errs.Sort()
}

// decoder walks one document along a spec.
type decoder struct {
	file       string
	components Components
	errs       document.Errors
	inner      int // how many of errs are within mappings that are elements of a list
}

// site is where in the document the decoder stands.
type site struct {
	node *document.Node
	path *path
}

// below is a part of the node that stands here.
func (s site) below(key string, node *document.Node) site {
	return site{node: node, path: &path{parent: s.path, key: key}}
}

// item is an element of the list that stands here.
func (s site) item(i int) site {
	return site{node: s.node.Item(i), path: &path{parent: s.path, index: i}}
}

// report notes err at the place of the value.
func (d *decoder) report(at site, err error) {
	d.reportAt(at.node.Place, at.path, err)
}

func (d *decoder) reportAt(place document.Place, p *path, err error) {
	d.errs = append(d.errs, document.At(d.file, place, p.String(), err))
}

// field decodes the value of one key.
func (d *decoder) field(into reflect.Value, at site, f *Field, in *scope) {
	before := len(d.errs)
	d.value(into, at, f, f.Type, in)
	if len(d.errs) > before {
		return
	}
	if err := f.check(into, at.node); err != nil {
		d.report(at, err)
	}
}

// value decodes by the shape of the type.
func (d *decoder) value(into reflect.Value, at site, f *Field, t *Type, in *scope) {
	if at.node.Broken {
		return
	}
	if t.pointer {
		into.Set(reflect.New(into.Type().Elem()))
		into = into.Elem()
	}
	switch t.Shape {
	case Struct:
		d.structure(into, at, t.Spec, in)
	case List:
		d.list(into, at, f, t, in)
	case Table:
		d.table(into, at, f, t, in)
	case Raw:
		into.Set(reflect.ValueOf(Written{at.node}))
	default:
		if err := readScalar(into, at.node, t); err != nil {
			d.report(at, f.explain(err))
		}
	}
}

// list decodes elements in order; nothing is an empty list.
func (d *decoder) list(into reflect.Value, at site, f *Field, t *Type, in *scope) {
	switch {
	case at.node.Kind == document.Null:
		return
	case at.node.Kind == document.List:
	case f.Single:
		at.node = document.ListOf(at.node.Place, at.node)
	default:
		d.report(at, wanted(at.node, "a list", "begin each element on its own line with a dash"))
		return
	}
	into.Set(reflect.MakeSlice(into.Type(), at.node.Len(), at.node.Len()))
	before, inner := len(d.errs), d.inner
	for i := range at.node.Len() {
		d.element(into.Index(i), at.item(i), f, t.Elem, in)
	}
	if t.Elem.Shape == Struct {
		d.inner = inner + len(d.errs) - before
	}
}

// element decodes one of a list and holds it against what the field says of each.
func (d *decoder) element(into reflect.Value, at site, f *Field, t *Type, in *scope) {
	before := len(d.errs)
	d.value(into, at, f, t, in)
	if len(d.errs) > before {
		return
	}
	if err := f.checkWord(at.node); err != nil {
		d.report(at, err)
		return
	}
	if s, ok := d.components.(Sharer); ok && t.Shape == Struct {
		s.Share(into.Addr().Interface())
	}
}

// table decodes a mapping with free keys.
func (d *decoder) table(into reflect.Value, at site, f *Field, t *Type, in *scope) {
	switch at.node.Kind {
	case document.Null:
		return
	case document.Mapping:
	default:
		d.report(at, wanted(at.node, "a mapping", "write name: value lines"))
		return
	}
	into.Set(reflect.MakeMapWithSize(into.Type(), len(at.node.Entries)))
	for _, e := range at.node.Entries {
		elem := reflect.New(t.Elem.goType).Elem()
		d.value(elem, at.below(e.Key, e.Value), f, t.Elem, in)
		into.SetMapIndex(reflect.ValueOf(e.Key).Convert(into.Type().Key()), elem)
	}
}
