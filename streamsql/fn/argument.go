package fn

import (
	"fmt"
	"math"

	"github.com/holdfast-edge/holdfast/tag"
)

// wrong says that an argument is of a type that the function does not take.
func wrong(name string, v tag.Value, want string) error {
	if v.IsNull() {
		return fmt.Errorf("%s is NULL: want %s", name, want)
	}
	return fmt.Errorf("%s is %s: want %s", name, TypeOf(v.Kind()), want)
}

// number returns the number in an argument, without conversions.
func number(name string, v tag.Value) (float64, error) {
	if v.IsNull() || !v.Kind().IsNumber() {
		return 0, wrong(name, v, "a number")
	}
	f, _ := v.Float()
	return f, nil
}

// whole returns the whole number in an argument: an Int, or a Float that has no
// fraction.
func whole(name string, v tag.Value) (int64, error) {
	if i, ok := v.Int(); ok && v.Kind() == tag.Int && !v.IsNull() {
		return i, nil
	}
	f, err := number(name, v)
	switch {
	case err != nil:
		return 0, wrong(name, v, "a whole number")
	case f != math.Trunc(f) || math.Abs(f) >= 1<<63:
		return 0, fmt.Errorf("%s is %v: want a whole number of 64 bits", name, f)
	}
	return int64(f), nil
}

// text returns the text in an argument, without conversions.
func text(name string, v tag.Value) (string, error) {
	if v.IsNull() || v.Kind() != tag.String {
		return "", wrong(name, v, "text")
	}
	return v.Str(), nil
}

// truth returns the bool in an argument, without conversions.
func truth(name string, v tag.Value) (bool, error) {
	if v.IsNull() || v.Kind() != tag.Bool {
		return false, wrong(name, v, "true or false")
	}
	return v.Bool(), nil
}

// elements returns those of an array argument.
func elements(name string, v tag.Value) ([]tag.Value, error) {
	if v.IsNull() || v.Kind() != tag.Array {
		return nil, wrong(name, v, "an array")
	}
	return v.Array(), nil
}

// fields returns those of an object argument.
func fields(v tag.Value) (*tag.Object, error) {
	if v.IsNull() || v.Kind() != tag.ObjectKind {
		return nil, wrong("object", v, "an object")
	}
	return v.Object(), nil
}

// octets returns those of a blob or a text.
func octets(name string, v tag.Value) ([]byte, error) {
	switch {
	case v.IsNull():
	case v.Kind() == tag.Bytes:
		return v.Bytes(), nil
	case v.Kind() == tag.String:
		return []byte(v.Str()), nil
	}
	return nil, wrong(name, v, "text or bytes")
}

// constant returns the argument for a parameter that must not vary from row to
// row: it is Absent where it does.
func constant(name string, constants []tag.Value, i int) (tag.Value, error) {
	if i >= len(constants) || constants[i].Kind() == tag.Absent {
		return tag.Value{}, fmt.Errorf("%s must be a constant", name)
	}
	return constants[i], nil
}
