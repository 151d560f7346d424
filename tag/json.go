package tag

import (
	"encoding/base64"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/valyala/fastjson"
)

// AppendJSON appends the value as JSON text. What JSON cannot say becomes the
// nearest thing that it can: a value that evaluates as NULL, NaN and the
// infinities become null; Bytes become base64 (RFC 4648 §4); a Time becomes
// RFC 3339 in UTC. Integers are written in full; readers that hold numbers as
// binary64 round those above 2^53.
func AppendJSON(dst []byte, v Value) []byte {
	if v.IsNull() {
		return append(dst, "null"...)
	}
	switch v.kind {
	case Bool:
		return strconv.AppendBool(dst, v.num != 0)
	case Int:
		return strconv.AppendInt(dst, int64(v.num), 10)
	case Uint:
		return strconv.AppendUint(dst, v.num, 10)
	case Float:
		return appendFloat(dst, math.Float64frombits(v.num))
	case String:
		return AppendJSONString(dst, v.Str())
	case Bytes:
		dst = append(dst, '"')
		dst = base64.StdEncoding.AppendEncode(dst, v.Bytes())
		return append(dst, '"')
	case Time:
		dst = append(dst, '"')
		dst = time.Unix(0, int64(v.num)).UTC().AppendFormat(dst, time.RFC3339Nano)
		return append(dst, '"')
	case Array:
		return appendArray(dst, v.Array())
	default:
		return appendObject(dst, v.Object())
	}
}

// AppendRowJSON appends row i as a JSON object of the fields that it carries,
// in the order of the schema. A row that was told as JSON and is as it came is
// appended as it was told: in the sender's order, with the digits of its numbers.
func AppendRowJSON(dst []byte, b *Batch, i int) []byte {
	if told := b.Text(i); told != nil {
		return append(dst, told...)
	}
	dst = append(dst, '{')
	first := true
	for slot, v := range b.Row(i) {
		if v.kind == Absent {
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = AppendJSONString(dst, b.schema.fields[slot].Name)
		dst = AppendJSON(append(dst, ':'), v)
	}
	return append(dst, '}')
}

func appendArray(dst []byte, values []Value) []byte {
	dst = append(dst, '[')
	for i, v := range values {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = AppendJSON(dst, v)
	}
	return append(dst, ']')
}

func appendObject(dst []byte, o *Object) []byte {
	dst = append(dst, '{')
	for i, name := range o.names {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = AppendJSONString(dst, name)
		dst = AppendJSON(append(dst, ':'), o.values[i])
	}
	return append(dst, '}')
}

// appendFloat writes the shortest text that reads back as f, with an exponent
// only where ECMA-262 (Number::toString) has one.
func appendFloat(dst []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return append(dst, "null"...)
	}
	format := byte('f')
	if abs := math.Abs(f); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		format = 'e'
	}
	return strconv.AppendFloat(dst, f, format, -1, 64)
}

const hexDigits = "0123456789abcdef"

// AppendJSONString appends s as a JSON string (RFC 8259 §7). Octets that are
// not UTF-8 become U+FFFD.
func AppendJSONString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	done := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c < utf8.RuneSelf {
			dst = appendEscape(append(dst, s[done:i]...), c)
			i++
			done = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			dst = append(append(dst, s[done:i]...), "\uFFFD"...)
			done = i + 1
		}
		i += size
	}
	return append(append(dst, s[done:]...), '"')
}

func appendEscape(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	default:
		return append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
	}
}

// ParseJSON reads one JSON text. Numbers without fraction and exponent become
// Int or Uint, the others and those beyond 64 bits Float; nesting is limited
// to 300. The result shares no memory with data.
func ParseJSON(data []byte) (Value, error) {
	var p fastjson.Parser
	parsed, err := p.ParseBytes(data)
	if err != nil {
		return Value{}, fmt.Errorf("parse JSON: %s", innermost(err.Error()))
	}
	return FromJSON(parsed)
}

// innermost is what the parser says of the place: it repeats itself for each array
// and object around it.
func innermost(reason string) string {
	return reason[max(strings.LastIndex(reason, "cannot parse "), 0):]
}

// FromJSON converts a parsed JSON value. Strings are copied, so that the
// parser may be used again.
func FromJSON(j *fastjson.Value) (Value, error) {
	switch j.Type() {
	case fastjson.TypeTrue, fastjson.TypeFalse:
		return BoolOf(j.Type() == fastjson.TypeTrue), nil
	case fastjson.TypeNumber:
		return ParseNumber(string(j.MarshalTo(nil)))
	case fastjson.TypeString:
		return StringOf(string(j.GetStringBytes())), nil
	case fastjson.TypeArray:
		return arrayFromJSON(j.GetArray())
	case fastjson.TypeObject:
		return objectFromJSON(j.GetObject())
	default:
		return NullOf(Good), nil
	}
}

// ParseNumber reads a JSON number (RFC 8259 §6), or NaN and the infinities
// that some senders write.
func ParseNumber(text string) (Value, error) {
	if !strings.ContainsAny(text, ".eEnN") {
		if i, err := strconv.ParseInt(text, 10, 64); err == nil {
			return IntOf(i), nil
		}
		if u, err := strconv.ParseUint(text, 10, 64); err == nil {
			return UintOf(u), nil
		}
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil && !math.IsInf(f, 0) {
		return Value{}, fmt.Errorf("parse number %q: %w", text, err)
	}
	return FloatOf(f), nil
}

func arrayFromJSON(items []*fastjson.Value) (Value, error) {
	values := make([]Value, len(items))
	for i, item := range items {
		v, err := FromJSON(item)
		if err != nil {
			return Value{}, err
		}
		values[i] = v
	}
	return ArrayOf(values), nil
}

func objectFromJSON(fields *fastjson.Object) (Value, error) {
	names := make([]string, 0, fields.Len())
	values := make([]Value, 0, fields.Len())
	var failed error
	fields.Visit(func(key []byte, j *fastjson.Value) {
		v, err := FromJSON(j)
		if err != nil && failed == nil {
			failed = err
		}
		names, values = append(names, string(key)), append(values, v)
	})
	if failed != nil {
		return Value{}, failed
	}
	o, err := NewObject(names, values)
	return ObjectOf(o), err
}
