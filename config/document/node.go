package document

import (
	"iter"
	"strconv"
)

// Kind is the shape of a node.
type Kind uint8

// The kinds of a node. Text is a quoted, block or plain string; Number is a plain scalar that reads as a number.
const (
	Null Kind = iota
	Bool
	Number
	Text
	List
	Mapping
)

// String names the kind as a message to a person does.
func (k Kind) String() string {
	switch k {
	case Null:
		return "nothing"
	case Bool:
		return "true or false"
	case Number:
		return "a number"
	case Text:
		return "a text"
	case List:
		return "a list"
	default:
		return "a mapping"
	}
}

// Place is where something was written: line and column from 1, the column in characters. The zero Place is unknown.
type Place struct {
	Line, Column int
	Use          *Use // of what is written in one place and stands in others; nil: it stands where it is written
}

// Use is where a template was put to use.
type Use struct {
	File string // that the template is written in
	Of   string // what is used: template "meter"
	At   string // file:line:column of the use
}

// String says it as an error does.
func (u *Use) String() string { return "in " + u.Of + ", used at " + u.At }

// String prints line:column.
func (p Place) String() string {
	return strconv.Itoa(p.Line) + ":" + strconv.Itoa(p.Column)
}

// Node is one value of a document. Nodes are immutable once read and may be shared: an alias is the node that its
// anchor names, so a position always leads to the text itself.
type Node struct {
	Kind    Kind
	Broken  bool    // what is wrong with it is reported, and it is not to be read
	Text    string  // a scalar as written, without its quotes
	Place   Place   // where the value begins
	Entries []Entry // of a Mapping, in the order written, no key twice
	list    *list   // of a List
}

// list is the elements of a List. A plant's list of devices is most of its configuration, and only one of them is looked
// at at a time: so an element may be made when it is asked for, and is then not kept.
type list struct {
	items []*Node
	made  func(i int) *Node // element i in full; nil: items holds them so
}

// ListOf returns a list of elements.
func ListOf(place Place, items ...*Node) *Node {
	return &Node{Kind: List, Place: place, list: &list{items: items}}
}

// Each returns a list whose elements are made of those of n, each when it is asked for: made is then called with the
// element and where it is in the list, and may be called again.
func (n *Node) Each(made func(i int, item *Node) *Node) *Node {
	other := *n
	other.list = &list{made: func(i int) *Node { return made(i, n.Item(i)) }}
	if n.list != nil {
		other.list.items = n.list.items
	}
	return &other
}

// Len returns how many elements a list has, and 0 for what is none.
func (n *Node) Len() int {
	if n.list == nil {
		return 0
	}
	return len(n.list.items)
}

// Item returns element i of a list. It may be a new node at every call.
func (n *Node) Item(i int) *Node {
	if n.list.made != nil {
		return n.list.made(i)
	}
	return n.list.items[i]
}

// Items goes through the elements of a list with their places in it.
func (n *Node) Items() iter.Seq2[int, *Node] {
	return func(yield func(int, *Node) bool) {
		for i := range n.Len() {
			if !yield(i, n.Item(i)) {
				return
			}
		}
	}
}

// ItemPlace returns where element i of a list begins.
func (n *Node) ItemPlace(i int) Place { return n.list.items[i].Place }

// Entry is one key of a mapping with its value.
type Entry struct {
	Key   string
	Place Place // of the key
	Value *Node
}

// Scalar tells whether the node is one value: a text, a number, or true or false.
func (n *Node) Scalar() bool {
	return n.Kind == Bool || n.Kind == Number || n.Kind == Text
}

// Entry finds a key of a mapping; ok is false where the key, or the mapping, is not there.
func (n *Node) Entry(key string) (entry Entry, ok bool) {
	for _, e := range n.Entries {
		if e.Key == key {
			return e, true
		}
	}
	return Entry{}, false
}

// Only returns the mapping with no other entry than that of a key, which it must have.
func (n *Node) Only(key string) *Node {
	e, _ := n.Entry(key)
	return &Node{Kind: Mapping, Place: n.Place, Entries: []Entry{e}}
}

// Document is one file as a tree.
type Document struct {
	File string // as named to Read; it begins every error
	Root *Node
}
