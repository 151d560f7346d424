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
			Params: []Param{{Name: "x", Type: Any}, {Name: "digits", Type: Any, Optional: true}},
			Scalar: round,
			Doc:    "The value rounded to that many decimal digits (0), halves away from zero, as a Float.",
			Examples: []Example{
				{"round(2.5)", "3"}, {"round(-2.345, 2)", "-2.35"}, {"round(7)", "7"},
			},
		},
		wholeward("ceil", []string{"ceiling"}, math.Ceil, "The least whole number that is not below x.", Example{"ceil(1.2)", "2"}),
		wholeward("floor", nil, math.Floor, "The greatest whole number that is not above x.", Example{"floor(-1.2)", "-2"}),
		{
			Name: "trunc", Family: "math", Returns: Number,
			Params: []Param{{Name: "x", Type: Any}, {Name: "digits", Type: Number, Optional: true}},
			Scalar: trunc,
			Doc:    "x without what stands behind that many decimal digits (0), whole numbers as they are.",
			Examples: []Example{
				{"trunc(-2.9)", "-2"}, {"trunc(3.149, 2)", "3.14"}, {"trunc(7)", "7"},
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
	return tag.FloatOf(roundTo(value.Float(args[0]), digitsOf(args))), nil
}

// digitsOf returns the number of decimal digits that the second argument asks
// for.
func digitsOf(args []tag.Value) int {
	if len(args) < 2 {
		return 0
	}
	return int(min(max(value.Whole(args[1]), 0), 30))
}

// wholeward makes a function that goes to a whole number, which whole numbers
// are already.
func wholeward(name string, aliases []string, f func(float64) float64, doc string, example Example) *Func {
	return &Func{
		Name: name, Aliases: aliases, Family: "math", Params: []Param{{Name: "x", Type: Any}}, Returns: Number,
		Scalar: func(_ *Context, args []tag.Value) (tag.Value, error) {
			switch n := numeric(args[0]); n.Kind() {
			case tag.Float:
				x, _ := n.Float()
				return tag.FloatOf(f(x)), nil
			default:
				return n, nil
			}
		},
		Doc: doc, Examples: []Example{example},
	}
}

func trunc(_ *Context, args []tag.Value) (tag.Value, error) {
	n := numeric(args[0])
	x, ok := n.Float()
	if !ok || n.Kind() != tag.Float {
		return n, nil
	}
	return tag.FloatOf(truncTo(x, digitsOf(args))), nil
}

// numeric returns the number that a value is, also where it is one written as
// text, and NULL where it is none.
func numeric(v tag.Value) tag.Value {
	switch n := value.Numeric.Apply(v); {
	case n.Kind().IsNumber():
		return n.WithQuality(tag.Good)
	case n.Kind() == tag.Bool || n.Kind() == tag.Time:
		return value.Number(n).WithQuality(tag.Good)
	default:
		return tag.NullOf(tag.Good)
	}
}

// realOf returns a Float, and NULL for what is not a number.
func realOf(f float64) tag.Value {
	if math.IsNaN(f) {
		return tag.NullOf(tag.Good)
	}
	return tag.FloatOf(f)
}
