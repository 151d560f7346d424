package fn

import (
	"strings"
	"unicode/utf8"

	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// sqliteFunctions are the core functions of SQLite that have no family of their
// own here (https://www.sqlite.org/lang_corefunc.html).
func sqliteFunctions() []*Func {
	x := Param{Name: "x", Type: Any}
	return []*Func{
		{
			Name: "typeof", Family: "type", Params: []Param{x}, Returns: Text, Nulls: NullIsValue, Scalar: typeOf,
			Doc:      "The type of a value as SQLite names it: null, integer, real, text or blob; array and object for nested values. A bool counts as an integer.",
			Examples: []Example{{"typeof(1.5)", `"real"`}, {"typeof(TRUE)", `"integer"`}, {"typeof(NULL)", `"null"`}},
		},
		{
			Name: "hex", Family: "text", Params: []Param{x}, Returns: Text, Nulls: NullIsValue, Scalar: hex,
			Doc:      "The octets of a blob, or of the text of another value, in hexadecimal.",
			Examples: []Example{{"hex('a1')", `"6131"`}, {"hex(x'0aff')", `"0AFF"`}},
		},
		{
			Name: "quote", Family: "text", Params: []Param{x}, Returns: Text, Nulls: NullIsValue, Scalar: quote,
			Doc:      "The value as a literal of SQL.",
			Examples: []Example{{"quote('it''s')", `"'it''s'"`}, {"quote(x'0a')", `"X'0A'"`}, {"quote(NULL)", `"NULL"`}},
		},
		{
			Name: "unicode", Family: "text", Params: []Param{x}, Returns: Int, Scalar: unicodePoint,
			Doc:      "The code point of the first character of a text, NULL where it is empty.",
			Examples: []Example{{"unicode('ä')", "228"}, {"unicode('')", "null"}},
		},
		{
			Name: "instr", Family: "text", Params: []Param{x, {Name: "part", Type: Any}}, Returns: Int, Scalar: instr,
			Doc:      "Where the part first stands in a text, counted in characters from 1; 0 where it does not.",
			Examples: []Example{{"instr('boiler', 'il')", "3"}, {"instr('boiler', 'x')", "0"}},
		},
		{
			Name: "replace", Family: "text", Returns: Text, Nulls: NullIsValue, Scalar: replace,
			Params:   []Param{x, {Name: "part", Type: Any}, {Name: "by", Type: Any}},
			Doc:      "The text with every part replaced.",
			Examples: []Example{{"replace('a-b-c', '-', '/')", `"a/b/c"`}},
		},
		trimmer("trim", "both ends", strings.Trim, `"pump"`),
		trimmer("ltrim", "the beginning", strings.TrimLeft, `"pump "`),
		trimmer("rtrim", "the end", strings.TrimRight, `" pump"`),
		{
			Name: "sign", Family: "math", Params: []Param{x}, Returns: Int, Scalar: sign,
			Doc:      "-1, 0 or 1 for a number below, at or above zero, NULL for what is none.",
			Examples: []Example{{"sign(-2.5)", "-1"}, {"sign('x')", "null"}},
		},
		{
			Name: "iif", Aliases: []string{"if"}, Family: "null", Returns: Any, Nulls: NullIsValue, Scalar: iif,
			Params:   []Param{{Name: "condition", Type: Any}, {Name: "then", Type: Any}, {Name: "otherwise", Type: Any, Rest: true}},
			Doc:      "One value where the condition holds, another (NULL) where it does not. More conditions, each with its value, may stand between.",
			Examples: []Example{{"iif(2 > 1, 'yes', 'no')", `"yes"`}, {"iif(NULL, 'yes', 'no')", `"no"`}, {"iif(1 > 2, 'a', 2 > 1, 'b', 'c')", `"b"`}},
		},
		several("min_of", "least", "The least of several values; NULL where one is. min of more than one argument is this function.", "1",
			func(order int) bool { return order <= 0 }),
		several("max_of", "greatest", "The greatest of several values; NULL where one is. max of more than one argument is this function.", "3",
			func(order int) bool { return order > 0 }),
	}
}

func typeOf(_ *Context, args []tag.Value) (tag.Value, error) {
	name := "null"
	if v := args[0]; !v.IsNull() {
		name = map[Type]string{
			Bool: "integer", Int: "integer", Float: "real", Text: "text", Bytes: "blob",
			Time: "integer", Array: "array", Object: "object",
		}[TypeOf(v.Kind())]
	}
	return tag.StringOf(name), nil
}

func hex(_ *Context, args []tag.Value) (tag.Value, error) {
	return tag.StringOf(string(appendHex(nil, value.Text(value.Cast(args[0], value.Textual))))), nil
}

const hexDigits = "0123456789ABCDEF"

func appendHex(dst []byte, s string) []byte {
	for i := range len(s) {
		dst = append(dst, hexDigits[s[i]>>4], hexDigits[s[i]&15])
	}
	return dst
}

func quote(_ *Context, args []tag.Value) (tag.Value, error) {
	switch v := args[0]; {
	case v.IsNull():
		return tag.StringOf("NULL"), nil
	case v.Kind() == tag.Bytes:
		return tag.StringOf("X'" + string(appendHex(nil, string(v.Bytes()))) + "'"), nil
	case v.Kind().IsNumber() || v.Kind() == tag.Bool:
		return tag.StringOf(value.QuoteNumber(v)), nil
	default:
		return tag.StringOf("'" + strings.ReplaceAll(value.Text(v), "'", "''") + "'"), nil
	}
}

func unicodePoint(_ *Context, args []tag.Value) (tag.Value, error) {
	r, size := utf8.DecodeRuneInString(value.Text(args[0]))
	if size == 0 {
		return tag.NullOf(tag.Good), nil
	}
	return tag.IntOf(int64(r)), nil
}

// instr counts octets where both values are blobs.
func instr(_ *Context, args []tag.Value) (tag.Value, error) {
	text, part := value.Text(args[0]), value.Text(args[1])
	at := strings.Index(text, part)
	if at < 0 {
		return tag.IntOf(0), nil
	}
	if args[0].Kind() == tag.Bytes && args[1].Kind() == tag.Bytes {
		return tag.IntOf(int64(at) + 1), nil
	}
	return tag.IntOf(int64(utf8.RuneCountInString(text[:at])) + 1), nil
}

// replace returns the text as it is where there is no part to replace, even by
// NULL.
func replace(_ *Context, args []tag.Value) (tag.Value, error) {
	text, part := value.Text(args[0]), value.Text(args[1])
	switch {
	case args[0].IsNull() || args[1].IsNull():
		return tag.NullOf(tag.Good), nil
	case part == "":
		return tag.StringOf(text), nil
	case args[2].IsNull():
		return tag.NullOf(tag.Good), nil
	}
	by := value.Text(args[2])
	size := int64(len(text)) + int64(strings.Count(text, part))*int64(len(by)-len(part))
	if err := atMost(size, maxOctets, "octets"); err != nil {
		return tag.Value{}, err
	}
	return tag.StringOf(strings.ReplaceAll(text, part, by)), nil
}

// trimmer makes trim and its sides: of spaces, or of the characters given.
func trimmer(name, where string, trim func(s, cutset string) string, example string) *Func {
	return &Func{
		Name: name, Family: "text", Returns: Text,
		Params: []Param{{Name: "x", Type: Any}, {Name: "characters", Type: Any, Optional: true}},
		Scalar: func(_ *Context, args []tag.Value) (tag.Value, error) {
			cutset := " "
			if len(args) > 1 {
				cutset = value.Text(args[1])
			}
			return tag.StringOf(trim(value.Text(args[0]), cutset)), nil
		},
		Doc:      "The text without the spaces, or the characters given, at " + where + ".",
		Examples: []Example{{name + "(' pump ')", example}},
	}
}

func sign(_ *Context, args []tag.Value) (tag.Value, error) {
	n := value.Numeric.Apply(args[0])
	if !n.Kind().IsNumber() && n.Kind() != tag.Bool && n.Kind() != tag.Time {
		return tag.NullOf(tag.Good), nil
	}
	return tag.IntOf(int64(value.Compare(n, tag.IntOf(0)))), nil
}

func iif(_ *Context, args []tag.Value) (tag.Value, error) {
	for ; len(args) > 1; args = args[2:] {
		if value.TruthOf(args[0]) == value.True {
			return args[1], nil
		}
	}
	if len(args) > 0 {
		return args[0], nil
	}
	return tag.NullOf(tag.Good), nil
}

// several makes min and max of several values. better tells by the order of a
// value and the best before it whether it is taken: of equal ones SQLite's min
// takes the last, its max the first.
func several(name, alias, doc, example string, better func(order int) bool) *Func {
	return &Func{
		Name: name, Aliases: []string{alias}, Family: "math", Returns: Any, Doc: doc,
		Params: []Param{{Name: "x", Type: Any}, {Name: "y", Type: Any}, {Name: "more", Type: Any, Rest: true}},
		Scalar: func(_ *Context, args []tag.Value) (tag.Value, error) {
			best := args[0]
			for _, v := range args[1:] {
				if better(value.Compare(v, best)) {
					best = v
				}
			}
			return best, nil
		},
		Examples: []Example{{name + "(3, 1, 2)", example}},
	}
}
