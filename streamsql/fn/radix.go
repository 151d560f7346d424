package fn

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// radixFunctions write and read whole numbers in other bases than ten.
func radixFunctions() []*Func {
	return []*Func{
		{
			Name: "conv", Family: "math", Returns: Text,
			Params: []Param{{Name: "digits", Type: Any}, {Name: "from", Type: Int}, {Name: "to", Type: Int}},
			Scalar: conv,
			Doc: "Digits of one base, 2 to 36, as those of another; what stands behind the last digit does not count. " +
				"The number has 64 bits without a sign; a negative base reads or writes one with a sign.",
			Examples: []Example{
				{"conv('ff', 16, 10)", `"255"`}, {"conv('-17', 10, -18)", `"-H"`}, {"conv('1', 1, 10)", "null"},
			},
		},
		{
			Name: "hex2dec", Family: "math", Params: []Param{{Name: "digits", Type: Text}}, Returns: Int,
			Scalar: func(_ *Context, args []tag.Value) (tag.Value, error) {
				digits, err := text("digits", args[0])
				if err != nil {
					return tag.Value{}, err
				}
				i, err := strconv.ParseInt(strings.TrimPrefix(digits, "0x"), 16, 64)
				if err != nil {
					return tag.Value{}, fmt.Errorf("%.100q is no hexadecimal number of 64 bits", digits)
				}
				return tag.IntOf(i), nil
			},
			Doc:      "The whole number that hexadecimal digits mean, with or without 0x before them.",
			Examples: []Example{{"hex2dec('0x10')", "16"}, {"hex2dec('ff')", "255"}},
		},
		{
			Name: "dec2hex", Family: "math", Params: []Param{{Name: "x", Type: Any}}, Returns: Text,
			Scalar: func(_ *Context, args []tag.Value) (tag.Value, error) {
				i, err := whole("x", args[0])
				return tag.StringOf("0x" + strconv.FormatInt(i, 16)), err
			},
			Doc:      "A whole number as hexadecimal digits with 0x before them.",
			Examples: []Example{{"dec2hex(16)", `"0x10"`}, {"dec2hex(-1)", `"0x-1"`}},
		},
	}
}

func conv(_ *Context, args []tag.Value) (tag.Value, error) {
	from, err := whole("from", args[1])
	if err != nil {
		return tag.Value{}, err
	}
	to, err := whole("to", args[2])
	if err != nil || !isBase(from) || !isBase(to) {
		return tag.NullOf(tag.Good), err
	}
	bits := readDigits(strings.TrimSpace(value.Text(args[0])), int(from))
	if to < 0 {
		return tag.StringOf(strings.ToUpper(strconv.FormatInt(int64(bits), int(-to)))), nil
	}
	return tag.StringOf(strings.ToUpper(strconv.FormatUint(bits, int(to)))), nil
}

func isBase(b int64) bool { return b >= 2 && b <= 36 || b >= -36 && b <= -2 }

// readDigits reads as many digits as there are. What is too large becomes the
// largest; a negative base has a sign and so half the range.
func readDigits(digits string, base int) uint64 {
	signed := base < 0
	if signed {
		base = -base
	}
	negative := strings.HasPrefix(digits, "-")
	digits = strings.TrimLeft(digits, "+-")
	end := 0
	for end < len(digits) && digit(digits[end]) < base {
		end++
	}
	bits, _ := strconv.ParseUint(digits[:end], base, 64) // the largest where it is out of range, 0 where it is empty
	limit := uint64(math.MaxInt64)
	if negative {
		limit++
	}
	if signed {
		bits = min(bits, limit)
	}
	if negative {
		return -bits
	}
	return bits
}

// digit returns what a digit is worth, and more than any base for what is none.
func digit(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'z':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'Z':
		return int(c-'A') + 10
	default:
		return 99
	}
}
