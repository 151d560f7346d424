package fn

import (
	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// arraySetFunctions take arrays for sets: each element of the result is there
// once, in the order in which it first came.
func arraySetFunctions() []*Func {
	x, y := Param{Name: "x", Type: Array}, Param{Name: "y", Type: Array}
	return []*Func{
		{
			Name: "array_distinct", Family: "array", Params: []Param{x}, Returns: Array,
			Scalar: arrayDistinct, Doc: "The elements without those that came before; arrays and objects all stay.",
			Examples: []Example{{"array_distinct(array_create(1, 2, 2, 1))", "[1,2]"}, {"array_distinct(json_array(1, NULL, NULL))", "[1,null]"}},
		},
		{
			Name: "array_union", Family: "array", Params: []Param{x, y}, Returns: Array, Nulls: NullIsValue,
			Scalar: combine(func(x, y []tag.Value, out *elementSet) {
				out.addAll(x)
				out.addAll(y)
			}),
			Doc:      "The elements that either array has, each once; NULL counts as none.",
			Examples: []Example{{"array_union(array_create(1, 1, 2), array_create(2, 3))", "[1,2,3]"}, {"array_union(NULL, array_create(2))", "[2]"}},
		},
		{
			Name: "array_intersect", Family: "array", Params: []Param{x, y}, Returns: Array,
			Scalar: combine(func(x, y []tag.Value, out *elementSet) {
				in := newElementSet()
				in.addAll(x)
				for _, v := range y {
					if in.has(v) {
						out.add(v)
					}
				}
			}),
			Doc:      "The elements that both arrays have, each once, in the order of the second.",
			Examples: []Example{{"array_intersect(array_create(1, 2, 3), array_create(3, 1, 4))", "[3,1]"}, {"array_intersect(array_create(1), NULL)", "null"}},
		},
		{
			Name: "array_except", Family: "array", Params: []Param{x, y}, Returns: Array, Nulls: NullIsValue,
			Scalar: func(c *Context, args []tag.Value) (tag.Value, error) {
				if args[0].IsNull() {
					return tag.NullOf(args[0].Quality()), nil
				}
				return arrayExcept(c, args)
			},
			Doc:      "The elements of x that y does not have, each once; a y of NULL has none.",
			Examples: []Example{{"array_except(array_create(1, 2, 3), array_create(1, 3))", "[2]"}, {"array_except(array_create(1, 1, 2), NULL)", "[1,2]"}},
		},
		{
			Name: "array_contains_any", Family: "array", Params: []Param{x, y}, Returns: Bool, Nulls: NullIsValue,
			Scalar: containsAny, Doc: "Whether the arrays have an element in common; false where x is NULL.",
			Examples: []Example{{"array_contains_any(array_create(1, 2), array_create(2, 3))", "true"}, {"array_contains_any(NULL, array_create(2))", "false"}},
		},
	}
}

// elementSet is distinct values in the order in which they came.
type elementSet struct {
	seen map[string]bool
	list []tag.Value
	key  []byte
}

func newElementSet() *elementSet {
	return &elementSet{seen: make(map[string]bool), list: []tag.Value{}}
}

func (s *elementSet) keyOf(v tag.Value) []byte {
	s.key = append(s.key[:0], 0)
	if v.Kind() == tag.Bool {
		s.key[0] = 1
	}
	s.key = value.AppendKey(s.key, v)
	return s.key
}

func (s *elementSet) has(v tag.Value) bool { return s.seen[string(s.keyOf(v))] }

func (s *elementSet) add(v tag.Value) {
	if key := s.keyOf(v); !s.seen[string(key)] {
		s.seen[string(key)] = true
		s.list = append(s.list, v)
	}
}

func (s *elementSet) addAll(list []tag.Value) {
	for _, v := range list {
		s.add(v)
	}
}

func arrayDistinct(_ *Context, args []tag.Value) (tag.Value, error) {
	list, err := elements("x", args[0])
	if err != nil {
		return tag.Value{}, err
	}
	set := newElementSet()
	for _, v := range list {
		if v.Kind() == tag.Array || v.Kind() == tag.ObjectKind {
			set.list = append(set.list, v)
			continue
		}
		set.add(v)
	}
	return tag.ArrayOf(set.list), nil
}

// combine makes a function of two arrays, of which NULL has no elements.
func combine(f func(x, y []tag.Value, out *elementSet)) Scalar {
	return func(_ *Context, args []tag.Value) (tag.Value, error) {
		x, y, err := twoArrays(args)
		if err != nil {
			return tag.Value{}, err
		}
		out := newElementSet()
		f(x, y, out)
		return tag.ArrayOf(out.list), nil
	}
}

func twoArrays(args []tag.Value) (x, y []tag.Value, err error) {
	if !args[0].IsNull() {
		if x, err = elements("x", args[0]); err != nil {
			return nil, nil, err
		}
	}
	if !args[1].IsNull() {
		if y, err = elements("y", args[1]); err != nil {
			return nil, nil, err
		}
	}
	return x, y, nil
}

func arrayExcept(_ *Context, args []tag.Value) (tag.Value, error) {
	x, y, err := twoArrays(args)
	if err != nil {
		return tag.Value{}, err
	}
	out := newElementSet()
	out.addAll(y)
	skip := len(out.list)
	out.addAll(x)
	return tag.ArrayOf(out.list[skip:]), nil
}

func containsAny(_ *Context, args []tag.Value) (tag.Value, error) {
	if args[0].IsNull() {
		return tag.BoolOf(false), nil
	}
	x, err := elements("x", args[0])
	if err != nil {
		return tag.Value{}, err
	}
	y, err := elements("y", args[1])
	if err != nil {
		return tag.Value{}, err
	}
	in := newElementSet()
	in.addAll(x)
	for _, v := range y {
		if in.has(v) {
			return tag.BoolOf(true), nil
		}
	}
	return tag.BoolOf(false), nil
}
