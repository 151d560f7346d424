package migrate

import (
	"strconv"
	"time"

	"github.com/holdfast-edge/holdfast/config/spec"
)

// Node is a part of the configuration that is being made: a mapping, a list or a scalar. It has one owner, and is
// changed until it is written.
type Node struct {
	From *Origin // what it was made of; nil: it belongs to the node around it
	Flow bool    // written on one line

	kind    shape
	text    string // of a scalar
	entries []entry
	items   []*Node
}

type shape uint8

const (
	mapping shape = iota
	list
	plain // a number, or true or false
	text
)

type entry struct {
	key   string
	value *Node
}

// Map makes an empty mapping of an origin, which may be nil.
func Map(from *Origin) *Node { return &Node{From: from} }

// List makes a list.
func List(items ...*Node) *Node { return &Node{kind: list, items: items} }

// Texts makes a list of texts on one line.
func Texts(texts []string) *Node {
	n := &Node{kind: list, Flow: true}
	for _, t := range texts {
		n.items = append(n.items, Text(t))
	}
	return n
}

// Text makes a scalar that is a text.
func Text(value string) *Node { return &Node{kind: text, text: value} }

// Plain makes a scalar of a literal: a number, or true or false.
func Plain(literal string) *Node { return &Node{kind: plain, text: literal} }

// Put sets a key of a mapping; a nil value takes it out.
func (n *Node) Put(key string, value *Node) *Node {
	for i := range n.entries {
		if n.entries[i].key != key {
			continue
		}
		if n.entries[i].value = value; value == nil {
			n.entries = append(n.entries[:i], n.entries[i+1:]...)
		}
		return n
	}
	if value != nil {
		n.entries = append(n.entries, entry{key, value})
	}
	return n
}

// Text sets a key to a text; an empty one is left out.
func (n *Node) Text(key, value string) *Node {
	if value == "" {
		return n
	}
	return n.Put(key, Text(value))
}

// Int sets a key to a whole number.
func (n *Node) Int(key string, value int) *Node { return n.Put(key, Plain(strconv.Itoa(value))) }

// Number sets a key to a number in the fewest digits that give it back.
func (n *Node) Number(key string, value float64) *Node { return n.Put(key, Number(value)) }

// Number makes a scalar of a number, in the fewest digits that give it back.
func Number(value float64) *Node { return Plain(strconv.FormatFloat(value, 'f', -1, 64)) }

// Flag sets a key that is false where it is not given; false is left out.
func (n *Node) Flag(key string, value bool) *Node {
	if !value {
		return n
	}
	return n.Put(key, Plain("true"))
}

// Duration sets a key to a duration.
func (n *Node) Duration(key string, value time.Duration) *Node {
	return n.Put(key, Text(spec.FormatDuration(value)))
}

// Add appends to a list.
func (n *Node) Add(item *Node) { n.items = append(n.items, item) }

// Get returns the value of a key of a mapping; nil where it has none.
func (n *Node) Get(key string) *Node {
	for i := range n.entries {
		if n.entries[i].key == key {
			return n.entries[i].value
		}
	}
	return nil
}

// Items are the elements of a list.
func (n *Node) Items() []*Node { return n.items }

// Value is the text of a scalar.
func (n *Node) Value() string {
	if n == nil {
		return ""
	}
	return n.text
}

// ListAt returns the list at a key of a mapping, made where it is missing.
func (n *Node) ListAt(key string) *Node {
	if l := n.Get(key); l != nil {
		return l
	}
	l := List()
	n.Put(key, l)
	return l
}

// Keys are the keys of a mapping, in order.
func (n *Node) Keys() (keys []string) {
	for _, e := range n.entries {
		keys = append(keys, e.key)
	}
	return keys
}
