package spec

import (
	"reflect"
	"strings"

	"github.com/holdfast-edge/holdfast/config/document"
)

// Origin remembers where a resource was written, so that what is found out later, by the compiler of a rule's SQL or
// by a sink that refuses its options, is still told with file, line and column. A struct that has a field of this type
// gets it filled in by Decode. The zero Origin is that of a resource not read from a file.
type Origin struct {
	file   string
	path   string
	place  document.Place
	sound  bool
	places map[string]document.Place // of the mapping's keys and, as to[0], of the elements of its lists
}

var originType = reflect.TypeFor[Origin]()

// Error places err at a key of the resource, or at the resource itself where the key was not written.
func (o Origin) Error(key string, err error) *document.Error {
	place := o.nearest(key)
	path := o.path
	if key != "" {
		path = strings.TrimPrefix(path+"."+key, ".")
	}
	return document.At(o.file, place, path, err)
}

// nearest is the place of a key or, where it was not written, of the part above it.
func (o Origin) nearest(key string) document.Place {
	for key != "" {
		if place, ok := o.places[key]; ok {
			return place
		}
		key = key[:max(strings.LastIndexAny(key, ".["), 0)]
	}
	return o.place
}

// File is the file that the resource was written in, as it was named to the reader.
func (o Origin) File() string { return o.file }

// Place is where in the file the resource begins.
func (o Origin) Place() document.Place { return o.place }

// String prints file:line:column, or nothing for a resource that was not read from a file.
func (o Origin) String() string {
	if o.file == "" {
		return ""
	}
	return o.file + ":" + o.place.String()
}

// origin fills in the Origin of a struct that asks for it.
func (m *mapping) origin(sound bool) {
	if m.spec.origin < 0 {
		return
	}
	o := Origin{sound: sound, file: m.file, path: m.at.path.String(), place: m.at.node.Place, places: map[string]document.Place{}}
	for _, e := range m.at.node.Entries {
		o.places[e.Key] = e.Value.Place
		for i := range e.Value.Len() {
			o.places[(&path{parent: &path{key: e.Key}, index: i}).String()] = e.Value.ItemPlace(i)
		}
	}
	m.into.Field(m.spec.origin).Set(reflect.ValueOf(o))
}

// reportBelow notes what a checker found at a key, or further down.
func (m *mapping) reportBelow(key string, err error) {
	at, p := m.at.node, m.at.path
	for _, step := range steps(key) {
		p = &path{parent: p, key: step.key, index: step.index}
		at = descend(at, step)
	}
	m.reportAt(at.Place, p, err)
}

// descend follows one step, and stays where the document has no such part.
func descend(n *document.Node, step path) *document.Node {
	if step.key == "" {
		if step.index < n.Len() {
			return n.Item(step.index)
		}
		return n
	}
	if e, ok := n.Entry(step.key); ok {
		return e.Value
	}
	return n
}

// Sound tells whether nothing was wrong with the resource by itself, so that a later check may rely on all of it.
func (o Origin) Sound() bool { return o.sound }

// Has tells whether a key of the resource was written.
func (o Origin) Has(key string) bool {
	_, ok := o.places[key]
	return ok
}
