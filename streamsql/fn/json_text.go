package fn

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// jsonTexts are about JSON as text.
func jsonTexts() []*Func {
	x := Param{Name: "x", Type: Any}
	return []*Func{
		{
			Name: "json_pretty", Family: "JSON", Params: []Param{x, {Name: "indent", Type: Any, Optional: true}}, Returns: Text, Nulls: NullIsValue,
			Scalar: jsonPretty, Doc: "x, a nested value or JSON text, as JSON on lines, each level indented by four spaces or by the text given.",
			Examples: []Example{{`json_pretty('{"a":[1]}', ' ')`, `"{\n \"a\": [\n  1\n ]\n}"`}},
		},
		{
			Name: "json_error_position", Family: "JSON", Params: []Param{x}, Returns: Int, Scalar: jsonErrorPosition,
			Doc:      "Where a text stops to be JSON (RFC 8259), in characters from 1; 0 where it is JSON.",
			Examples: []Example{{`json_error_position('{"a":}')`, "6"}, {"json_error_position('[1')", "3"}, {"json_error_position('[1]')", "0"}},
		},
	}
}

func jsonPretty(_ *Context, args []tag.Value) (tag.Value, error) {
	v, err := nested(args[0])
	if err != nil || args[0].IsNull() {
		return tag.NullOf(args[0].Quality()), err
	}
	indent := "    "
	if len(args) > 1 && !args[1].IsNull() {
		indent = value.Text(args[1])
	}
	compact := tag.AppendJSON(nil, v)
	if err := atMost(prettySize(compact, int64(len(indent))), maxOctets, "octets or more"); err != nil {
		return tag.Value{}, err
	}
	var out bytes.Buffer
	err = json.Indent(&out, compact, "", indent)
	return tag.StringOf(out.String()), err
}

// prettySize returns how many octets a JSON text has at most when it is on lines.
func prettySize(compact []byte, indent int64) (size int64) {
	depth, most, lines := int64(0), int64(0), int64(1)
	for _, c := range compact {
		switch c {
		case '{', '[':
			depth++
			most, lines = max(most, depth), lines+1
		case '}', ']':
			depth--
			lines++
		case ',':
			lines++
		}
	}
	return int64(len(compact)) + lines*(2+most*indent)
}

func jsonErrorPosition(_ *Context, args []tag.Value) (tag.Value, error) {
	text := []byte(value.Text(args[0]))
	var raw json.RawMessage
	err := json.Unmarshal(text, &raw)
	var wrong *json.SyntaxError
	if !errors.As(err, &wrong) {
		return tag.IntOf(0), nil
	}
	at := utf8.RuneCount(text[:min(int(wrong.Offset), len(text))])
	if strings.Contains(wrong.Error(), "unexpected end") {
		at++
	}
	return tag.IntOf(int64(at)), nil
}
