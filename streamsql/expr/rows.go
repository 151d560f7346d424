package expr

import (
	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/tag"
)

// costRows is what running a query for one value is taken to cost.
const costRows = 10_000

// Rows returns the node of the rows of a subquery of the frame: an Array of
// their first columns.
func Rows(subquery int) *Node {
	n := valueNode(costRows, fn.Array, func(f *Frame) tag.Value { return f.Subqueries[subquery](f) })
	n.Fails, n.Varies = true, true
	return n
}

// FirstOf returns the node of the first element of an array, NULL where it has
// none.
func FirstOf(array *Node) *Node {
	return apply1(array, fn.Any, func(v tag.Value) tag.Value {
		if elements := v.Array(); len(elements) > 0 {
			return elements[0]
		}
		return tag.NullOf(tag.Good)
	})
}
