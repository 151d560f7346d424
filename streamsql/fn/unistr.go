package fn

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// escapeFunctions read and write characters by their code points, as SQLite does.
func escapeFunctions() []*Func {
	x := Param{Name: "x", Type: Any}
	return []*Func{
		{
			Name: "unistr", Family: "text", Params: []Param{x}, Returns: Text, Scalar: unistr,
			Doc:      `The text with \XXXX, \uXXXX, \+XXXXXX and \UXXXXXXXX, hexadecimal, replaced by the characters of those code points, and \\ by \.`,
			Examples: []Example{{`unistr('caf\u00e9')`, `"café"`}, {`unistr('\\')`, `"\\"`}},
		},
		{
			Name: "unistr_quote", Family: "text", Params: []Param{x}, Returns: Text, Nulls: NullIsValue, Scalar: unistrQuote,
			Doc:      "As quote, but a text with control characters becomes a call of unistr.",
			Examples: []Example{{"unistr_quote('a')", `"'a'"`}, {"unistr_quote(char(10))", `"unistr('\\u000a')"`}},
		},
	}
}

func unistr(_ *Context, args []tag.Value) (tag.Value, error) {
	text := value.Text(args[0])
	var out []byte
	for {
		before, rest, found := strings.Cut(text, `\`)
		if out = append(out, before...); !found {
			return tag.StringOf(string(out)), nil
		}
		if strings.HasPrefix(rest, `\`) {
			out, text = append(out, '\\'), rest[1:]
			continue
		}
		r, size := codePoint(rest)
		if size == 0 {
			return tag.Value{}, fmt.Errorf(`x has \%.9q: want \XXXX, \+XXXXXX or \UXXXXXXXX, hexadecimal`, rest)
		}
		out, text = utf8.AppendRune(out, r), rest[size:]
	}
}

// codePoint reads what stands behind a backslash, and returns how much that is; 0
// where it is no code point.
func codePoint(s string) (r rune, size int) {
	digits, skip := 4, 0
	switch {
	case strings.HasPrefix(s, "u"):
		skip = 1
	case strings.HasPrefix(s, "+"):
		digits, skip = 6, 1
	case strings.HasPrefix(s, "U"):
		digits, skip = 8, 1
	}
	if len(s) < skip+digits {
		return 0, 0
	}
	n, err := strconv.ParseUint(s[skip:skip+digits], 16, 32)
	if err != nil || n > utf8.MaxRune || !utf8.ValidRune(rune(n)) {
		return 0, 0
	}
	return rune(n), skip + digits
}

func unistrQuote(c *Context, args []tag.Value) (tag.Value, error) {
	quoted, err := quote(c, args)
	if err != nil || args[0].Kind() != tag.String {
		return quoted, err
	}
	text := quoted.Str()
	isControl := func(r rune) bool { return r < ' ' && r != 0 }
	if strings.IndexFunc(text, isControl) < 0 {
		return quoted, nil
	}
	out := []byte("unistr(")
	for i := range len(text) {
		switch c := text[i]; {
		case isControl(rune(c)):
			out = fmt.Appendf(out, `\u%04x`, c)
		case c == '\\':
			out = append(out, `\\`...)
		default:
			out = append(out, c)
		}
	}
	return tag.StringOf(string(append(out, ')'))), nil
}
