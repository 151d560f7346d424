package fn

import (
	"math"
	"unicode"
	"unicode/utf8"

	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

func textFunctions() []*Func {
	return []*Func{
		{
			Name: "length", Family: "text", Params: []Param{{Name: "x", Type: Any}}, Returns: Int,
			Scalar: length,
			Doc:    "The number of characters of a text, octets of a blob, or elements of an array.",
			Examples: []Example{
				{"length('Grüße')", "5"}, {"length(x'0102')", "2"}, {"length(NULL)", "null"}, {"length(1.5)", "3"},
			},
		},
		{
			Name: "upper", Family: "text", Params: []Param{{Name: "x", Type: Any}}, Returns: Text,
			Scalar:   mapText(mapASCII(unicode.ToUpper)),
			Doc:      "The text with the letters a to z in upper case, as SQLite has it.",
			Examples: []Example{{"upper('pump')", `"PUMP"`}},
		},
		{
			Name: "lower", Family: "text", Params: []Param{{Name: "x", Type: Any}}, Returns: Text,
			Scalar:   mapText(mapASCII(unicode.ToLower)),
			Doc:      "The text with the letters A to Z in lower case, as SQLite has it.",
			Examples: []Example{{"lower('PUMP')", `"pump"`}},
		},
		{
			Name: "substr", Aliases: []string{"substring"}, Family: "text", Returns: Text | Bytes,
			Params: []Param{{Name: "x", Type: Any}, {Name: "from", Type: Any}, {Name: "count", Type: Any, Optional: true}},
			Scalar: substr,
			Doc:    "The count characters from the one that is from-th, counted from 1, or from the end where negative.",
			Examples: []Example{
				{"substr('holdfast', 5)", `"fast"`}, {"substr('holdfast', -4, 2)", `"fa"`}, {"substr('holdfast', 0, 2)", `"h"`},
			},
		},
		{
			Name: "concat", Family: "text", Params: []Param{{Name: "x", Type: Any, Rest: true}}, Returns: Text,
			Nulls:    NullIsValue,
			Scalar:   concat,
			Doc:      "The texts of all arguments in a row; NULL counts as no text.",
			Examples: []Example{{"concat('line ', 3, NULL)", `"line 3"`}},
		},
	}
}

func length(_ *Context, args []tag.Value) (tag.Value, error) {
	switch v := args[0]; v.Kind() {
	case tag.Bytes:
		return tag.IntOf(int64(len(v.Bytes()))), nil
	case tag.Array:
		return tag.IntOf(int64(len(v.Array()))), nil
	default:
		return tag.IntOf(int64(utf8.RuneCountInString(value.Text(v)))), nil
	}
}

func mapText(f func(string) string) Scalar {
	return func(_ *Context, args []tag.Value) (tag.Value, error) {
		return tag.StringOf(f(value.Text(args[0]))), nil
	}
}

// mapASCII limits a mapping of characters to those of ASCII. Octets that are no
// UTF-8 stay as they are.
func mapASCII(f func(rune) rune) func(string) string {
	return func(s string) string {
		var out []byte
		for i := range len(s) {
			if c := s[i]; c < utf8.RuneSelf && f(rune(c)) != rune(c) {
				if out == nil {
					out = []byte(s)
				}
				out[i] = byte(f(rune(c)))
			}
		}
		if out == nil {
			return s
		}
		return string(out)
	}
}

// characters returns those of a text from one place up to another, counted from 0.
func characters(s string, from, to int) string {
	start, end, n := len(s), len(s), 0
	for i := range s {
		if n == from {
			start = i
		}
		if n == to {
			end = i
			break
		}
		n++
	}
	return s[min(start, end):end]
}

// substr counts characters of text, octets of a blob, and treats place 0 as
// SQLite does: it is the one before the first.
func substr(_ *Context, args []tag.Value) (tag.Value, error) {
	if args[0].Kind() == tag.Bytes {
		b := args[0].Bytes()
		if len(b) == 0 {
			return tag.NullOf(tag.Good), nil // as SQLite has it
		}
		from, to := span(args, int64(len(b)))
		return tag.BytesOf(b[from:to]), nil
	}
	s := value.Text(args[0])
	from, to := span(args, int64(utf8.RuneCountInString(s)))
	return tag.StringOf(characters(s, int(from), int(to))), nil
}

// span returns the part of n elements that substr's arguments name.
func span(args []tag.Value, n int64) (from, to int64) {
	from = value.Whole(args[1])
	count, negative := int64(math.MaxInt64), false
	if len(args) > 2 {
		count = value.Whole(args[2])
		if negative = count < 0; negative {
			count = -max(count, -math.MaxInt64)
		}
	}
	switch {
	case from < 0:
		from += n
		if from < 0 {
			if !negative {
				count = max(count+from, 0)
			}
			from = 0
		}
	case from > 0:
		from--
	case count > 0:
		count--
	}
	if negative {
		from -= count
		if from < 0 {
			count = max(count+from, 0)
			from = 0
		}
	}
	from = min(from, n)
	return from, from + min(count, n-from)
}

func concat(_ *Context, args []tag.Value) (tag.Value, error) {
	var text []byte
	for _, v := range args {
		text = value.AppendText(text, v)
		if err := atMost(int64(len(text)), maxOctets, "octets or more"); err != nil {
			return tag.Value{}, err
		}
	}
	return tag.StringOf(string(text)), nil
}
