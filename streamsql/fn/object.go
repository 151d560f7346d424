package fn

import (
	"fmt"
	"slices"

	"github.com/holdfast-edge/holdfast/streamsql/state"
	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// objectFunctions make objects, take them apart and change them. Fields stay in
// the order in which they came.
func objectFunctions() []*Func {
	object := Param{Name: "object", Type: Object}
	pairs := Param{Name: "name_value", Type: Any, Rest: true}
	return []*Func{
		{
			Name: "object_construct", Family: "object", Params: []Param{pairs}, Returns: Object, Nulls: NullIsValue,
			Bind: constructing(true), Doc: "An object of names and values in turn; a pair with a NULL in it is left out.",
			Examples: []Example{{"object_construct('a', 1, 'b', NULL)", `{"a":1}`}},
		},
		{
			Name: "json_object", Family: "object", Params: []Param{pairs}, Returns: Object, Nulls: NullIsValue,
			Bind: constructing(false), Doc: "An object of names and values in turn.",
			Examples: []Example{{"json_object('a', 1, 'b', NULL)", `{"a":1,"b":null}`}},
		},
		{
			Name: "object", Family: "object", Params: []Param{{Name: "names", Type: Array}, {Name: "values", Type: Array}}, Returns: Object,
			Scalar: objectOf, Doc: "An object of an array of names and an array of as many values; NULL where there are none.",
			Examples: []Example{{"object(array_create('a', 'b'), array_create(1, 2))", `{"a":1,"b":2}`}, {"object(json_array(), json_array())", "null"}},
		},
		{
			Name: "zip", Family: "object", Params: []Param{{Name: "pairs", Type: Array}}, Returns: Object,
			Scalar: zip, Doc: "An object of an array of arrays that are a name and a value each; NULLs are left out.",
			Examples: []Example{{"zip(json_array(json_array('a', 1)))", `{"a":1}`}, {"zip(json_array(json_array('a', 1), NULL))", `{"a":1}`}},
		},
		{
			Name: "object_size", Family: "object", Params: []Param{object}, Returns: Int, Nulls: NullIsValue,
			Scalar: objectSize,
			Doc:    "The number of fields; 0 for NULL.", Examples: []Example{{"object_size(json_object('a', 1, 'b', 2))", "2"}, {"object_size(NULL)", "0"}},
		},
		{
			Name: "keys", Family: "object", Params: []Param{object}, Returns: Array,
			Scalar: ofFields(func(name string, _ tag.Value) tag.Value { return tag.StringOf(name) }),
			Doc:    "The names of the fields.", Examples: []Example{{"keys(json_object('a', 1))", `["a"]`}, {"keys(json_object())", "[]"}},
		},
		{
			Name: "values", Family: "object", Params: []Param{object}, Returns: Array,
			Scalar: ofFields(func(_ string, v tag.Value) tag.Value { return v }),
			Doc:    "The values of the fields.", Examples: []Example{{"values(json_object('a', 1))", "[1]"}},
		},
		{
			Name: "items", Family: "object", Params: []Param{object}, Returns: Array,
			Scalar: items, Doc: "The fields as arrays of a name and a value; NULL where there are none.",
			Examples: []Example{{"items(json_object('a', 1))", `[["a",1]]`}, {"items(json_object())", "null"}},
		},
		{
			Name: "obj_to_kvpair_array", Family: "object", Params: []Param{object}, Returns: Array,
			Scalar: ofFields(func(name string, v tag.Value) tag.Value {
				return newObject([]string{"key", "value"}, []tag.Value{tag.StringOf(name), v})
			}),
			Doc: "The fields as objects of a key and a value.", Examples: []Example{{"obj_to_kvpair_array(json_object('a', 1))", `[{"key":"a","value":1}]`}},
		},
		{
			Name: "kvpair_array_to_obj", Family: "object", Params: []Param{{Name: "pairs", Type: Array}}, Returns: Object,
			Scalar: fromPairs, Doc: "An object of an array of objects that are a key and a value each.",
			Examples: []Example{{`kvpair_array_to_obj(parse_json('[{"key":"a","value":1}]'))`, `{"a":1}`}},
		},
		{
			Name: "object_concat", Family: "object", Params: []Param{object, object, {Name: "more", Type: Object, Rest: true}}, Returns: Object, Nulls: NullIsValue,
			Scalar: objectConcat, Doc: "The fields of all objects; of those of one name the last. NULL counts as no object.",
			Examples: []Example{{"object_concat(json_object('a', 1, 'b', 2), json_object('b', 3))", `{"a":1,"b":3}`}, {"object_concat(NULL, json_object('b', 3))", `{"b":3}`}},
		},
		{
			Name: "erase", Family: "object", Params: []Param{object, {Name: "names", Type: Text | Array}}, Returns: Object,
			Scalar: erase, Doc: "The object without the fields of a name or of an array of names.",
			Examples: []Example{{"erase(json_object('a', 1, 'b', 2), 'a')", `{"b":2}`}, {"erase(json_object('a', 1, 'b', 2), json_array('a', 'c'))", `{"b":2}`}},
		},
		{
			Name: "object_pick", Family: "object", Params: []Param{object, {Name: "names", Type: Text | Array}, {Name: "more", Type: Text | Array, Rest: true}}, Returns: Object, Nulls: NullIsValue,
			Scalar: objectPick,
			Doc:    "The object with only the fields of the names, of which each may be an array of them; a name such as a.b means field b of field a. What is no text names none.",
			Examples: []Example{
				{"object_pick(json_object('a', 1, 'b', 2), array_create('a', 'c'))", `{"a":1}`},
				{"object_pick(parse_json('{\"motor\":{\"speed\":7,\"id\":1},\"line\":3,\"x\":0}'), 'motor.speed', 'line')", `{"motor":{"speed":7},"line":3}`},
			},
		},
	}
}

// newObject returns an object of as many values as names.
func newObject(names []string, values []tag.Value) tag.Value {
	o, err := tag.NewObject(names, values)
	if err != nil {
		panic(err) // as many names as values, by construction
	}
	return tag.ObjectOf(o)
}

// gathered is fields by name, of which the last of a name counts.
type gathered struct {
	at     map[string]int
	names  []string
	values []tag.Value
}

func (g *gathered) set(name string, v tag.Value) {
	if i, ok := g.at[name]; ok {
		g.values[i] = v
		return
	}
	if g.at == nil {
		g.at = make(map[string]int)
	}
	g.at[name] = len(g.names)
	g.names, g.values = append(g.names, name), append(g.values, v)
}

func (g *gathered) object() tag.Value { return newObject(g.names, g.values) }

// constructing refuses calls that give no object whatever the rows bring.
func constructing(skipNull bool) func(args []tag.Value) (Scalar, error) {
	return func(args []tag.Value) (Scalar, error) {
		if len(args)%2 != 0 {
			return nil, fmt.Errorf("%d arguments: want names and values in turn", len(args))
		}
		for i := 0; i < len(args); i += 2 {
			if v := args[i]; !v.IsNull() && v.Kind() != tag.String {
				return nil, wrong("name", v, "text")
			}
		}
		return construct(skipNull), nil
	}
}

func construct(skipNull bool) Scalar {
	return func(_ *Context, args []tag.Value) (tag.Value, error) {
		var out gathered
		for i := 0; i < len(args); i += 2 {
			if skipNull && (args[i].IsNull() || args[i+1].IsNull()) {
				continue
			}
			name, err := text("name", args[i])
			if err != nil {
				return tag.Value{}, err
			}
			out.set(name, args[i+1])
		}
		return out.object(), nil
	}
}

func objectOf(_ *Context, args []tag.Value) (tag.Value, error) {
	names, err := elements("names", args[0])
	if err != nil {
		return tag.Value{}, err
	}
	values, err := elements("values", args[1])
	if err != nil {
		return tag.Value{}, err
	}
	if len(names) != len(values) {
		return tag.Value{}, fmt.Errorf("%d names and %d values: want as many", len(names), len(values))
	}
	if len(names) == 0 {
		return tag.NullOf(tag.Good), nil
	}
	var out gathered
	for i, v := range names {
		name, err := text("a name", v)
		if err != nil {
			return tag.Value{}, err
		}
		out.set(name, values[i])
	}
	return out.object(), nil
}

func zip(_ *Context, args []tag.Value) (tag.Value, error) {
	pairs, err := elements("pairs", args[0])
	if err != nil || len(pairs) == 0 {
		return tag.NullOf(tag.Good), err
	}
	var out gathered
	for _, pair := range pairs {
		if pair.IsNull() {
			continue
		}
		if pair.Kind() != tag.Array || len(pair.Array()) != 2 {
			return tag.Value{}, wrong("a pair", pair, "an array of a name and a value")
		}
		name, err := text("a name", pair.Array()[0])
		if err != nil {
			return tag.Value{}, err
		}
		out.set(name, pair.Array()[1])
	}
	return out.object(), nil
}

func objectSize(_ *Context, args []tag.Value) (tag.Value, error) {
	if args[0].IsNull() {
		return tag.IntOf(0), nil
	}
	o, err := fields(args[0])
	if err != nil {
		return tag.Value{}, err
	}
	return tag.IntOf(int64(o.Len())), nil
}

// ofFields makes a function that makes an element of each field.
func ofFields(element func(name string, v tag.Value) tag.Value) Scalar {
	return func(_ *Context, args []tag.Value) (tag.Value, error) {
		o, err := fields(args[0])
		if err != nil {
			return tag.Value{}, err
		}
		list := make([]tag.Value, o.Len())
		for i := range list {
			list[i] = element(o.At(i))
		}
		return tag.ArrayOf(list), nil
	}
}

func items(c *Context, args []tag.Value) (tag.Value, error) {
	list, err := ofFields(func(name string, v tag.Value) tag.Value {
		return tag.ArrayOf([]tag.Value{tag.StringOf(name), v})
	})(c, args)
	if err == nil && len(list.Array()) == 0 {
		return tag.NullOf(tag.Good), nil
	}
	return list, err
}

func fromPairs(_ *Context, args []tag.Value) (tag.Value, error) {
	pairs, err := elements("pairs", args[0])
	if err != nil {
		return tag.Value{}, err
	}
	var out gathered
	for _, pair := range pairs {
		key, v := value.Member(pair, "key"), value.Member(pair, "value")
		if pair.Kind() != tag.ObjectKind || pair.Object().Len() != 2 || key.Kind() != tag.String || v.Kind() == tag.Absent {
			return tag.Value{}, wrong("a pair", pair, "an object of a key and a value")
		}
		out.set(key.Str(), v)
	}
	return out.object(), nil
}

func objectConcat(_ *Context, args []tag.Value) (tag.Value, error) {
	var out gathered
	for _, v := range args {
		if v.IsNull() {
			continue
		}
		o, err := fields(v)
		if err != nil {
			return tag.Value{}, err
		}
		for i := range o.Len() {
			out.set(o.At(i))
		}
	}
	return out.object(), nil
}

// erase leaves the fields of some names away.
func erase(_ *Context, args []tag.Value) (tag.Value, error) {
	o, err := fields(args[0])
	if err != nil {
		return tag.Value{}, err
	}
	names, err := namesIn(args[1])
	if err != nil {
		return tag.Value{}, err
	}
	var out gathered
	for i := range o.Len() {
		if name, v := o.At(i); !slices.Contains(names, name) {
			out.set(name, v)
		}
	}
	return out.object(), nil
}

// namesIn returns a name, or an array of them.
func namesIn(v tag.Value) ([]string, error) {
	if v.Kind() == tag.String {
		return []string{v.Str()}, nil
	}
	list, err := elements("names", v)
	if err != nil {
		return nil, wrong("names", v, "a name or an array of names")
	}
	names := make([]string, len(list))
	for i, name := range list {
		names[i] = plainText(name)
	}
	return names, nil
}

// copied returns an object that does not change when another field is set.
func (g *gathered) copied() tag.Value {
	return newObject(slices.Clone(g.names), slices.Clone(g.values))
}

func (g *gathered) appendState(dst []byte) []byte {
	dst = state.AppendInt(dst, int64(len(g.names)))
	for i, name := range g.names {
		dst = state.AppendValue(state.AppendString(dst, name), g.values[i])
	}
	return dst
}

func (g *gathered) restore(src *state.Reader) {
	*g = gathered{}
	for range src.Count() {
		name := src.String()
		g.set(name, src.Value())
	}
}
