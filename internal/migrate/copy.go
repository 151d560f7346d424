package migrate

import (
	"bytes"

	"github.com/holdfast-edge/holdfast/config/document"
)

// Of copies a value of a document, on one line.
func Of(value *document.Node) *Node {
	n := &Node{Flow: true}
	switch value.Kind {
	case document.Null:
		return Plain("null")
	case document.Bool, document.Number:
		return Plain(value.Text)
	case document.Text:
		return Text(value.Text)
	case document.List:
		n.kind = list
		for _, item := range value.Items() {
			n.items = append(n.items, Of(item))
		}
	case document.Mapping:
		for _, e := range value.Entries {
			n.entries = append(n.entries, entry{e.Key, Of(e.Value)})
		}
	}
	return n
}

// Flat is a copy on one line, without origins.
func Flat(n *Node) *Node {
	flat := &Node{Flow: true, kind: n.kind, text: n.text}
	for _, item := range n.items {
		flat.items = append(flat.items, Flat(item))
	}
	for _, e := range n.entries {
		flat.entries = append(flat.entries, entry{e.key, Flat(e.value)})
	}
	return flat
}

// Equal tells whether both are written alike.
func (n *Node) Equal(other *Node) bool {
	return bytes.Equal(Flat(n).appendFlow(nil), Flat(other).appendFlow(nil))
}
