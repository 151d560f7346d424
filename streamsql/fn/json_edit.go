package fn

import (
	"fmt"
	"slices"

	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// jsonEdits change places of nested values, as SQLite's functions of these names do
// (https://sqlite.org/json1.html). What they change is a copy.
func jsonEdits() []*Func {
	return []*Func{
		editing("json_set", edit{replaces: true, inserts: true}, "with values at places, in turn, whether or not something stands there",
			Example{`json_set('{"a":1}', '$.a', 2, '$.b[0]', 3)`, `{"a":2,"b":[3]}`}),
		editing("json_insert", edit{inserts: true}, "with values at places, in turn, where nothing stands yet; $[#] is behind the last element",
			Example{`json_insert('{"a":[1]}', '$.a', 2, '$.a[#]', 3)`, `{"a":[1,3]}`}),
		editing("json_replace", edit{replaces: true}, "with values at places, in turn, where something stands",
			Example{`json_replace('{"a":[1,2]}', '$.a[#-1]', 3, '$.b', 4)`, `{"a":[1,3]}`}),
		editing("json_array_insert", edit{inserts: true, shifts: true}, "with values before elements of arrays, in turn",
			Example{`json_array_insert('[1,2]', '$[1]', 9)`, "[1,9,2]"}),
		{
			Name: "json_remove", Family: "JSON", Returns: Any, Nulls: NullIsValue, Scalar: jsonRemove,
			Params:   []Param{{Name: "x", Type: Any}, {Name: "path", Type: Text, Rest: true}},
			Doc:      "x, a nested value or JSON text, without what stands at the paths, one after the other. NULL for the path $.",
			Examples: []Example{{`json_remove('{"a":1,"b":[1,2]}', '$.a', '$.b[0]')`, `{"b":[2]}`}, {"json_remove('[1]', '$')", "null"}},
		},
		{
			Name: "json_patch", Family: "JSON", Params: []Param{{Name: "x", Type: Any}, {Name: "patch", Type: Any}}, Returns: Any,
			Scalar: jsonPatch, Doc: "x with a merge patch applied (RFC 7396): its fields are added or replaced, and those that are null taken out.",
			Examples: []Example{{`json_patch('{"a":1,"b":{"c":2}}', '{"a":null,"b":{"d":3}}')`, `{"b":{"c":2,"d":3}}`}},
		},
	}
}

// edit is what is done at a place.
type edit struct {
	replaces, inserts bool
	shifts            bool // what stands there and behind it makes room
	removes           bool
	value             tag.Value
}

// editing makes a function of a value, and of places and what is to stand there.
func editing(name string, e edit, doc string, examples ...Example) *Func {
	return &Func{
		Name: name, Family: "JSON", Returns: Any, Nulls: NullIsValue, Examples: examples,
		Params: []Param{{Name: "x", Type: Any}, {Name: "path_value", Type: Any, Rest: true}},
		Bind: func(constants []tag.Value) (Scalar, error) {
			if len(constants)%2 == 0 {
				return nil, fmt.Errorf("%d arguments: want a value, and then paths and values in turn", len(constants))
			}
			return func(_ *Context, args []tag.Value) (tag.Value, error) { return e.all(args) }, nil
		},
		Doc: "x, a nested value or JSON text, " + doc + ". A path is one of SQLite's: $.name, $.\"any name\", $[0], $[#-1].",
	}
}

// all applies the edit for each path and value.
func (e edit) all(args []tag.Value) (tag.Value, error) {
	v, err := nested(args[0])
	if err != nil || v.IsNull() && args[0].IsNull() {
		return v, err
	}
	for rest := args[1:]; len(rest) > 1; rest = rest[2:] {
		if rest[0].IsNull() {
			continue
		}
		p, err := parseJSONPlace(value.Text(rest[0]))
		if err != nil {
			return tag.Value{}, err
		}
		if rest[1].Kind() == tag.Bytes {
			return tag.Value{}, fmt.Errorf("JSON holds no blobs")
		}
		e.value = rest[1]
		v = e.at(v, p)
	}
	return v, nil
}

// nested returns a value, and of a text what it is as JSON.
func nested(v tag.Value) (tag.Value, error) {
	if v.IsNull() || v.Kind() != tag.String {
		return v, nil
	}
	return parseJSON(nil, []tag.Value{v})
}

// at returns a value with the edit done at a place in it.
func (e edit) at(v tag.Value, p jsonPlace) tag.Value {
	switch {
	case len(p) == 0 && e.replaces:
		return e.value
	case len(p) == 0:
		return v
	case p[0].element && v.Kind() == tag.Array:
		return e.inArray(v, p)
	case !p[0].element && v.Kind() == tag.ObjectKind && !e.isShift(p):
		return e.inObject(v, p)
	default:
		return v
	}
}

// isShift reports whether a place is one that elements make room at.
func (e edit) isShift(p jsonPlace) bool { return e.shifts && len(p) == 1 }

func (e edit) inArray(v tag.Value, p jsonPlace) tag.Value {
	list := v.Array()
	i := p[0].of(len(list))
	switch {
	case i < 0 || i > len(list):
		return v
	case i < len(list) && len(p) == 1 && e.removes:
		return tag.ArrayOf(slices.Concat(list[:i], list[i+1:]))
	case i < len(list) && e.isShift(p):
		return tag.ArrayOf(slices.Concat(list[:i], []tag.Value{e.value}, list[i:]))
	case i < len(list):
		changed := slices.Clone(list)
		changed[i] = e.at(list[i], p[1:])
		return tag.ArrayOf(changed)
	}
	if added, ok := p[1:].made(e.value); ok && e.inserts {
		return tag.ArrayOf(append(slices.Clone(list), added))
	}
	return v
}

func (e edit) inObject(v tag.Value, p jsonPlace) tag.Value {
	names, values := parts(v.Object())
	i := slices.Index(names, p[0].name)
	switch {
	case i >= 0 && len(p) == 1 && e.removes:
		return newObject(slices.Delete(names, i, i+1), slices.Delete(values, i, i+1))
	case i >= 0:
		values[i] = e.at(values[i], p[1:])
		return newObject(names, values)
	}
	if added, ok := p[1:].made(e.value); ok && e.inserts {
		return newObject(append(names, p[0].name), append(values, added))
	}
	return v
}

// parts returns the names and values of an object, to be changed.
func parts(o *tag.Object) (names []string, values []tag.Value) {
	names, values = make([]string, o.Len()), make([]tag.Value, o.Len())
	for i := range names {
		names[i], values[i] = o.At(i)
	}
	return names, values
}

func jsonRemove(_ *Context, args []tag.Value) (tag.Value, error) {
	v, err := nested(args[0])
	if err != nil {
		return tag.Value{}, err
	}
	for _, path := range args[1:] {
		if path.IsNull() {
			return tag.NullOf(path.Quality()), nil
		}
		p, err := parseJSONPlace(value.Text(path))
		if err != nil {
			return tag.Value{}, err
		}
		if len(p) == 0 {
			return tag.NullOf(tag.Good), nil
		}
		v = edit{removes: true}.at(v, p)
	}
	return v, nil
}

func jsonPatch(_ *Context, args []tag.Value) (tag.Value, error) {
	v, err := nested(args[0])
	if err != nil {
		return tag.Value{}, err
	}
	patch, err := nested(args[1])
	if err != nil {
		return tag.Value{}, err
	}
	return patched(v, patch), nil
}

// patched applies a merge patch: RFC 7396, section 2.
func patched(v, patch tag.Value) tag.Value {
	if patch.Kind() != tag.ObjectKind {
		return patch
	}
	var names []string
	var values []tag.Value
	if v.Kind() == tag.ObjectKind {
		names, values = parts(v.Object())
	}
	for k := range patch.Object().Len() {
		name, with := patch.Object().At(k)
		i := slices.Index(names, name)
		switch {
		case with.IsNull() && i >= 0:
			names, values = slices.Delete(names, i, i+1), slices.Delete(values, i, i+1)
		case with.IsNull():
		case i >= 0:
			values[i] = patched(values[i], with)
		default:
			names, values = append(names, name), append(values, patched(tag.Value{}, with))
		}
	}
	return newObject(names, values)
}
