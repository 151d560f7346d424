package fn

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

func printfFunctions() []*Func {
	return []*Func{{
		Name: "format", Aliases: []string{"printf"}, Family: "text", Returns: Text, Nulls: NullIsValue,
		Params: []Param{{Name: "pattern", Type: Any}, {Name: "x", Type: Any, Rest: true}},
		Scalar: printf,
		Doc: "The pattern with its conversions replaced by the arguments, as SQLite's printf: %d %i %u %x %X %o %c %s %f %e %g %q %Q %w %%, " +
			"with the flags - + space 0 , ! and a width and a precision.",
		Examples: []Example{
			{"format('%s at %.1f bar', 'pump', 3.14159)", `"pump at 3.1 bar"`},
			{"format('%05d|%-4s|%,d', 42, 'a', 1234567)", `"00042|a   |1,234,567"`},
			{"format('%Q', 'it''s')", `"'it''s'"`},
		},
	}}
}

// conversion is one of printf's: %[flags][width][.precision]letter.
type conversion struct {
	minus, plus, space, zero, comma bool
	fraction                        bool // a digit behind the point, whatever the number
	width, precision                int  // precision is -1 where none is given
	letter                          byte
}

func printf(_ *Context, args []tag.Value) (tag.Value, error) {
	if args[0].IsNull() {
		return tag.NullOf(args[0].Quality()), nil
	}
	pattern, rest := value.Text(args[0]), args[1:]
	next := func() tag.Value {
		if len(rest) == 0 {
			return tag.Value{}
		}
		v := rest[0]
		rest = rest[1:]
		return v
	}
	var out strings.Builder
	for {
		literal, behind, found := strings.Cut(pattern, "%")
		out.WriteString(literal)
		if err := atMost(int64(out.Len()), maxOctets, "octets"); err != nil || !found {
			return tag.StringOf(out.String()), err
		}
		c, size, err := parseConversion(behind, next)
		if err != nil {
			return tag.Value{}, err
		}
		pattern = behind[size:]
		out.WriteString(c.convert(next))
	}
}

// parseConversion reads what stands behind a %. A * takes an argument.
func parseConversion(s string, next func() tag.Value) (c conversion, size int, err error) {
	i := 0
	for ; i < len(s) && strings.IndexByte("-+ 0,#!", s[i]) >= 0; i++ {
		c.flag(s[i])
	}
	c.width, i = readCount(s, i, next)
	if c.width < 0 {
		c.minus, c.width = true, -c.width
	}
	c.precision = -1
	if i < len(s) && s[i] == '.' {
		c.precision, i = readCount(s, i+1, next)
	}
	for i < len(s) && s[i] == 'l' {
		i++
	}
	if i == len(s) || strings.IndexByte("diuxXocsfFeEgGqQw%", s[i]) < 0 {
		return c, 0, fmt.Errorf("the pattern has an unknown conversion %%%s", s[:min(i+1, len(s))])
	}
	if c.width > maxOctets || c.precision > maxOctets {
		return c, 0, fmt.Errorf("a width of %d: at most %d is allowed", max(c.width, c.precision), maxOctets)
	}
	c.letter = s[i]
	return c, i + 1, nil
}

func (c *conversion) flag(f byte) {
	switch f {
	case '-':
		c.minus = true
	case '+':
		c.plus = true
	case ' ':
		c.space = true
	case '0':
		c.zero = true
	case ',':
		c.comma = true
	case '!':
		c.fraction = true
	}
}

// readCount reads digits, or takes an argument for a *.
func readCount(s string, i int, next func() tag.Value) (n, end int) {
	if i < len(s) && s[i] == '*' {
		return int(min(max(value.Whole(next()), -maxOctets-1), maxOctets+1)), i + 1
	}
	for ; i < len(s) && '0' <= s[i] && s[i] <= '9'; i++ {
		n = min(n*10+int(s[i]-'0'), maxOctets+1)
	}
	return n, i
}

// convert returns an argument as the conversion writes it.
func (c conversion) convert(next func() tag.Value) string {
	switch c.letter {
	case '%':
		return "%"
	case 'd', 'i':
		return c.integer(value.Whole(next()))
	case 'u':
		return c.padded(strconv.FormatUint(uint64(value.Whole(next())), 10), "")
	case 'x', 'X', 'o':
		return c.unsigned(uint64(value.Whole(next())))
	case 'f', 'F', 'e', 'E', 'g', 'G':
		return c.float(value.Float(next()))
	case 'c':
		r, size := utf8.DecodeRuneInString(value.Text(next()))
		if size == 0 {
			return c.text("")
		}
		return c.text(strings.Repeat(string(r), max(c.precision, 1)))
	default:
		return c.quoted(next())
	}
}

