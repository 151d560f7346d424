package fn

import "github.com/holdfast-edge/holdfast/tag"

func bitFunctions() []*Func {
	return []*Func{
		bitwise("bitand", "The bits that are set in both whole numbers.", func(i, j int64) int64 { return i & j }, Example{"bitand(12, 10)", "8"}),
		bitwise("bitor", "The bits that are set in either whole number.", func(i, j int64) int64 { return i | j }, Example{"bitor(12, 10)", "14"}),
		bitwise("bitxor", "The bits that are set in one of the whole numbers and not in the other.",
			func(i, j int64) int64 { return i ^ j }, Example{"bitxor(12, 10)", "6"}),
		{
			Name: "bitnot", Family: "math", Params: []Param{{Name: "x", Type: Int}}, Returns: Int,
			Scalar: func(_ *Context, args []tag.Value) (tag.Value, error) {
				i, err := whole("x", args[0])
				return tag.IntOf(^i), err
			},
			Doc:      "The whole number with each of its 64 bits turned over.",
			Examples: []Example{{"bitnot(10)", "-11"}},
		},
	}
}

func bitwise(name, doc string, op func(i, j int64) int64, example Example) *Func {
	return &Func{
		Name: name, Family: "math", Params: []Param{{Name: "x", Type: Int}, {Name: "y", Type: Int}}, Returns: Int,
		Scalar: func(_ *Context, args []tag.Value) (tag.Value, error) {
			i, err := whole("x", args[0])
			if err != nil {
				return tag.Value{}, err
			}
			j, err := whole("y", args[1])
			return tag.IntOf(op(i, j)), err
		},
		Doc: doc, Examples: []Example{example},
	}
}
