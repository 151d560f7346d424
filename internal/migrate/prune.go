package migrate

import (
	"strconv"
	"strings"
)

// cutting is an element of a list that is to be taken out.
type cutting struct{ list, item *Node }

// cutAt finds what an error of our own check is about: the innermost element of a list on the way of the path
// (rules[2].to[0].sink) that has an origin. The item is nil where there is none.
func cutAt(root *Node, path string) (c cutting) {
	n := root
	for _, step := range steps(path) {
		next, ok := n.step(step)
		if !ok {
			return c
		}
		if n.kind == list && next.From != nil {
			c = cutting{n, next}
		}
		n = next
	}
	return c
}

// do takes the element out; ok is false where it is gone already.
func (c cutting) do() (ok bool) {
	for i, item := range c.list.items {
		if item == c.item {
			c.list.items = append(c.list.items[:i], c.list.items[i+1:]...)
			return true
		}
	}
	return false
}

// isAround tells whether one of the others is of a part of this element.
func (c cutting) isAround(others []cutting) bool {
	for _, o := range others {
		if o.item != c.item && c.item.holds(o.item) {
			return true
		}
	}
	return false
}

// holds tells whether a node is the other one, or has it below.
func (n *Node) holds(other *Node) bool {
	if n == other {
		return true
	}
	for _, item := range n.items {
		if item.holds(other) {
			return true
		}
	}
	for _, e := range n.entries {
		if e.value.holds(other) {
			return true
		}
	}
	return false
}

// steps divides devices[0].name into devices, 0, name.
func steps(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '.' || r == '[' || r == ']' })
}

// step goes one step down.
func (n *Node) step(step string) (next *Node, ok bool) {
	if n.kind != list {
		next = n.Get(step)
		return next, next != nil
	}
	i, err := strconv.Atoi(step)
	if err != nil || i < 0 || i >= len(n.items) {
		return nil, false
	}
	return n.items[i], true
}

// origins appends those of the node and of all below it.
func (n *Node) origins(to []*Origin) []*Origin {
	if n.From != nil {
		to = append(to, n.From)
	}
	for _, item := range n.items {
		to = item.origins(to)
	}
	for _, e := range n.entries {
		to = e.value.origins(to)
	}
	return to
}
