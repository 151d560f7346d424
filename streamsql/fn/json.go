package fn

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/holdfast-edge/holdfast/streamsql/jsonpath"
	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// jsonFunctions work on nested values, and on text that is JSON. A path is
// RFC 9535's; one that is a constant is parsed once.
func jsonFunctions() []*Func {
	x := Param{Name: "x", Type: Any}
	return []*Func{
		{
			Name: "to_json", Aliases: []string{"json_quote"}, Family: "JSON", Params: []Param{x}, Returns: Text, Nulls: NullIsValue,
			Scalar: func(_ *Context, args []tag.Value) (tag.Value, error) {
				return tag.StringOf(string(tag.AppendJSON(nil, args[0]))), nil
			},
			Doc: "The value as JSON text.", Examples: []Example{{"to_json(json_object('a', 1))", `"{\"a\":1}"`}, {"to_json(NULL)", `"null"`}},
		},
		{
			Name: "parse_json", Aliases: []string{"json"}, Family: "JSON", Params: []Param{x}, Returns: Any,
			Scalar: parseJSON, Doc: "The value that a JSON text is of.",
			Examples: []Example{{`parse_json('{"a":[1,2]}')`, `{"a":[1,2]}`}, {"parse_json('null')", "null"}},
		},
		{
			Name: "json_valid", Family: "JSON", Params: []Param{x}, Returns: Bool,
			Scalar: func(_ *Context, args []tag.Value) (tag.Value, error) {
				text := []byte(value.Text(args[0]))
				_, err := tag.ParseJSON(text)
				return tag.BoolOf(err == nil && json.Valid(text)), nil
			},
			Doc: "Whether a text is JSON (RFC 8259), without NaN and other liberties that parse_json takes.", Examples: []Example{{"json_valid('[1')", "false"}},
		},
		{
			Name: "json_type", Family: "JSON", Params: []Param{x, {Name: "path", Type: Text, Optional: true, Constant: true}}, Returns: Text,
			Bind:     bindJSONType,
			Doc:      "The type of the value that a JSON text is of, or of any other value, in JSON's words; with a path, of what it finds in it, NULL where that is nothing.",
			Examples: []Example{{"json_type('[1]')", `"array"`}, {"json_type(1.5)", `"real"`}, {`json_type('{"a":[1]}', '$.a[0]')`, `"integer"`}},
		},
		pathFunction("json_path_query", Any, queryPath,
			"What a path finds in x: one value for a path that names one, else an array of all. A path that names one that is not there fails.",
			Example{`json_path_query('{"a":[{"b":1},{"b":2}]}', '$.a[?(@.b>1)].b')`, "[2]"}),
		pathFunction("json_path_query_first", Any, firstOnPath, "The first value that a path finds in x. That there is none fails.",
			Example{`json_path_query_first('{"a":[{"b":1},{"b":2}]}', '$.a[*].b')`, "1"}),
		pathFunction("json_path_exists", Bool, existsOnPath, "Whether a path finds anything in x.",
			Example{`json_path_exists('{"a":1}', '$.b')`, "false"}),
		pathFunction("json_extract", Any, extractPath, "What a path finds in x, NULL where it finds nothing.",
			Example{`json_extract('{"a":{"b":1}}', '$.a.b')`, "1"}, Example{"json_extract('{}', '$.a')", "null"}),
		jsonArrayLength(),
	}
}

// parseJSON reads the JSON text null as NULL.
func parseJSON(_ *Context, args []tag.Value) (tag.Value, error) {
	src, err := octets("x", args[0])
	if err != nil {
		return tag.Value{}, err
	}
	v, err := tag.ParseJSON(src)
	if err != nil {
		return tag.Value{}, fmt.Errorf("parse JSON: %w", err)
	}
	return v, nil
}

func bindJSONType(constants []tag.Value) (Scalar, error) {
	if len(constants) > 1 {
		return bindPath(constants[1], typeOnPath)
	}
	return func(_ *Context, args []tag.Value) (tag.Value, error) {
		v := args[0]
		if v.Kind() == tag.String {
			if parsed, err := tag.ParseJSON([]byte(v.Str())); err == nil {
				v = parsed
			}
		}
		return jsonType(v)
	}, nil
}

func typeOnPath(p *jsonpath.Path, v tag.Value) (tag.Value, error) {
	found, err := p.Find(v)
	if err != nil || len(found) == 0 {
		return tag.NullOf(v.Quality()), err
	}
	return jsonType(found[0])
}

