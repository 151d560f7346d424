package fn

import "github.com/holdfast-edge/holdfast/tag"

func qualityFunctions() []*Func {
	return []*Func{
		{
			Name: "quality", Family: "quality and time", Params: []Param{{Name: "x", Type: Any}}, Returns: Text,
			Nulls: NullIsValue,
			Scalar: func(_ *Context, args []tag.Value) (tag.Value, error) {
				return tag.StringOf(args[0].Quality().String()), nil
			},
			Doc: "Why a value may be believed or not: Good, Uncertain…, Bad… by the names of OPC UA. " +
				"A Bad value is NULL to everything else; this function still sees it.",
			Examples: []Example{{"quality(3)", `"Good"`}, {"quality(NULL)", `"Good"`}},
		},
		{
			Name: "is_good", Family: "quality and time", Params: []Param{{Name: "x", Type: Any}}, Returns: Bool,
			Nulls: NullIsValue,
			Scalar: func(_ *Context, args []tag.Value) (tag.Value, error) {
				return tag.BoolOf(args[0].Quality().IsGood()), nil
			},
			Doc:      "Whether the quality of a value is Good.",
			Examples: []Example{{"is_good(3)", "true"}},
		},
		{
			Name: "source_time", Family: "quality and time", Returns: Time,
			Params: []Param{{Name: "x", Type: Any, Column: true}}, Nulls: NullIsValue, Fixed: PerRow, AtSource: true,
			Scalar: func(c *Context, _ []tag.Value) (tag.Value, error) { return tag.NanosOf(c.ColumnTime), nil },
			Doc:    "When the value of a column was true at the plant.",
		},
		{
			Name: "age", Family: "quality and time", Returns: Float,
			Params: []Param{{Name: "x", Type: Any, Column: true}}, Nulls: NullIsValue, Fixed: PerRow, AtSource: true,
			Scalar: func(c *Context, _ []tag.Value) (tag.Value, error) {
				return tag.FloatOf(float64(c.Now-c.ColumnTime) / 1e9), nil
			},
			Doc: "How old the value of a column is when the row is processed, in seconds.",
		},
	}
}