func (c conversion) integer(i int64) string {
	digits := strconv.FormatUint(magnitude(i), 10)
	if c.comma {
		digits = separators{group: ","}.grouped(digits)
	}
	return c.padded(digits, c.sign(i < 0))
}

func magnitude(i int64) uint64 {
	if i < 0 {
		return -uint64(i)
	}
	return uint64(i)
}

func (c conversion) unsigned(u uint64) string {
	base := 16
	if c.letter == 'o' {
		base = 8
	}
	digits := strconv.FormatUint(u, base)
	if c.letter == 'X' {
		digits = strings.ToUpper(digits)
	}
	return c.padded(digits, "")
}

func (c conversion) float(f float64) string {
	precision := min(c.precision, 300)
	if precision < 0 {
		precision = 6
	}
	format := c.letter
	if format == 'F' {
		format = 'f'
	}
	if format == 'f' {
		f = awayFromHalf(f, precision)
	}
	digits := strings.TrimLeft(strconv.FormatFloat(f, format, precision, 64), "+-") // infinity has a plus
	if format == 'f' && !c.fraction {
		digits = significant(digits, f)
	}
	if c.fraction && !math.IsInf(f, 0) {
		digits = withFraction(digits)
	}
	if c.comma && c.letter == 'f' {
		digits = separators{group: ",", point: "."}.apply(digits)
	}
	return c.padded(digits, c.sign(f < 0))
}

// awayFromHalf returns the next number away from zero for one that is in the
// middle between two of so many decimals, since halves are rounded up.
func awayFromHalf(f float64, decimals int) float64 {
	longer := strconv.FormatFloat(f, 'f', decimals+1, 64)
	if g, err := strconv.ParseFloat(longer, 64); err != nil || g != f || longer[len(longer)-1] != '5' {
		return f
	}
	return math.Nextafter(f, math.Copysign(math.Inf(1), f))
}

// significantDigits is how many digits of a number SQLite writes before zeros.
const significantDigits = 16

// significant writes zeros for the digits of a number in fixed point that are
// behind the significant ones.
func significant(digits string, f float64) string {
	if len(strings.Replace(strings.TrimLeft(digits, "0."), ".", "", 1)) <= significantDigits || math.IsInf(f, 0) {
		return digits
	}
	const precision = 2048 // bits, so that the decimal digits stay what they are
	rounded, ok := new(big.Float).SetPrec(precision).SetString(strconv.FormatFloat(math.Abs(f), 'e', significantDigits-1, 64))
	if !ok {
		return digits
	}
	_, fraction, _ := strings.Cut(digits, ".")
	return rounded.Text('f', len(fraction))
}

// withFraction gives a number that has no digit behind a point one.
func withFraction(digits string) string {
	mantissa, exponent := digits, ""
	if i := strings.IndexAny(digits, "eE"); i >= 0 {
		mantissa, exponent = digits[:i], digits[i:]
	}
	if !strings.Contains(mantissa, ".") {
		mantissa += ".0"
	}
	return mantissa + exponent
}

func (c conversion) sign(negative bool) string {
	switch {
	case negative:
		return "-"
	case c.plus:
		return "+"
	case c.space:
		return " "
	default:
		return ""
	}
}

// padded fills a number up to the width: with zeros behind the sign, or spaces.
func (c conversion) padded(digits, sign string) string {
	if missing := c.width - len(sign) - len(digits); c.zero && !c.minus && missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	return c.text(sign + digits)
}

// text fills a text up to the width with spaces.
func (c conversion) text(s string) string {
	missing := c.width - utf8.RuneCountInString(s)
	switch {
	case missing <= 0:
		return s
	case c.minus:
		return s + strings.Repeat(" ", missing)
	default:
		return strings.Repeat(" ", missing) + s
	}
}

// quoted is %s, cut to the precision, and %q %Q %w, which make the text fit to
// stand in SQL.
func (c conversion) quoted(v tag.Value) string {
	s := value.Text(v)
	switch {
	case !v.IsNull() || c.letter == 's':
	case c.letter == 'Q':
		return c.text("NULL")
	default:
		return c.text("(NULL)")
	}
	if c.precision >= 0 && utf8.RuneCountInString(s) > c.precision {
		s = string([]rune(s)[:c.precision])
	}
	switch c.letter {
	case 'q':
		s = strings.ReplaceAll(s, "'", "''")
	case 'w':
		s = strings.ReplaceAll(s, `"`, `""`)
	case 'Q':
		s = "'" + strings.ReplaceAll(s, "'", "''") + "'"
	}
	return c.text(s)
}
