package fn

import (
	"math"

	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

func mathFunctions() []*Func {
	return []*Func{
		{
			Name: "abs", Family: "math", Params: []Param{{Name: "x", Type: Any}}, Returns: Number,
			Scalar: func(_ *Context, args []tag.Value) (tag.Value, error) { return absolute(args[0]), nil },
			Doc:    "The value without its sign. Text counts as the number it begins with, as a Float.",
			Examples: []Example{
				{"abs(-3)", "3"}, {"abs(-2.5)", "2.5"}, {"abs(NULL)", "null"}, {"abs('x')", "0"},
			},
		},
		{
			Name: "round", Family: "math", Returns: Float,
			Params: []Param{{Name: "x", Type: Any}, {Name: "digits", Type: Number, Optional: true}},
			Scalar: round,
			Doc:    "The value rounded to that many decimal digits (0), halves away from zero, as a Float.",
			Examples: []Example{
				{"round(2.5)", "3"}, {"round(-2.345, 2)", "-2.35"}, {"round(7)", "7"},
			},
		},
	}
}

func absolute(v tag.Value) tag.Value {
	n := value.Number(v)
	if i, ok := n.Int(); ok && v.Kind() != tag.String && v.Kind() != tag.Bytes {
		if i == math.MinInt64 {
			return tag.FloatOf(-float64(i))
		}
		return tag.IntOf(max(i, -i))
	}
	f, _ := n.Float()
	return tag.FloatOf(math.Abs(f))
}

func round(_ *Context, args []tag.Value) (tag.Value, error) {
	digits := int64(0)
	if len(args) > 1 {
		digits = min(max(value.Int(args[1]), 0), 30)
	}
	return tag.FloatOf(roundTo(value.Float(args[0]), int(digits))), nil
}
