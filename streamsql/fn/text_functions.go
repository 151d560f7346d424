package fn

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// moreTextFunctions are those that SQLite does not have.
func moreTextFunctions() []*Func {
	x, y := Param{Name: "x", Type: Any}, Param{Name: "y", Type: Any}
	return []*Func{
		ask("startswith", "Whether a text begins with another; false where either is NULL.", strings.HasPrefix,
			Example{"startswith('pump1', 'pump')", "true"}, Example{"startswith(NULL, 'pump')", "false"}),
		ask("endswith", "Whether a text ends with another; false where either is NULL.", strings.HasSuffix,
			Example{"endswith('pump1', '1')", "true"}, Example{"endswith(NULL, '1')", "false"}),
		{
			Name: "indexof", Family: "text", Params: []Param{x, y}, Returns: Int, Nulls: NullIsValue,
			Scalar: indexOf,
			Doc:    "Where y first stands in x, counted in octets from 0; -1 where it does not or either is NULL.",
			Examples: []Example{
				{"indexof('boiler', 'il')", "2"}, {"indexof('Öl', 'l')", "2"}, {"indexof('boiler', NULL)", "-1"},
			},
		},
		{
			Name: "numbytes", Family: "text", Params: []Param{x}, Returns: Int, Nulls: NullIsValue,
			Scalar: func(_ *Context, args []tag.Value) (tag.Value, error) {
				return tag.IntOf(int64(len(value.Text(args[0])))), nil
			},
			Doc:      "The number of octets of a text in UTF-8 or of a blob; 0 for NULL.",
			Examples: []Example{{"numbytes('Grüße')", "7"}, {"numbytes(NULL)", "0"}},
		},
		{
			Name: "octet_length", Family: "text", Params: []Param{x}, Returns: Int,
			Scalar: func(_ *Context, args []tag.Value) (tag.Value, error) {
				return tag.IntOf(int64(len(value.Text(args[0])))), nil
			},
			Doc:      "The number of octets of a text in UTF-8 or of a blob.",
			Examples: []Example{{"octet_length('Grüße')", "7"}, {"octet_length(NULL)", "null"}},
		},
		pad("lpad", "before", func(text, spaces string) string { return spaces + text }, Example{"lpad('a', 2)", `"  a"`}),
		pad("rpad", "behind", func(text, spaces string) string { return text + spaces }, Example{"rpad('a', 2)", `"a  "`}),
		{
			Name: "split_value", Family: "text", Returns: Text,
			Params: []Param{x, {Name: "separator", Type: Text}, {Name: "place", Type: Int}},
			Scalar: splitValue,
			Doc:    "The part at a place, from 0 or from the end where negative, of a text that is cut at every separator.",
			Examples: []Example{
				{"split_value('plant/line1/pump', '/', 1)", `"line1"`}, {"split_value('a/b', '/', -1)", `"b"`},
			},
		},
		{
			Name: "reverse", Family: "text", Params: []Param{x}, Returns: Text,
			Scalar:   mapText(reversed),
			Doc:      "The characters of a text from the last to the first.",
			Examples: []Example{{"reverse('Größe')", `"eßörG"`}},
		},
	}
}

// ask makes a function that asks something of two texts.
func ask(name, doc string, holds func(x, y string) bool, examples ...Example) *Func {
	return &Func{
		Name: name, Family: "text", Params: []Param{{Name: "x", Type: Any}, {Name: "y", Type: Any}}, Returns: Bool, Nulls: NullIsValue,
		Scalar: func(_ *Context, args []tag.Value) (tag.Value, error) {
			if args[0].IsNull() || args[1].IsNull() {
				return tag.BoolOf(false), nil
			}
			return tag.BoolOf(holds(value.Text(args[0]), value.Text(args[1]))), nil
		},
		Doc: doc, Examples: examples,
	}
}

func indexOf(_ *Context, args []tag.Value) (tag.Value, error) {
	if args[0].IsNull() || args[1].IsNull() {
		return tag.IntOf(-1), nil
	}
	return tag.IntOf(int64(strings.Index(value.Text(args[0]), value.Text(args[1])))), nil
}

// pad makes a function that adds spaces to a text.
func pad(name, where string, join func(text, spaces string) string, examples ...Example) *Func {
	return &Func{
		Name: name, Family: "text", Params: []Param{{Name: "x", Type: Any}, {Name: "spaces", Type: Int}}, Returns: Text,
		Scalar: func(_ *Context, args []tag.Value) (tag.Value, error) {
			spaces, err := whole("spaces", args[1])
			if err == nil && spaces < 0 {
				err = fmt.Errorf("spaces is %d: want 0 or more", spaces)
			}
			if err == nil {
				err = atMost(spaces, maxOctets, "octets")
			}
			if err != nil {
				return tag.Value{}, err
			}
			return tag.StringOf(join(value.Text(args[0]), strings.Repeat(" ", int(spaces)))), nil
		},
		Doc: "The text with so many spaces " + where + " it.", Examples: examples,
	}
}

func splitValue(_ *Context, args []tag.Value) (tag.Value, error) {
	place, err := whole("place", args[2])
	if err != nil {
		return tag.Value{}, err
	}
	parts := strings.Split(value.Text(args[0]), value.Text(args[1]))
	at, n := place, int64(len(parts))
	if at < 0 {
		at += n
	}
	if at < 0 || at >= n {
		return tag.Value{}, fmt.Errorf("place is %d: there are %d parts", place, n)
	}
	return tag.StringOf(parts[at]), nil
}

func reversed(s string) string {
	out := make([]byte, len(s))
	for i := 0; i < len(s); {
		_, size := utf8.DecodeRuneInString(s[i:])
		copy(out[len(s)-i-size:], s[i:i+size])
		i += size
	}
	return string(out)
}