func jsonType(v tag.Value) (tag.Value, error) {
	switch {
	case v.IsNull():
		return tag.StringOf("null"), nil
	case v.Kind() == tag.Bool:
		return tag.StringOf(fmt.Sprint(v.Bool())), nil
	}
	return tag.StringOf(map[Type]string{
		Int: "integer", Float: "real", Text: "text", Array: "array", Object: "object", Bytes: "text", Time: "text",
	}[TypeOf(v.Kind())]), nil
}

// pathFunction makes a function of a nested value and a path.
func pathFunction(name string, returns Type, apply func(p *jsonpath.Path, v tag.Value) (tag.Value, error), doc string, examples ...Example) *Func {
	return &Func{
		Name: name, Family: "JSON", Returns: returns, Nulls: NullIsValue, Doc: doc, Examples: examples,
		Params: []Param{{Name: "x", Type: Any}, {Name: "path", Type: Text, Constant: true}},
		Bind: func(constants []tag.Value) (Scalar, error) {
			if len(constants) < 2 {
				return bindPath(tag.StringOf("$"), apply)
			}
			return bindPath(constants[1], apply)
		},
	}
}

// bindPath parses a path that is known before the first row.
func bindPath(path tag.Value, apply func(p *jsonpath.Path, v tag.Value) (tag.Value, error)) (Scalar, error) {
	var known *jsonpath.Path
	if !path.IsNull() {
		p, err := jsonpath.Parse(value.Text(path))
		if err != nil {
			return nil, err
		}
		known = p
	}
	return func(_ *Context, args []tag.Value) (tag.Value, error) { return onPath(known, args, apply) }, nil
}

// jsonArrayLength is a path function whose path may be left out.
func jsonArrayLength() *Func {
	f := pathFunction("json_array_length", Int, lengthOnPath,
		"The number of elements of the array x, or of the one that a path finds in it: 0 for what is no array, NULL for what is not there.",
		Example{"json_array_length('[1,2,3]')", "3"}, Example{"json_array_length('1')", "0"}, Example{"json_array_length('{}', '$.a')", "null"})
	f.Params[1].Optional, f.Nulls = true, NullGivesNull
	return f
}

func lengthOnPath(p *jsonpath.Path, v tag.Value) (tag.Value, error) {
	found, err := p.Find(v)
	switch {
	case err != nil || len(found) == 0:
		return tag.NullOf(v.Quality()), err
	case found[0].Kind() != tag.Array:
		return tag.IntOf(0), nil
	default:
		return tag.IntOf(int64(len(found[0].Array()))), nil
	}
}

func onPath(known *jsonpath.Path, args []tag.Value, apply func(p *jsonpath.Path, v tag.Value) (tag.Value, error)) (tag.Value, error) {
	p := known
	if p == nil {
		s, err := text("path", args[1])
		if err != nil {
			return tag.Value{}, err
		}
		if p, err = jsonpath.Parse(s); err != nil {
			return tag.Value{}, err
		}
	}
	v := args[0]
	if v.Kind() == tag.String && !v.IsNull() {
		parsed, err := tag.ParseJSON([]byte(v.Str()))
		if err != nil {
			return tag.Value{}, fmt.Errorf("parse JSON: %w", err)
		}
		v = parsed
	}
	return apply(p, v)
}

func queryPath(p *jsonpath.Path, v tag.Value) (tag.Value, error) {
	found, err := p.Find(v)
	switch {
	case err != nil:
		return tag.Value{}, err
	case !p.Singular():
		return tag.ArrayOf(slices.Clip(found)), nil
	case len(found) == 0:
		return tag.Value{}, fmt.Errorf("there is nothing at %s", p)
	}
	return found[0], nil
}

func firstOnPath(p *jsonpath.Path, v tag.Value) (tag.Value, error) {
	found, err := p.Find(v)
	if err == nil && len(found) == 0 {
		err = fmt.Errorf("there is nothing at %s", p)
	}
	if err != nil {
		return tag.Value{}, err
	}
	return found[0], nil
}

func existsOnPath(p *jsonpath.Path, v tag.Value) (tag.Value, error) {
	found, err := p.Find(v)
	return tag.BoolOf(slices.ContainsFunc(found, func(v tag.Value) bool { return !v.IsNull() })), err
}

func extractPath(p *jsonpath.Path, v tag.Value) (tag.Value, error) {
	found, err := p.Find(v)
	switch {
	case err != nil || len(found) == 0:
		return tag.NullOf(v.Quality()), err
	case p.Singular():
		return found[0], nil
	default:
		return tag.ArrayOf(slices.Clip(found)), nil
	}
}
