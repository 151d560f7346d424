package spec

import (
	"fmt"
	"net/url"
	"reflect"
	"slices"

	"github.com/holdfast-edge/holdfast/config/document"
)

// none is the spec of a component that takes no keys.
func none() *Spec { return &Spec{origin: -1, goType: reflect.TypeFor[struct{}]()} }

// query decodes the options that stand in the query of the URL under a key. A text that is no URL is left to the key's
// own type to refuse.
func (m *mapping) query(key string, s *Spec, into reflect.Value) {
	written, ok := m.at.node.Entry(key)
	if !ok {
		s.fill(into, m.components, m.in)
		return
	}
	at := m.at.below(key, written.Value)
	parsed, err := url.Parse(written.Value.Text)
	if err != nil {
		return
	}
	values, err := url.ParseQuery(parsed.RawQuery)
	if err != nil {
		m.report(at, &document.Problem{What: "the query of the URL cannot be read", Fix: "write ?key=value&key=value"})
		return
	}
	at.node = queryNode(values, at.node.Place)
	for _, key := range at.node.Entries {
		if n := len(values[key.Key]); n > 1 {
			m.report(at, fmt.Errorf("%q stands %d times in the query", key.Key, n))
		}
	}
	m.structure(into, at, s, m.in)
}

// queryNode is the mapping that a query would be in the file; every part of it is placed where the URL is.
func queryNode(values url.Values, place document.Place) *document.Node {
	n := &document.Node{Kind: document.Mapping, Place: place}
	for key, texts := range values {
		value := plain(texts[0])
		value.Place = place
		n.Entries = append(n.Entries, document.Entry{Key: key, Place: place, Value: value})
	}
	slices.SortFunc(n.Entries, func(a, b document.Entry) int {
		if a.Key < b.Key {
			return -1
		}
		return 1
	})
	return n
}
