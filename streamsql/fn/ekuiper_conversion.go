package fn

import (
	"encoding/base64"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

func eKuiperConversions() []*Func {
	x := Param{Name: "x", Type: Any}
	return []*Func{
		{
			Name: "cast", Family: "conversion", Params: []Param{x, {Name: "type", Type: Text, Constant: true}}, Returns: Any,
			Bind: castTo,
			Doc:  "The value as bigint, float, string, boolean, datetime or bytea; what cannot be one fails. CAST(x AS type) converts instead.",
			Examples: []Example{
				{"cast(1.2, 'bigint')", "1"}, {"cast('true', 'boolean')", "true"}, {"cast(TRUE, 'string')", `"true"`},
			},
		},
		{
			Name: "chr", Family: "conversion", Params: []Param{{Name: "x", Type: Int | Text}}, Returns: Int,
			Scalar: chr, Doc: "The code point of a text of one character; a number as a whole one.", Examples: []Example{{"chr('a')", "97"}, {"chr(97)", "97"}},
		},
		{
			Name: "delay", Family: "rule", Params: []Param{{Name: "milliseconds", Type: Number}, x}, Returns: Any,
			Scalar: func(_ *Context, args []tag.Value) (tag.Value, error) {
				_, err := number("milliseconds", args[0])
				return args[1], err
			},
			Doc: "The second argument, at once: a rule never waits.", Examples: []Example{{"delay(10, 'a')", `"a"`}},
		},
		strictMQTT(),
		{
			Name: "to_seconds", Family: "date and time", Params: []Param{{Name: "time", Type: Any}}, Returns: Int, Nulls: NullIsValue,
			Scalar: ofTime(func(t time.Time) tag.Value { return tag.IntOf(t.Unix()) }),
			Doc:    "The whole seconds from the Unix epoch to a time; NULL fails.", Examples: []Example{{"to_seconds('1970-01-01T00:01:00Z')", "60"}},
		},
	}
}

// castTo refuses a type that there is not when the call is compiled.
func castTo(constants []tag.Value) (Scalar, error) {
	if v := constants[1]; v.Kind() != tag.Absent {
		if _, err := converter(v); err != nil {
			return nil, err
		}
	}
	return func(_ *Context, args []tag.Value) (tag.Value, error) {
		convert, err := converter(args[1])
		if err != nil {
			return tag.Value{}, err
		}
		return convert(args[0])
	}, nil
}

func converter(v tag.Value) (func(tag.Value) (tag.Value, error), error) {
	switch name := value.Text(v); name {
	case "bigint":
		return toBigint, nil
	case "float":
		return toFloat, nil
	case "string":
		return func(v tag.Value) (tag.Value, error) { return tag.StringOf(plainText(v)), nil }, nil
	case "boolean":
		return toBoolean, nil
	case "datetime":
		return toDatetime, nil
	case "bytea":
		return toBytea, nil
	default:
		return nil, fmt.Errorf("type is %.100q: want bigint, float, string, boolean, datetime or bytea", name)
	}
}

func toBigint(v tag.Value) (tag.Value, error) {
	switch v.Kind() {
	case tag.Int, tag.Bool:
		i, _ := v.Int()
		return tag.IntOf(i), nil
	case tag.Float:
		f, _ := v.Float()
		if math.IsNaN(f) || math.Abs(f) >= 1<<63 {
			return tag.Value{}, fmt.Errorf("x is %v: want a number of 64 bits", f)
		}
		return tag.IntOf(int64(f)), nil
	case tag.String:
		if i, err := strconv.ParseInt(v.Str(), 0, 64); err == nil {
			return tag.IntOf(i), nil
		}
	}
	return tag.Value{}, wrong("x", v, "a whole number")
}

func toFloat(v tag.Value) (tag.Value, error) {
	switch v.Kind() {
	case tag.Int, tag.Uint, tag.Float, tag.Bool:
		f, _ := v.Float()
		return tag.FloatOf(f), nil
	case tag.String:
		if f, err := strconv.ParseFloat(v.Str(), 64); err == nil {
			return tag.FloatOf(f), nil
		}
	}
	return tag.Value{}, wrong("x", v, "a number")
}

func toBoolean(v tag.Value) (tag.Value, error) {
	switch v.Kind() {
	case tag.Bool, tag.Int, tag.Float:
		return tag.BoolOf(value.TruthOf(v) == value.True), nil
	case tag.String:
		if b, err := strconv.ParseBool(v.Str()); err == nil {
			return tag.BoolOf(b), nil
		}
	}
	return tag.Value{}, wrong("x", v, "true or false")
}

func toDatetime(v tag.Value) (tag.Value, error) {
	t, err := instant("x", v)
	if err == nil && (t.Year() < 1678 || t.Year() > 2261) {
		err = fmt.Errorf("x is in the year %d: want 1678 to 2261", t.Year())
	}
	if err != nil {
		return tag.Value{}, err
	}
	return tag.TimeOf(t), nil
}

func toBytea(v tag.Value) (tag.Value, error) {
	switch v.Kind() {
	case tag.Bytes:
		return v, nil
	case tag.String:
		out, err := base64.StdEncoding.DecodeString(v.Str())
		if err != nil {
			return tag.Value{}, fmt.Errorf("x is no base64: %w", err)
		}
		return tag.BytesOf(out), nil
	default:
		return tag.Value{}, wrong("x", v, "bytes or base64 text")
	}
}

func chr(_ *Context, args []tag.Value) (tag.Value, error) {
	v := args[0]
	if v.Kind() == tag.String {
		r, size := utf8.DecodeRuneInString(v.Str())
		if size == 0 || size != len(v.Str()) {
			return tag.Value{}, fmt.Errorf("x is %.100q: want one character", v.Str())
		}
		return tag.IntOf(int64(r)), nil
	}
	if _, err := number("x", v); err != nil {
		return tag.Value{}, err
	}
	return tag.IntOf(value.Int(v)), nil
}

// strictMQTT is mqtt, which in eKuiper knows two names.
func strictMQTT() *Func {
	functions := metaFunctions()
	f := functions[slices.IndexFunc(functions, func(f *Func) bool { return f.Name == "mqtt" })]
	f.Bind = func(constants []tag.Value) (Scalar, error) {
		key := ""
		if path := constants[0].Array(); len(path) > 0 {
			key = path[len(path)-1].Str()
		}
		switch strings.ToLower(key) {
		case "topic", "messageid":
			return meta, nil
		default:
			return nil, fmt.Errorf("key is %.100s: want topic or messageid", key)
		}
	}
	return f
}
