package fn

import (
	"errors"
	"math"

	"github.com/holdfast-edge/holdfast/tag"
)

// realFunction is a function from real numbers to a real number.
type realFunction struct {
	name     string
	aliases  []string
	params   []string
	f        func(x, y float64) float64 // y is 0 where there is one parameter
	doc      string
	examples []Example
}

// realFunctions are those of SQLite's built-in mathematics
// (https://www.sqlite.org/lang_mathfunc.html) and those that eKuiper has besides.
func realFunctions() []realFunction {
	return []realFunction{
		one("acos", math.Acos, "The angle in radians whose cosine is x; NULL beyond -1 and 1.", Example{"acos(1)", "0"}, Example{"acos(2)", "null"}),
		one("asin", math.Asin, "The angle in radians whose sine is x; NULL beyond -1 and 1.", Example{"asin(0)", "0"}, Example{"asin(2)", "null"}),
		one("atan", math.Atan, "The angle in radians whose tangent is x.", Example{"atan(0)", "0"}),
		two("atan2", "y", "x", math.Atan2, "The angle in radians of the point (x, y) above the x-axis.", Example{"atan2(0, 1)", "0"}),
		one("acosh", math.Acosh, "The inverse hyperbolic cosine; NULL below 1.", Example{"acosh(1)", "0"}),
		one("asinh", math.Asinh, "The inverse hyperbolic sine.", Example{"asinh(0)", "0"}),
		one("atanh", math.Atanh, "The inverse hyperbolic tangent; NULL beyond -1 and 1.", Example{"atanh(0)", "0"}),
		one("cos", math.Cos, "The cosine of an angle in radians.", Example{"cos(0)", "1"}),
		one("cosh", math.Cosh, "The hyperbolic cosine.", Example{"cosh(0)", "1"}),
		one("sin", math.Sin, "The sine of an angle in radians.", Example{"sin(0)", "0"}),
		one("sinh", math.Sinh, "The hyperbolic sine.", Example{"sinh(0)", "0"}),
		one("tan", math.Tan, "The tangent of an angle in radians.", Example{"tan(0)", "0"}),
		one("tanh", math.Tanh, "The hyperbolic tangent.", Example{"tanh(0)", "0"}),
		one("degrees", degrees, "An angle in radians as degrees.", Example{"degrees(pi())", "180"}),
		one("radians", radians, "An angle in degrees as radians.", Example{"radians(0)", "0"}),
		one("exp", math.Exp, "e to the power of x.", Example{"exp(0)", "1"}),
		one("sqrt", math.Sqrt, "The square root; NULL below 0.", Example{"sqrt(6.25)", "2.5"}, Example{"sqrt(-1)", "null"}),
		{
			name: "power", aliases: []string{"pow"}, params: []string{"x", "y"}, f: math.Pow,
			doc: "x to the power of y.", examples: []Example{{"power(2, 10)", "1024"}},
		},
		two("mod", "x", "y", math.Mod, "What is left of x when it is divided by y, with the sign of x, also of numbers with a fraction; NULL for a y of 0.",
			Example{"mod(7.5, 2)", "1.5"}, Example{"mod(-7, 2)", "-1"}, Example{"mod(7, 0)", "null"}),
	}
}

func one(name string, f func(float64) float64, doc string, examples ...Example) realFunction {
	return realFunction{name: name, params: []string{"x"}, f: func(x, _ float64) float64 { return f(x) }, doc: doc, examples: examples}
}

func two(name, first, second string, f func(x, y float64) float64, doc string, examples ...Example) realFunction {
	return realFunction{name: name, params: []string{first, second}, f: f, doc: doc, examples: examples}
}

func degrees(x float64) float64 { return x * (180 / math.Pi) }
func radians(x float64) float64 { return x * (math.Pi / 180) }

// lenient returns the function as SQLite has it: NULL for what is no number and
// for a result that is none.
func (r realFunction) lenient() *Func {
	return r.function(Any, func(_ string, v tag.Value) (float64, error) {
		x, ok := numeric(v).Float()
		if !ok {
			x = math.NaN()
		}
		return x, nil
	})
}

// strict returns the function as eKuiper has it: what is no number fails.
func (r realFunction) strict() *Func { return r.function(Number, number) }

func (r realFunction) function(t Type, argument func(name string, v tag.Value) (float64, error)) *Func {
	f := &Func{Name: r.name, Aliases: r.aliases, Family: "math", Returns: Float, Doc: r.doc, Examples: r.examples}
	for _, name := range r.params {
		f.Params = append(f.Params, Param{Name: name, Type: t})
	}
	f.Scalar = func(_ *Context, args []tag.Value) (tag.Value, error) {
		var x [2]float64
		for i, v := range args {
			var err error
			if x[i], err = argument(r.params[i], v); err != nil {
				return tag.Value{}, err
			}
			if math.IsNaN(x[i]) {
				return realOf(x[i]), nil // also where the other number alone decides, as in pow(1, y)
			}
		}
		return realOf(r.f(x[0], x[1])), nil
	}
	return f
}

func lenientReals() []*Func {
	var list []*Func
	for _, r := range realFunctions() {
		list = append(list, r.lenient())
	}
	return append(list, cotangent(), pi())
}

func cotangent() *Func {
	return &Func{
		Name: "cot", Family: "math", Params: []Param{{Name: "x", Type: Any}}, Returns: Float,
		Scalar: func(_ *Context, args []tag.Value) (tag.Value, error) {
			x, err := number("x", args[0])
			if err == nil && math.Tan(x) == 0 {
				err = errors.New("x has no cotangent")
			}
			if err != nil {
				return tag.Value{}, err
			}
			// sin 2x / (1 - cos 2x) is exact to the last digit where 1 / tan x is not
			return realOf(math.Sin(2*x) / (1 - math.Cos(2*x))), nil
		},
		Doc:      "The cotangent of an angle in radians; there is none at 0.",
		Examples: []Example{{"round(cot(pi() / 4), 9)", "1"}},
	}
}

func pi() *Func {
	return &Func{
		Name: "pi", Family: "math", Returns: Float,
		Scalar:   func(*Context, []tag.Value) (tag.Value, error) { return tag.FloatOf(math.Pi), nil },
		Doc:      "The ratio of a circle's circumference to its diameter.",
		Examples: []Example{{"pi()", "3.141592653589793"}},
	}
}
