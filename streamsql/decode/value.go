package decode

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"
	"unsafe"

	"github.com/valyala/fastjson"

	"github.com/holdfast-edge/holdfast/tag"
)

// text keeps the texts of many rows in a few pieces of memory.
type text struct {
	chunk   []byte
	scratch []byte // for the digits of a number
}

// chunkSize is how much is allocated at a time; texts of more than a quarter of
// it are on their own, so that little of a chunk is left over.
const chunkSize = 4 << 10

// keep copies b. What was kept before is never written again.
func (t *text) keep(b []byte) string {
	if !utf8.Valid(b) {
		b = bytes.ToValidUTF8(b, []byte("\uFFFD"))
	}
	switch {
	case len(b) == 0:
		return ""
	case len(b) > chunkSize/4:
		return string(b)
	case len(b) > cap(t.chunk)-len(t.chunk):
		t.chunk = make([]byte, 0, chunkSize)
	}
	from := len(t.chunk)
	t.chunk = append(t.chunk, b...)
	return unsafe.String(&t.chunk[from], len(b))
}

// value converts a parsed value, whose memory is the parser's.
func (t *text) value(v *fastjson.Value) (tag.Value, error) {
	switch v.Type() {
	case fastjson.TypeNumber:
		t.scratch = v.MarshalTo(t.scratch[:0])
		return number(t.scratch)
	case fastjson.TypeString:
		return tag.StringOf(t.keep(v.GetStringBytes())), nil
	default:
		return tag.FromJSON(v)
	}
}

// number reads a JSON number (RFC 8259 §6).
func number(digits []byte) (tag.Value, error) {
	if !isNumber(digits) {
		return tag.Value{}, fmt.Errorf("%.40q is no number", digits)
	}
	return numberOf(digits)
}

// numberOf reads what is known to be a number. Integers of up to 18 digits, which
// no 64 bits overflow, are read here.
func numberOf(digits []byte) (tag.Value, error) {
	rest, negative := bytes.CutPrefix(digits, []byte("-"))
	if len(rest) > 18 {
		return tag.ParseNumber(string(digits))
	}
	var n int64
	for _, c := range rest {
		if c < '0' || c > '9' {
			return decimal(digits)
		}
		n = n*10 + int64(c-'0')
	}
	if negative {
		n = -n
	}
	return tag.IntOf(n), nil
}

// pow10 holds the powers that a binary64 holds exactly.
var pow10 = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// decimal reads a number with a fraction. Where its digits make an integer
// below 2^53 and the divisor is exact, one division rounds correctly.
func decimal(digits []byte) (tag.Value, error) {
	rest, negative := bytes.CutPrefix(digits, []byte("-"))
	var n uint64
	places := -1
	for _, c := range rest {
		switch {
		case c >= '0' && c <= '9':
			n = n*10 + uint64(c-'0')
			if places >= 0 {
				places++
			}
		case c == '.':
			places = 0
		default:
			return tag.ParseNumber(string(digits))
		}
	}
	if n >= 1<<53 {
		return tag.ParseNumber(string(digits))
	}
	f := float64(n) / pow10[max(places, 0)]
	if negative {
		f = math.Copysign(f, -1)
	}
	return tag.FloatOf(f), nil
}

// isNumber reports whether a text is a number by the grammar of RFC 8259, which
// the parser does not look at, but for leading zeros, which some senders write.
func isNumber(digits []byte) bool {
	rest, _ := bytes.CutPrefix(digits, []byte("-"))
	whole := countDigits(rest)
	if whole == 0 {
		return isNotFinite(string(rest))
	}
	rest = rest[whole:]
	if fraction, ok := bytes.CutPrefix(rest, []byte(".")); ok {
		n := countDigits(fraction)
		if n == 0 {
			return false
		}
		rest = fraction[n:]
	}
	if len(rest) == 0 {
		return true
	}
	if rest[0] != 'e' && rest[0] != 'E' {
		return false
	}
	rest = rest[1:]
	if len(rest) > 0 && (rest[0] == '+' || rest[0] == '-') {
		rest = rest[1:]
	}
	return len(rest) > 0 && countDigits(rest) == len(rest)
}

// isNotFinite accepts what some senders write for numbers that JSON has not.
func isNotFinite(text string) bool {
	return strings.EqualFold(text, "nan") || strings.EqualFold(text, "inf") || strings.EqualFold(text, "infinity")
}

func countDigits(b []byte) (n int) {
	for n < len(b) && b[n] >= '0' && b[n] <= '9' {
		n++
	}
	return n
}
