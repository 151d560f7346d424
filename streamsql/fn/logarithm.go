package fn

import (
	"math"

	"github.com/holdfast-edge/holdfast/tag"
)

// logarithms are SQLite's: NULL for what is not above 0.
func logarithms() []*Func {
	return []*Func{
		logarithm("ln", math.Log, "The natural logarithm.", Example{"ln(1)", "0"}, Example{"ln(0)", "null"}),
		logarithm("log10", math.Log10, "The logarithm to base 10.", Example{"log10(1000)", "3"}),
		logarithm("log2", math.Log2, "The logarithm to base 2.", Example{"log2(8)", "3"}),
		{
			Name: "log", Family: "math", Returns: Float,
			Params: []Param{{Name: "x", Type: Any}, {Name: "y", Type: Any, Optional: true}},
			Scalar: logOf,
			Doc:    "The logarithm of x to base 10, or with two arguments that of y to base x; NULL for what is not above 0.",
			Examples: []Example{
				{"log(100)", "2"}, {"log(2, 8)", "3"}, {"log(0)", "null"},
			},
		},
	}
}

func logarithm(name string, f func(float64) float64, doc string, examples ...Example) *Func {
	return &Func{
		Name: name, Family: "math", Params: []Param{{Name: "x", Type: Any}}, Returns: Float,
		Scalar:   func(_ *Context, args []tag.Value) (tag.Value, error) { return logOr(f, args[0]), nil },
		Doc:      doc + " NULL for what is not above 0.",
		Examples: examples,
	}
}

// logOr is a logarithm, or NULL.
func logOr(f func(float64) float64, v tag.Value) tag.Value {
	x, ok := numeric(v).Float()
	if !ok || x <= 0 {
		return tag.NullOf(tag.Good)
	}
	return realOf(f(x))
}

func logOf(_ *Context, args []tag.Value) (tag.Value, error) {
	if len(args) == 1 {
		return logOr(math.Log10, args[0]), nil
	}
	x, _ := logOr(math.Log, args[0]).Float()
	y, ok := logOr(math.Log, args[1]).Float()
	if !ok || x == 0 {
		return tag.NullOf(tag.Good), nil
	}
	return realOf(y / x), nil
}
