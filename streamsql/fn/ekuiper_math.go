package fn

import (
	"fmt"
	"math"

	"github.com/holdfast-edge/holdfast/tag"
)

// eKuiperMath is mathematics in which what is no number fails instead of being
// converted or giving NULL.
func eKuiperMath() []*Func {
	var list []*Func
	for _, r := range realFunctions() {
		list = append(list, r.strict())
	}
	x := Param{Name: "x", Type: Number}
	return append(list,
		&Func{
			Name: "abs", Family: "math", Params: []Param{x}, Returns: Number, Doc: "The number without its sign.",
			Scalar: func(_ *Context, args []tag.Value) (tag.Value, error) {
				_, err := number("x", args[0])
				return absolute(args[0]), err
			},
			Examples: []Example{{"abs(-3)", "3"}},
		},
		&Func{
			Name: "sign", Family: "math", Params: []Param{x}, Returns: Int, Doc: "-1, 0 or 1 for a number below, at or above zero.",
			Scalar: func(c *Context, args []tag.Value) (tag.Value, error) {
				if _, err := number("x", args[0]); err != nil {
					return tag.Value{}, err
				}
				return sign(c, args)
			},
			Examples: []Example{{"sign(-2.5)", "-1"}},
		},
		one("ceil", math.Ceil, "The least whole number that is not below x, as a Float.", Example{"ceil(1.2)", "2"}).also("ceiling").strict(),
		one("floor", math.Floor, "The greatest whole number that is not above x, as a Float.", Example{"floor(-1.2)", "-2"}).strict(),
		&Func{
			Name: "round", Family: "math", Params: []Param{x, {Name: "digits", Type: Number, Optional: true}}, Returns: Float,
			Scalar:   decimal(roundDigits),
			Doc:      "x rounded to that many decimal digits (0), left of the point where negative, halves away from zero, as a Float.",
			Examples: []Example{{"round(2.5)", "3"}, {"round(1234, -2)", "1200"}},
		},
		&Func{
			Name: "trunc", Family: "math", Params: []Param{x, {Name: "digits", Type: Int}}, Returns: Float,
			Scalar:   decimal(roundDigits),
			Doc:      "x rounded to that many decimal digits: eKuiper's trunc does not cut off.",
			Examples: []Example{{"trunc(3.149, 2)", "3.15"}},
		},
		positive("ln", math.Log, "The natural logarithm"),
		&Func{
			Name: "log", Family: "math", Params: []Param{x, {Name: "y", Type: Number, Optional: true}}, Returns: Float,
			Scalar:   strictLog,
			Doc:      "The logarithm of x to base 10, or with two arguments that of y to base x; fails below 0.",
			Examples: []Example{{"log(100)", "2"}, {"log(2, 8)", "3"}},
		},
	)
}

// also returns the function with another name besides.
func (r realFunction) also(alias string) realFunction {
	r.aliases = append(r.aliases, alias)
	return r
}

// decimal makes a function of a number and a number of decimal digits.
func decimal(f func(x float64, digits int) float64) Scalar {
	return func(_ *Context, args []tag.Value) (tag.Value, error) {
		x, err := number("x", args[0])
		if err != nil {
			return tag.Value{}, err
		}
		digits := int64(0)
		if len(args) > 1 {
			if digits, err = whole("digits", args[1]); err != nil {
				return tag.Value{}, err
			}
		}
		return realOf(f(x, int(min(max(digits, -400), 400)))), nil
	}
}

// roundDigits is roundTo, also left of the point.
func roundDigits(x float64, digits int) float64 {
	if digits >= 0 {
		return roundTo(x, digits)
	}
	unit := math.Pow(10, float64(-digits))
	if math.IsInf(unit, 1) {
		return 0
	}
	return math.Round(x/unit) * unit
}

func positive(name string, f func(float64) float64, doc string) *Func {
	return &Func{
		Name: name, Family: "math", Params: []Param{{Name: "x", Type: Number}}, Returns: Float,
		Scalar: func(_ *Context, args []tag.Value) (tag.Value, error) {
			x, err := notNegative("x", args[0])
			return realOf(f(x)), err
		},
		Doc: doc + "; fails below 0.", Examples: []Example{{name + "(1)", "0"}},
	}
}

func strictLog(_ *Context, args []tag.Value) (tag.Value, error) {
	x, err := notNegative("x", args[0])
	if err != nil || len(args) == 1 {
		return realOf(math.Log10(x)), err
	}
	y, err := notNegative("y", args[1])
	return realOf(math.Log(y) / math.Log(x)), err
}

// notNegative returns a number that has a logarithm, which of 0 is -Inf.
func notNegative(name string, v tag.Value) (float64, error) {
	x, err := number(name, v)
	if err == nil && x < 0 {
		err = fmt.Errorf("%s is %v: want a number above 0", name, x)
	}
	return x, err
}
