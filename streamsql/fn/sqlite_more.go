package fn

import (
	"crypto/rand"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// moreSQLiteFunctions are core functions of SQLite that few queries call
// (https://www.sqlite.org/lang_corefunc.html).
func moreSQLiteFunctions() []*Func {
	x := Param{Name: "x", Type: Any}
	return []*Func{
		{
			Name: "concat_ws", Family: "text", Returns: Text, Nulls: NullIsValue, Scalar: concatWith,
			Params:   []Param{{Name: "separator", Type: Any}, x, {Name: "more", Type: Any, Rest: true}},
			Doc:      "The texts of the arguments that are not NULL, with a separator between. NULL where that is NULL.",
			Examples: []Example{{"concat_ws('/', 'line', NULL, 3)", `"line/3"`}, {"concat_ws(NULL, 'a')", "null"}},
		},
		{
			Name: "zeroblob", Family: "text", Params: []Param{{Name: "octets", Type: Any}}, Returns: Bytes, Nulls: NullIsValue, Scalar: zeroBlob,
			Doc: "A blob of so many octets that are 0, none for less than one.", Examples: []Example{{"hex(zeroblob(2))", `"0000"`}},
		},
		{
			Name: "soundex", Family: "text", Params: []Param{x}, Returns: Text, Nulls: NullIsValue,
			Scalar: func(_ *Context, args []tag.Value) (tag.Value, error) {
				return tag.StringOf(soundex(value.Text(args[0]))), nil
			},
			Doc:      "The Soundex code of a text: a letter and three digits that are the same for words that sound alike in English; ?000 where there is no letter.",
			Examples: []Example{{"soundex('Robert')", `"R163"`}, {"soundex('Rupert')", `"R163"`}, {"soundex('7')", `"?000"`}},
		},
		{
			Name: "like", Family: "text", Returns: Bool, Nulls: NullIsValue, Scalar: likeFunction,
			Params:   []Param{{Name: "pattern", Type: Any}, x, {Name: "escape", Type: Any, Optional: true}},
			Doc:      "x LIKE pattern ESCAPE escape, as the standard dialect has it: letters match in either case.",
			Examples: []Example{{"like('pu%', 'PUMP')", "true"}, {"like('5!%', '5%', '!')", "true"}},
		},
		{
			Name: "glob", Family: "text", Params: []Param{{Name: "pattern", Type: Any}, x}, Returns: Bool, Nulls: NullIsValue,
			Scalar: func(_ *Context, args []tag.Value) (tag.Value, error) { return matches(args, value.Glob), nil },
			Doc:    "x GLOB pattern.", Examples: []Example{{"glob('pu*', 'pump')", "true"}, {"glob('PU*', 'pump')", "false"}},
		},
		hint("likely"), hint("unlikely"), hint("likelihood", Param{Name: "probability", Type: Any}),
		{
			Name: "randomblob", Family: "random", Params: []Param{{Name: "octets", Type: Any}}, Returns: Bytes, Nulls: NullIsValue, Fixed: Never, Scalar: randomBlob,
			Doc: "A blob of so many random octets, one at least.",
		},
	}
}

func concatWith(_ *Context, args []tag.Value) (tag.Value, error) {
	if args[0].IsNull() {
		return tag.NullOf(args[0].Quality()), nil
	}
	separator := value.Text(args[0])
	var out []byte
	first := true
	for _, v := range args[1:] {
		if v.IsNull() {
			continue
		}
		if !first {
			out = append(out, separator...)
		}
		first = false
		if out = value.AppendText(out, v); len(out) > maxOctets {
			break
		}
	}
	return tag.StringOf(string(out)), atMost(int64(len(out)), maxOctets, "octets or more")
}

func zeroBlob(_ *Context, args []tag.Value) (tag.Value, error) {
	return blobOf(max(value.Whole(args[0]), 0))
}

func randomBlob(_ *Context, args []tag.Value) (tag.Value, error) {
	blob, err := blobOf(max(value.Whole(args[0]), 1))
	if err == nil {
		_, err = rand.Read(blob.Bytes())
	}
	return blob, err
}

// blobOf returns a blob of so many octets that are 0.
func blobOf(n int64) (tag.Value, error) {
	if err := atMost(n, maxOctets, "octets"); err != nil {
		return tag.Value{}, err
	}
	return tag.BytesOf(make([]byte, n)), nil
}

// likeFunction is LIKE with its operands the other way round.
func likeFunction(_ *Context, args []tag.Value) (tag.Value, error) {
	var escape rune
	if len(args) > 2 {
		if args[2].IsNull() {
			return tag.NullOf(args[2].Quality()), nil
		}
		text := value.Text(args[2])
		r, size := utf8.DecodeRuneInString(text)
		if size == 0 || size != len(text) {
			return tag.Value{}, fmt.Errorf("escape is %.100q: want one character", text)
		}
		escape = r
	}
	return matches(args, func(pattern, text string) bool { return value.Like(pattern, text, escape) }), nil
}

// matches matches a text with a pattern before it. A blob matches nothing.
func matches(args []tag.Value, match func(pattern, text string) bool) tag.Value {
	pattern, x := args[0], args[1]
	switch {
	case pattern.Kind() == tag.Bytes && !pattern.IsNull() || x.Kind() == tag.Bytes && !x.IsNull():
		return tag.BoolOf(false)
	case pattern.IsNull() || x.IsNull():
		return tag.NullOf(value.Worst(pattern.Quality(), x.Quality()))
	default:
		return tag.BoolOf(match(value.Text(pattern), value.Text(x)))
	}
}

// hint makes a function that tells SQLite's planner something, and returns its
// argument.
func hint(name string, more ...Param) *Func {
	arguments := map[int]string{0: "(7)", 1: "(7, 0.5)"}[len(more)]
	return &Func{
		Name: name, Family: "type", Params: append([]Param{{Name: "x", Type: Any}}, more...), Returns: Any, Nulls: NullIsValue,
		Scalar: func(_ *Context, args []tag.Value) (tag.Value, error) { return args[0], nil },
		Doc:    "x. In SQLite it is a hint for the planner, which the one here does not need.", Examples: []Example{{name + arguments, "7"}},
	}
}

// soundex returns SQLite's code of a text, which goes by its octets.
func soundex(s string) string {
	isLetter := func(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
	for s != "" && s[0] != 0 && !isLetter(s[0]) {
		s = s[1:]
	}
	if s == "" || s[0] == 0 {
		return "?000"
	}
	const codes = "01230120022455012623010202" // of a to z; 0: a vowel, or a letter like one
	code := func(c byte) byte {
		if c &= 0x7f; isLetter(c) {
			return codes[c|0x20-'a']
		}
		return '0'
	}
	out, before := []byte{s[0] &^ 0x20}, code(s[0])
	for i := 0; i < len(s) && s[i] != 0 && len(out) < 4; i++ {
		c := code(s[i])
		if c != '0' && c != before {
			out = append(out, c)
		}
		before = c
	}
	return string(out) + strings.Repeat("0", 4-len(out))
}
