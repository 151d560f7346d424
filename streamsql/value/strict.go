package value

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/holdfast-edge/holdfast/tag"
)

// ErrDivisionByZero is what strict division by zero gives.
var ErrDivisionByZero = errors.New("division by zero")

// MismatchError says that an operator does not take operands of these kinds.
type MismatchError struct {
	Op          string
	Left, Right tag.Kind
}

// Error names the operator and both kinds.
func (e *MismatchError) Error() string {
	return fmt.Sprintf("%s %s %s: the types do not fit", e.Left, e.Op, e.Right)
}

// StrictCompare orders two values of one type, which numbers are together, and
// fails for values of different ones, and for those that have no order: arrays,
// objects, blobs, and Bools for < <= > >=. Behind a Time, text or a number is
// read as one. Both must not be NULL.
func StrictCompare(op string, a, b tag.Value) (int, error) {
	if a.Kind() == tag.Time {
		return compareTimes(op, a, b)
	}
	sameType := a.Kind() == b.Kind() || a.Kind().IsNumber() && b.Kind().IsNumber()
	if !sameType || !isSimple(a.Kind()) || a.Kind() == tag.Bool && asksOrder(op) {
		return 0, &MismatchError{op, a.Kind(), b.Kind()}
	}
	return Compare(a, b), nil
}

// asksOrder says whether an operator asks for more than equality.
func asksOrder(op string) bool { return op == "<" || op == "<=" || op == ">" || op == ">=" }

func isSimple(k tag.Kind) bool { return k.IsNumber() || k == tag.String || k == tag.Bool }

// compareTimes compares a Time with what can be read as one.
func compareTimes(op string, a, b tag.Value) (int, error) {
	x, okA := asTime(a)
	y, okB := asTime(b)
	if !okA || !okB {
		return 0, &MismatchError{op, a.Kind(), b.Kind()}
	}
	return compareNumbers(x, y), nil
}

// asTime reads a Time out of a Time, a number of milliseconds, or RFC 3339.
func asTime(v tag.Value) (tag.Value, bool) {
	switch v.Kind() {
	case tag.Time:
		return v, true
	case tag.Int, tag.Float:
		return tag.NanosOf(Int(v) * 1e6), true
	case tag.String:
		t, err := time.Parse(time.RFC3339Nano, v.Str())
		return tag.TimeOf(t), err == nil
	default:
		return tag.Value{}, false
	}
}

// StrictArithmetic computes a op b, op being one of + - * / %, over numbers
// only: whole numbers stay whole and wrap around, a divisor of zero is an
// error, the remainder of Floats is a Float. NULL gives NULL.
func StrictArithmetic(op string, a, b tag.Value) (tag.Value, error) {
	q := Worst(a.Quality(), b.Quality())
	if a.IsNull() || b.IsNull() {
		return tag.NullOf(q), nil
	}
	if !a.Kind().IsNumber() || !b.Kind().IsNumber() {
		return tag.Value{}, &MismatchError{op, a.Kind(), b.Kind()}
	}
	f, g := floats(a, b)
	if g == 0 && (op == "/" || op == "%") {
		return tag.Value{}, ErrDivisionByZero
	}
	if i, j, ok := integers(a, b); ok {
		return tag.IntOf(wholeArithmetic(op, i, j)).WithQuality(q), nil
	}
	return tag.FloatOf(floatArithmetic(op, f, g)).WithQuality(q), nil
}

func wholeArithmetic(op string, i, j int64) int64 {
	switch op {
	case "+":
		return i + j
	case "-":
		return i - j
	case "*":
		return i * j
	case "/":
		return i / j
	default:
		return i % j
	}
}

func floatArithmetic(op string, f, g float64) float64 {
	switch op {
	case "+":
		return f + g
	case "-":
		return f - g
	case "*":
		return f * g
	case "/":
		return f / g
	default:
		return math.Mod(f, g)
	}
}

// StrictBits computes a op b, op being & or | over two whole numbers or two
// Bools, or << or >> over two whole numbers. NULL gives NULL.
func StrictBits(op string, a, b tag.Value) (tag.Value, error) {
	switch {
	case a.IsNull() || b.IsNull():
		return tag.NullOf(Worst(a.Quality(), b.Quality())), nil
	case a.Kind() == tag.Bool && b.Kind() == tag.Bool && op == "&":
		return tag.BoolOf(a.Bool() && b.Bool()), nil
	case a.Kind() == tag.Bool && b.Kind() == tag.Bool && op == "|":
		return tag.BoolOf(a.Bool() || b.Bool()), nil
	case a.Kind() != tag.Int || b.Kind() != tag.Int:
		return tag.Value{}, &MismatchError{op, a.Kind(), b.Kind()}
	}
	return wholeBits(op)(a, b), nil
}

func wholeBits(op string) func(a, b tag.Value) tag.Value {
	switch op {
	case "&":
		return And
	case "|":
		return Or
	case "<<":
		return ShiftLeft
	default:
		return ShiftRight
	}
}
