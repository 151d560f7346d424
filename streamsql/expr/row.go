package expr

import (
	"slices"
	"strings"

	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/tag"
)

// Row returns the node of an Object that holds the columns that the row has of
// the inputs, but those excepted (in lower case). Of columns of one name the
// first input's is taken.
func Row(inputs []int, except map[string]bool) *Node {
	n := valueNode(costText, fn.Object, func(f *Frame) tag.Value {
		var names []string
		var values []tag.Value
		for _, k := range inputs {
			f.Fields(k, func(name string, v tag.Value) {
				if v.Kind() == tag.Absent || except[strings.ToLower(name)] || slices.Contains(names, name) {
					return
				}
				names, values = append(names, name), append(values, v)
			})
		}
		return ObjectOf(names, values)
	})
	n.Varies = true
	return n
}
