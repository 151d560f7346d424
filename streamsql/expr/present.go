package expr

import (
	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/tag"
)

// FirstPresent returns the node of the first of several columns that a row has.
func FirstPresent(columns []*Node) *Node {
	return valueNode(cost(columns...), fn.Any, func(f *Frame) tag.Value {
		for _, n := range columns {
			if v := f.Column(n.Column); v.Kind() != tag.Absent {
				return v
			}
		}
		return tag.Value{}
	})
}
