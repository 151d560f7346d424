package fn

import (
	"fmt"

	"github.com/holdfast-edge/holdfast/tag"
)

func tableFunctions() []*Func {
	return []*Func{{
		Name: "unnest", Family: "table", Params: []Param{{Name: "array", Type: Array}}, Returns: Any,
		Table: unnest,
		Doc:   "A row for each element of an array. The fields of an object become columns.",
	}}
}

func unnest(_ *Context, args []tag.Value, yield func(tag.Value) bool) error {
	if args[0].IsNull() {
		return nil
	}
	if args[0].Kind() != tag.Array {
		return fmt.Errorf("argument is %s: want an array", args[0].Kind())
	}
	for _, v := range args[0].Array() {
		if !yield(v) {
			return nil
		}
	}
	return nil
}
