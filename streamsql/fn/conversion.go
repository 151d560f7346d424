package fn

import (
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

func conversionFunctions() []*Func {
	encoding := Param{Name: "encoding", Type: Text, Constant: true}
	return []*Func{
		{
			Name: "encode", Family: "conversion", Params: []Param{{Name: "x", Type: Text | Bytes}, encoding}, Returns: Text,
			Bind: refusing(1, isBase64, encode), Doc: "A text or a blob as base64 (RFC 4648 §4).",
			Examples: []Example{{"encode('hello', 'base64')", `"aGVsbG8="`}},
		},
		{
			Name: "decode", Family: "conversion", Params: []Param{{Name: "x", Type: Text}, encoding}, Returns: Bytes,
			Bind: refusing(1, isBase64, decode), Doc: "The blob that base64 text means.", Examples: []Example{{"hex(decode('aGk=', 'base64'))", `"6869"`}},
		},
		{
			Name: "unhex", Family: "conversion", Params: []Param{{Name: "x", Type: Any}, {Name: "between", Type: Any, Optional: true}}, Returns: Bytes,
			Scalar:   unhex,
			Doc:      "The blob that hexadecimal digits mean, NULL where they are none. Characters of the second text may stand between the pairs of digits.",
			Examples: []Example{{"hex(unhex('0aff'))", `"0AFF"`}, {"unhex('x')", "null"}, {"hex(unhex('0a-ff', '-'))", `"0AFF"`}},
		},
		{
			Name: "char", Family: "text", Params: []Param{{Name: "code", Type: Any, Rest: true}}, Returns: Text, Nulls: NullIsValue,
			Scalar: char, Doc: "A text of the characters of the code points. What is no number counts as 0.", Examples: []Example{{"char(72, 105)", `"Hi"`}},
		},
		{
			Name: "isnull", Family: "null", Params: []Param{{Name: "x", Type: Any}}, Returns: Bool, Nulls: NullIsValue,
			Scalar: func(_ *Context, args []tag.Value) (tag.Value, error) { return tag.BoolOf(args[0].IsNull()), nil },
			Doc:    "Whether the value is NULL, as x IS NULL.", Examples: []Example{{"isnull(NULL)", "true"}, {"isnull('')", "false"}},
		},
	}
}

func encode(_ *Context, args []tag.Value) (tag.Value, error) {
	src, err := octets("x", args[0])
	if err != nil {
		return tag.Value{}, err
	}
	if err := isBase64(args[1]); err != nil {
		return tag.Value{}, err
	}
	return tag.StringOf(base64.StdEncoding.EncodeToString(src)), nil
}

func decode(_ *Context, args []tag.Value) (tag.Value, error) {
	src, err := text("x", args[0])
	if err != nil {
		return tag.Value{}, err
	}
	if err := isBase64(args[1]); err != nil {
		return tag.Value{}, err
	}
	out, err := base64.StdEncoding.DecodeString(src)
	if err != nil {
		return tag.Value{}, fmt.Errorf("x is no base64: %w", err)
	}
	return tag.BytesOf(out), nil
}

func isBase64(v tag.Value) error {
	name, err := text("encoding", v)
	if err == nil && !strings.EqualFold(name, "base64") {
		err = fmt.Errorf("encoding is %.100q: want base64", name)
	}
	return err
}

func unhex(_ *Context, args []tag.Value) (tag.Value, error) {
	digits, between := value.Text(args[0]), ""
	if len(args) > 1 {
		between = value.Text(args[1])
	}
	out := make([]byte, 0, len(digits)/2)
	for {
		digits = strings.TrimLeftFunc(digits, func(r rune) bool { return !isDigit(r) && strings.ContainsRune(between, r) })
		if digits == "" {
			return tag.BytesOf(out), nil
		}
		if len(digits) < 2 || digit(digits[0]) > 15 || digit(digits[1]) > 15 {
			return tag.NullOf(tag.Good), nil
		}
		out = append(out, byte(digit(digits[0])<<4|digit(digits[1])))
		digits = digits[2:]
	}
}

func isDigit(r rune) bool { return r < utf8.RuneSelf && digit(byte(r)) <= 15 }

func char(_ *Context, args []tag.Value) (tag.Value, error) {
	var out []byte
	for _, v := range args {
		code := value.Whole(v)
		if code < 0 || code > utf8.MaxRune {
			code = utf8.RuneError
		}
		out = utf8.AppendRune(out, rune(code))
	}
	return tag.StringOf(string(out)), nil
}
