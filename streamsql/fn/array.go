package fn

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// arrayFunctions make arrays and reach into them. Elements are the same where IS
// finds them so.
func arrayFunctions() []*Func {
	array, x := Param{Name: "array", Type: Array}, Param{Name: "x", Type: Any}
	return []*Func{
		{
			Name: "array_create", Family: "array", Params: []Param{{Name: "x", Type: Any, Rest: true}}, Returns: Array, Nulls: NullIsValue,
			Scalar:   arrayCreate,
			Doc:      "An array of those arguments that are not NULL; NULL where none is left.",
			Examples: []Example{{"array_create(1, 'two', NULL, 3)", `[1,"two",3]`}, {"array_create(NULL)", "null"}},
		},
		{
			Name: "json_array", Family: "array", Params: []Param{{Name: "x", Type: Any, Rest: true}}, Returns: Array, Nulls: NullIsValue,
			Scalar:   func(_ *Context, args []tag.Value) (tag.Value, error) { return tag.ArrayOf(slices.Clone(args)), nil },
			Doc:      "An array of all arguments.",
			Examples: []Example{{"json_array(1, NULL)", "[1,null]"}},
		},
		{
			Name: "element_at", Family: "array", Params: []Param{{Name: "of", Type: Array | Object}, {Name: "at", Type: Any}}, Returns: Any,
			Scalar:   elementAt,
			Doc:      "The element of an array at a place, from 0 or from the end where negative; the field of an object by its name. A place beyond the array fails.",
			Examples: []Example{{"element_at(array_create(1, 2, 3), -1)", "3"}, {"element_at(parse_json('{\"a\":1}'), 'a')", "1"}},
		},
		position("array_position", "first", 1, Example{"array_position(array_create(3, 1, 1), 1)", "1"}, Example{"array_position(NULL, 1)", "-1"}),
		position("array_last_position", "last", -1, Example{"array_last_position(array_create(1, 3, 1), 1)", "2"}),
		{
			Name: "array_contains", Family: "array", Params: []Param{array, x}, Returns: Bool, Nulls: NullIsValue,
			Scalar: func(_ *Context, args []tag.Value) (tag.Value, error) {
				at, err := place(args, 1)
				return tag.BoolOf(at >= 0), err
			},
			Doc:      "Whether x is an element; false where array is NULL.",
			Examples: []Example{{"array_contains(array_create(1, 2), 2)", "true"}, {"array_contains(NULL, 2)", "false"}},
		},
		{
			Name: "array_remove", Family: "array", Params: []Param{array, x}, Returns: Array, Nulls: NullIsValue,
			Scalar: arrayRemove, Doc: "The elements that are not x.",
			Examples: []Example{{"array_remove(array_create(1, 2, 1), 1)", "[2]"}, {"array_remove(json_array(1, NULL), NULL)", "[1]"}},
		},
		{
			Name: "repeat", Family: "array", Params: []Param{x, {Name: "count", Type: Int}}, Returns: Array,
			Scalar: repeat, Doc: fmt.Sprintf("An array of so many times x, at most %d.", maxElements),
			Examples: []Example{{"repeat('a', 2)", `["a","a"]`}, {"repeat(NULL, 2)", "null"}},
		},
		{
			Name: "sequence", Family: "array", Returns: Array,
			Params: []Param{{Name: "from", Type: Int}, {Name: "to", Type: Int}, {Name: "step", Type: Int, Optional: true, Constant: true}},
			Bind:   refusing(2, isStep, sequence),
			Doc:    fmt.Sprintf("The whole numbers from one to another in steps of 1, of -1 or as given; at most %d.", maxElements),
			Examples: []Example{
				{"sequence(1, 5)", "[1,2,3,4,5]"}, {"sequence(10, 1, -3)", "[10,7,4,1]"},
			},
		},
		{
			Name: "array_flatten", Family: "array", Params: []Param{array}, Returns: Array,
			Scalar: arrayFlatten, Doc: "The elements, those of arrays in place of them.",
			Examples: []Example{{"array_flatten(json_array(json_array(1, 2), 3))", "[1,2,3]"}},
		},
		{
			Name: "array_concat", Family: "array", Params: []Param{{Name: "array", Type: Array}, {Name: "more", Type: Array, Rest: true}}, Returns: Array,
			Nulls: NullIsValue, Scalar: arrayConcat, Doc: "The elements of all arrays in a row; NULL counts as no array.",
			Examples: []Example{{"array_concat(array_create(1), NULL, array_create(2))", "[1,2]"}},
		},
		{
			Name: "array_shuffle", Family: "array", Params: []Param{array}, Returns: Array, Fixed: Never,
			Scalar: arrayShuffle, Doc: "The elements in a random order.",
		},
	}
}

func arrayCreate(_ *Context, args []tag.Value) (tag.Value, error) {
	var list []tag.Value
	for _, v := range args {
		if !v.IsNull() {
			list = append(list, v)
		}
	}
	if list == nil {
		return tag.NullOf(tag.Good), nil
	}
	return tag.ArrayOf(list), nil
}

