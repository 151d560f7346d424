package fn

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

func eKuiperText() []*Func {
	x := Param{Name: "x", Type: Text}
	return []*Func{
		{
			Name: "concat", Family: "text", Params: []Param{{Name: "x", Type: Text | Array}, {Name: "more", Type: Text | Array, Rest: true}}, Returns: Text | Array,
			Nulls:  NullIsValue,
			Scalar: concatAny,
			Doc:    "The texts of all arguments in a row, or the elements of all where the first one is an array; NULL counts as none.",
			Examples: []Example{
				{"concat('line ', NULL, '3')", `"line 3"`}, {"concat(array_create(1), NULL, array_create(2, 3))", "[1,2,3]"},
			},
		},
		{
			Name: "length", Family: "text", Params: []Param{{Name: "x", Type: Any}}, Returns: Int, Nulls: NullIsValue,
			Scalar:   lengthOf,
			Doc:      "The number of characters of a text, of elements of an array or of fields of an object; 0 for NULL.",
			Examples: []Example{{"length('Grüße')", "5"}, {"length(NULL)", "0"}},
		},
		{
			Name: "split_value", Family: "text", Returns: Text,
			Params: []Param{x, {Name: "separator", Type: Text}, {Name: "place", Type: Int, Constant: true}},
			Bind: func(constants []tag.Value) (Scalar, error) {
				if place, ok := constants[2].Int(); ok && place < 0 {
					return nil, fmt.Errorf("place is %d: want 0 or more", place)
				}
				return splitValue, nil
			},
			Doc:      "The part at a place, from 0, of a text that is cut at every separator.",
			Examples: []Example{{"split_value('plant/line1/pump', '/', 1)", `"line1"`}},
		},
		plain("lower", strings.ToLower, "The text in lower case.", Example{"lower('PUMP')", `"pump"`}),
		plain("upper", strings.ToUpper, "The text in upper case.", Example{"upper('pump')", `"PUMP"`}),
		plain("trim", strings.TrimSpace, "The text without white space at both ends.", Example{"trim(' a ')", `"a"`}),
		plain("ltrim", func(s string) string { return strings.TrimLeftFunc(s, unicode.IsSpace) },
			"The text without white space at the beginning.", Example{"ltrim(' a ')", `"a "`}),
		plain("rtrim", func(s string) string { return strings.TrimRightFunc(s, unicode.IsSpace) },
			"The text without white space at the end.", Example{"rtrim(' a ')", `" a"`}),
		{
			Name: "substring", Family: "text", Returns: Text,
			Params: []Param{x, {Name: "from", Type: Int, Constant: true}, {Name: "to", Type: Int, Optional: true, Constant: true}},
			Bind:   substring,
			Doc:    "The octets of a text from a place, counted from 0, up to and without another or the end.",
			Examples: []Example{
				{"substring('holdfast', 4)", `"fast"`}, {"substring('holdfast', 0, 4)", `"hold"`},
			},
		},
		{
			Name: "format", Family: "text", Returns: Text,
			Params: []Param{{Name: "x", Type: Number}, {Name: "digits", Type: Int, Constant: true}, {Name: "locale", Type: Text, Optional: true, Constant: true}},
			Bind:   bindFormat,
			Doc:    "The number with that many digits behind the point, as format_number.",
			Examples: []Example{
				{"format(12332.2, 2)", `"12332.20"`}, {"format(12332.2, 2, 'de_DE')", `"12.332,20"`},
			},
		},
	}
}

// plain makes a function from text to text.
func plain(name string, f func(string) string, doc string, example Example) *Func {
	return &Func{
		Name: name, Family: "text", Params: []Param{{Name: "x", Type: Text}}, Returns: Text,
		Scalar: func(_ *Context, args []tag.Value) (tag.Value, error) {
			return tag.StringOf(f(plainText(args[0]))), nil
		},
		Doc: doc, Examples: []Example{example},
	}
}

// plainText is the text form that eKuiper gives a value: true and false, floats
// with the digits they need.
func plainText(v tag.Value) string {
	if v.Kind() == tag.String && !v.IsNull() {
		return v.Str()
	}
	return string(appendPlain(nil, v))
}

func appendPlain(dst []byte, v tag.Value) []byte {
	switch {
	case v.IsNull():
		return dst
	case v.Kind() == tag.Bool:
		return strconv.AppendBool(dst, v.Bool())
	case v.Kind() == tag.Float:
		f, _ := v.Float()
		return strconv.AppendFloat(dst, f, 'f', -1, 64)
	default:
		return value.AppendText(dst, v)
	}
}

// concatAny joins texts, or arrays where the first argument that is there is one.
func concatAny(c *Context, args []tag.Value) (tag.Value, error) {
	first := slices.IndexFunc(args, func(v tag.Value) bool { return !v.IsNull() })
	if first >= 0 && args[first].Kind() == tag.Array {
		return arrayConcat(c, args)
	}
	var out []byte
	for _, v := range args {
		out = appendPlain(out, v)
		if err := atMost(int64(len(out)), maxOctets, "octets or more"); err != nil {
			return tag.Value{}, err
		}
	}
	return tag.StringOf(string(out)), nil
}

func lengthOf(_ *Context, args []tag.Value) (tag.Value, error) {
	switch v := args[0]; {
	case v.IsNull():
		return tag.IntOf(0), nil
	case v.Kind() == tag.Array:
		return tag.IntOf(int64(len(v.Array()))), nil
	case v.Kind() == tag.ObjectKind:
		return tag.IntOf(int64(v.Object().Len())), nil
	default:
		return tag.IntOf(int64(utf8.RuneCountInString(plainText(v)))), nil
	}
}

// substring refuses constants that no text could satisfy.
func substring(constants []tag.Value) (Scalar, error) {
	from, to := int64(0), int64(1<<62)
	places := []struct {
		name string
		at   *int64
	}{{"from", &from}, {"to", &to}}
	for i, v := range constants[1:] {
		if v.Kind() == tag.Absent {
			continue
		}
		if err := readPlace(places[i].name, v, places[i].at); err != nil {
			return nil, err
		}
	}
	if from > to {
		return nil, fmt.Errorf("from is %d and to is %d: want from before to", from, to)
	}
	return substringOf, nil
}

func readPlace(name string, v tag.Value, at *int64) error {
	i, err := whole(name, v)
	if err == nil && i < 0 {
		err = fmt.Errorf("%s is %d: want 0 or more", name, i)
	}
	*at = i
	return err
}

func substringOf(_ *Context, args []tag.Value) (tag.Value, error) {
	s := plainText(args[0])
	from, to := int64(0), int64(len(s))
	if err := readPlace("from", args[1], &from); err != nil {
		return tag.Value{}, err
	}
	if len(args) > 2 {
		if err := readPlace("to", args[2], &to); err != nil {
			return tag.Value{}, err
		}
		if from > to {
			return tag.Value{}, fmt.Errorf("from is %d and to is %d: want from before to", from, to)
		}
	}
	to = min(to, int64(len(s)))
	return tag.StringOf(strings.ToValidUTF8(s[min(from, to):to], "")), nil
}
