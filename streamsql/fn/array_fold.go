package fn

import (
	"fmt"
	"slices"
	"strings"

	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// arrayFoldFunctions make one value of an array, or another array element by
// element.
func arrayFoldFunctions() []*Func {
	array := Param{Name: "array", Type: Array}
	return []*Func{
		{
			Name: "cardinality", Family: "array", Params: []Param{{Name: "array", Type: Any}}, Returns: Int, Nulls: NullIsValue,
			Scalar: func(_ *Context, args []tag.Value) (tag.Value, error) {
				if args[0].IsNull() || args[0].Kind() != tag.Array {
					return tag.IntOf(0), nil
				}
				return tag.IntOf(int64(len(args[0].Array()))), nil
			},
			Doc: "The number of elements; 0 for what is no array.", Examples: []Example{{"cardinality(json_array(1, NULL))", "2"}, {"cardinality(NULL)", "0"}},
		},
		{
			Name: "array_cardinality", Family: "array", Params: []Param{array}, Returns: Int, Nulls: NullIsValue,
			Scalar: arrayCardinality, Doc: "The number of elements that are not NULL; 0 for NULL.",
			Examples: []Example{{"array_cardinality(json_array(1, NULL))", "1"}, {"array_cardinality(NULL)", "0"}},
		},
		{
			Name: "array_max", Family: "array", Params: []Param{array}, Returns: Any,
			Scalar: arrayExtreme(1), Doc: "The greatest element; NULLs do not count, and NULL where there are only those. Numbers and text cannot be compared with each other.",
			Examples: []Example{{"array_max(json_array(1, NULL, 3))", "3"}, {"array_max(json_array(NULL))", "null"}},
		},
		{
			Name: "array_min", Family: "array", Params: []Param{array}, Returns: Any,
			Scalar: arrayExtreme(-1), Doc: "The least element; NULLs do not count, and NULL where there are only those. Numbers and text cannot be compared with each other.",
			Examples: []Example{{"array_min(json_array(1, NULL, 3))", "1"}, {"array_min(json_array(NULL))", "null"}},
		},
		{
			Name: "array_avg", Family: "array", Params: []Param{array}, Returns: Float,
			Scalar: arrayAverage, Doc: "The mean of the elements; NULLs do not count.",
			Examples: []Example{{"array_avg(array_create(1, 2))", "1.5"}, {"array_avg(json_array(1, NULL, 3))", "2"}},
		},
		{
			Name: "array_sort", Family: "array", Params: []Param{array}, Returns: Array,
			Scalar: arraySort, Doc: "The elements in order: NULLs, numbers, texts.",
			Examples: []Example{{"array_sort(array_create('b', 3, -1.5, 'a'))", `[-1.5,3,"a","b"]`}, {"array_sort(json_array(2, NULL, 1))", "[null,1,2]"}},
		},
		{
			Name: "array_join", Family: "array", Returns: Text,
			Params: []Param{array, {Name: "separator", Type: Text}, {Name: "null", Type: Text, Optional: true}},
			Scalar: arrayJoin, Doc: "The texts of the elements with a separator between; NULLs are left out, or replaced where the third argument says by what.",
			Examples: []Example{{"array_join(json_array('a', NULL, 'b'), ':')", `"a:b"`}, {"array_join(json_array('a', NULL), ':', '?')", `"a:?"`}},
		},
	}
}

func arrayCardinality(_ *Context, args []tag.Value) (tag.Value, error) {
	if args[0].IsNull() {
		return tag.IntOf(0), nil
	}
	list, err := elements("array", args[0])
	n := int64(0)
	for _, v := range list {
		if !v.IsNull() {
			n++
		}
	}
	return tag.IntOf(n), err
}

func arrayExtreme(sign int) Scalar {
	return func(_ *Context, args []tag.Value) (tag.Value, error) {
		list, err := elements("array", args[0])
		if err != nil {
			return tag.Value{}, err
		}
		best := tag.NullOf(tag.Good)
		for _, v := range list {
			switch {
			case v.IsNull():
			case best.IsNull():
				best = v
			case v.Kind().IsNumber() != best.Kind().IsNumber():
				return tag.Value{}, fmt.Errorf("the array has %s beside %s: want one type", TypeOf(v.Kind()), TypeOf(best.Kind()))
			case value.Compare(v, best)*sign > 0:
				best = v
			}
		}
		return best, nil
	}
}

func arrayAverage(_ *Context, args []tag.Value) (tag.Value, error) {
	list, err := elements("array", args[0])
	if err != nil {
		return tag.Value{}, err
	}
	var mean average
	for _, v := range list {
		if v.IsNull() {
			continue
		}
		if _, err := number("an element", v); err != nil {
			return tag.Value{}, err
		}
		if err := mean.Add(nil, []tag.Value{v}); err != nil {
			return tag.Value{}, err
		}
	}
	return mean.Result(nil)
}

func arraySort(_ *Context, args []tag.Value) (tag.Value, error) {
	list, err := elements("array", args[0])
	if err != nil {
		return tag.Value{}, err
	}
	list = slices.Clone(list)
	slices.SortStableFunc(list, value.Compare)
	return tag.ArrayOf(list), nil
}

func arrayJoin(_ *Context, args []tag.Value) (tag.Value, error) {
	list, err := elements("array", args[0])
	if err != nil {
		return tag.Value{}, err
	}
	separator, err := text("separator", args[1])
	if err != nil {
		return tag.Value{}, err
	}
	null := ""
	if len(args) > 2 {
		if null, err = text("null", args[2]); err != nil {
			return tag.Value{}, err
		}
	}
	var parts []string
	size := 0
	for _, v := range list {
		part := plainText(v)
		if v.IsNull() {
			part = null
		}
		if !v.IsNull() || null != "" {
			parts, size = append(parts, part), size+len(part)+len(separator)
		}
		if err := atMost(int64(size), maxOctets, "octets or more"); err != nil {
			return tag.Value{}, err
		}
	}
	return tag.StringOf(strings.Join(parts, separator)), nil
}