func elementAt(_ *Context, args []tag.Value) (tag.Value, error) {
	if args[0].Kind() == tag.ObjectKind {
		name, err := text("at", args[1])
		return value.Member(args[0], name), err
	}
	list, err := elements("of", args[0])
	if err != nil {
		return tag.Value{}, wrong("of", args[0], "an array or an object")
	}
	at, err := whole("at", args[1])
	if err != nil {
		return tag.Value{}, err
	}
	i, n := at, int64(len(list))
	if i < 0 {
		i += n
	}
	if i < 0 || i >= n {
		return tag.Value{}, fmt.Errorf("at is %d: the array has %d elements", at, n)
	}
	return list[i], nil
}

// position makes a function that looks for an element from one end.
func position(name, which string, step int, examples ...Example) *Func {
	return &Func{
		Name: name, Family: "array", Params: []Param{{Name: "array", Type: Array}, {Name: "x", Type: Any}}, Returns: Int, Nulls: NullIsValue,
		Scalar: func(_ *Context, args []tag.Value) (tag.Value, error) {
			at, err := place(args, step)
			return tag.IntOf(int64(at)), err
		},
		Doc: "Where x is for the " + which + " time, from 0; -1 where it is not or array is NULL.", Examples: examples,
	}
}

// place returns where args[1] is in the array args[0], -1 where it is not.
func place(args []tag.Value, step int) (int, error) {
	if args[0].IsNull() {
		return -1, nil
	}
	list, err := elements("array", args[0])
	if err != nil {
		return -1, err
	}
	at := 0
	if step < 0 {
		at = len(list) - 1
	}
	for ; at >= 0 && at < len(list); at += step {
		if alike(list[at], args[1]) {
			return at, nil
		}
	}
	return -1, nil
}

// alike reports whether two elements are the same: of one type, and equal.
func alike(a, b tag.Value) bool {
	return (a.Kind() == tag.Bool) == (b.Kind() == tag.Bool) && value.Same(a, b)
}

func arrayRemove(_ *Context, args []tag.Value) (tag.Value, error) {
	if args[0].IsNull() {
		return tag.NullOf(args[0].Quality()), nil
	}
	list, err := elements("array", args[0])
	if err != nil {
		return tag.Value{}, err
	}
	x := args[1]
	return tag.ArrayOf(slices.DeleteFunc(slices.Clone(list), func(v tag.Value) bool { return alike(v, x) })), nil
}

func repeat(_ *Context, args []tag.Value) (tag.Value, error) {
	n, err := whole("count", args[1])
	if err == nil && n < 0 {
		err = fmt.Errorf("count is %d: want 0 or more", n)
	}
	if err == nil {
		err = atMost(n, maxElements, "elements")
	}
	if err != nil {
		return tag.Value{}, err
	}
	return tag.ArrayOf(slices.Repeat(args[:1], int(n))), nil
}

// errNoStep says that a sequence would never arrive.
var errNoStep = errors.New("step is 0: want another")

// isStep reports why a constant is no step of a sequence.
func isStep(v tag.Value) error {
	step, err := whole("step", v)
	if err == nil && step == 0 {
		err = errNoStep
	}
	return err
}

func sequence(_ *Context, args []tag.Value) (tag.Value, error) {
	bounds := [3]int64{}
	for i, name := range []string{"from", "to", "step"}[:len(args)] {
		var err error
		if bounds[i], err = whole(name, args[i]); err != nil {
			return tag.Value{}, err
		}
	}
	from, to, step := bounds[0], bounds[1], bounds[2]
	switch {
	case len(args) == 3 && step == 0:
		return tag.Value{}, errNoStep
	case len(args) == 2 && from <= to:
		step = 1
	case len(args) == 2:
		step = -1
	}
	if (to > from) != (step > 0) && to != from {
		return tag.ArrayOf(nil), nil
	}
	last := distance(from, to) / magnitude(step)
	if last >= maxElements {
		return tag.Value{}, fmt.Errorf("the result has more than %d elements", maxElements)
	}
	list := make([]tag.Value, last+1)
	for i := range list {
		list[i] = tag.IntOf(from + int64(i)*step)
	}
	return tag.ArrayOf(list), nil
}

// distance is how far two numbers are apart, which may be beyond an int64.
func distance(a, b int64) uint64 {
	if a > b {
		a, b = b, a
	}
	return uint64(b) - uint64(a)
}

func arrayFlatten(_ *Context, args []tag.Value) (tag.Value, error) {
	list, err := elements("array", args[0])
	if err != nil {
		return tag.Value{}, err
	}
	var flat []tag.Value
	for _, v := range list {
		if inner := v.Array(); v.Kind() == tag.Array {
			flat = append(flat, inner...)
		} else {
			flat = append(flat, v)
		}
		if err := atMost(int64(len(flat)), maxElements, "elements or more"); err != nil {
			return tag.Value{}, err
		}
	}
	return tag.ArrayOf(flat), nil
}

func arrayConcat(_ *Context, args []tag.Value) (tag.Value, error) {
	var all []tag.Value
	for _, v := range args {
		if v.IsNull() {
			continue
		}
		list, err := elements("array", v)
		if err != nil {
			return tag.Value{}, err
		}
		all = append(all, list...)
		if err := atMost(int64(len(all)), maxElements, "elements or more"); err != nil {
			return tag.Value{}, err
		}
	}
	return tag.ArrayOf(all), nil
}

func arrayShuffle(_ *Context, args []tag.Value) (tag.Value, error) {
	list, err := elements("array", args[0])
	if err != nil {
		return tag.Value{}, err
	}
	list = slices.Clone(list)
	rand.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return tag.ArrayOf(list), nil
}
