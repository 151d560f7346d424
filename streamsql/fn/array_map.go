package fn

import (
	"fmt"

	"github.com/holdfast-edge/holdfast/tag"
)

// arrayMap is the function that calls the others, which are in a registry.
func arrayMap(r *Registry) *Func {
	return &Func{
		Name: "array_map", Family: "array", Returns: Array,
		Params: []Param{{Name: "function", Type: Text, Constant: true}, {Name: "array", Type: Array}},
		Bind:   mapping(r),
		Doc:    "The results of a scalar function of one argument, named by a text, for each element.",
		Examples: []Example{
			{"array_map('abs', json_array(0, -0.4, 1))", "[0,0.4,1]"},
		},
	}
}

// mapping finds the function when the call is compiled.
func mapping(r *Registry) func([]tag.Value) (Scalar, error) {
	return func(constants []tag.Value) (Scalar, error) {
		name, err := constant("function", constants, 0)
		if err != nil {
			return nil, err
		}
		called, err := text("function", name)
		if err != nil {
			return nil, err
		}
		f, err := ofOneArgument(r, called)
		if err != nil {
			return nil, err
		}
		return func(c *Context, args []tag.Value) (tag.Value, error) { return mapElements(c, f, args[1]) }, nil
	}
}

// ofOneArgument returns how a scalar function of one argument is called, NULL
// included.
func ofOneArgument(r *Registry, name string) (Scalar, error) {
	f, ok := r.Resolve(name, 1)
	if !ok {
		return nil, fmt.Errorf("no function is called %s", name)
	}
	least, most := f.Arity()
	if f.Kind() != ScalarKind || least > 1 || most == 0 {
		return nil, fmt.Errorf("%s is no scalar function of one argument", name)
	}
	impl := f.Scalar
	if f.Bind != nil {
		var err error
		if impl, err = f.Bind(make([]tag.Value, 1)); err != nil {
			return nil, err
		}
	}
	if f.Nulls == NullIsValue {
		return impl, nil
	}
	return func(c *Context, args []tag.Value) (tag.Value, error) {
		if args[0].IsNull() {
			return tag.NullOf(args[0].Quality()), nil
		}
		return impl(c, args)
	}, nil
}

func mapElements(c *Context, f Scalar, v tag.Value) (tag.Value, error) {
	list, err := elements("array", v)
	if err != nil {
		return tag.Value{}, err
	}
	out := make([]tag.Value, len(list))
	for i := range list {
		if out[i], err = f(c, list[i:i+1:i+1]); err != nil {
			return tag.Value{}, fmt.Errorf("element %d: %w", i, err)
		}
	}
	return tag.ArrayOf(out), nil
}
