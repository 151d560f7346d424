package fn

import (
	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

func nullFunctions() []*Func {
	return []*Func{
		{
			Name: "coalesce", Aliases: []string{"ifnull"}, Family: "null", Returns: Any, Nulls: NullIsValue,
			Params:   []Param{{Name: "x", Type: Any}, {Name: "more", Type: Any, Rest: true}},
			Scalar:   coalesce,
			Doc:      "The first argument that is not NULL.",
			Examples: []Example{{"coalesce(NULL, 2, 3)", "2"}, {"coalesce(NULL)", "null"}},
		},
		{
			Name: "nullif", Family: "null", Returns: Any, Nulls: NullIsValue,
			Params: []Param{{Name: "x", Type: Any}, {Name: "y", Type: Any}},
			Scalar: func(_ *Context, args []tag.Value) (tag.Value, error) {
				if value.Equal(args[0], args[1]) == value.True {
					return tag.NullOf(args[0].Quality()), nil
				}
				return args[0], nil
			},
			Doc:      "The first argument, or NULL where it equals the second.",
			Examples: []Example{{"nullif(-1, -1)", "null"}, {"nullif(2, -1)", "2"}},
		},
	}
}

func coalesce(_ *Context, args []tag.Value) (tag.Value, error) {
	for _, v := range args {
		if !v.IsNull() {
			return v, nil
		}
	}
	return args[len(args)-1], nil
}
