package fn

import (
	"fmt"
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
		Doc: "The pattern with its conversions replaced by the arguments, as SQLite's printf: %d %i %u %x %X %o %p %c %s %f %e %g %q %Q %w %%, " +
			"with the flags - + space 0 , # ! and a width and a precision, which count characters.",
		Examples: []Example{
			{"format('%s at %.1f bar', 'pump', 3.14159)", `"pump at 3.1 bar"`},
			{"format('%05d|%-4s|%,d', 42, 'a', 1234567)", `"00042|a   |1,234,567"`},
			{"format('%Q', 'it''s')", `"'it''s'"`},
		},
	}}
}

// conversion is one of printf's: %[flags][width][.precision]letter.
type conversion struct {
	minus, zero, comma bool
	sign               string // in front of what is not negative
	other              bool   // #: 0 and 0x in front of digits, a point behind them
	full               bool   // !: a digit behind the point, more than 16 digits
	width, precision   int    // precision is -1 where none is given
	letter             byte
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
		c.precision = max(c.precision, -c.precision)
	}
	for i < len(s) && s[i] == 'l' {
		i++
	}
	if i == len(s) || strings.IndexByte("diuxXopcsfFeEgGqQw%", s[i]) < 0 {
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
	case '+', ' ':
		c.sign = string(f)
	case '0':
		c.zero = true
	case ',':
		c.comma = true
	case '#':
		c.other = true
	case '!':
		c.full = true
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
		return c.text("%")
	case 'd', 'i':
		i := value.Whole(next())
		return c.integer(strconv.FormatUint(magnitude(i), 10), c.signOf(i < 0))
	case 'u':
		return c.integer(strconv.FormatUint(uint64(value.Whole(next())), 10), "")
	case 'x', 'X', 'o', 'p':
		return c.unsigned(uint64(value.Whole(next())))
	case 'f', 'F', 'e', 'E', 'g', 'G':
		return c.float(value.Float(next()))
	case 'c':
		return c.character(value.Text(next()))
	default:
		return c.quoted(next())
	}
}

func magnitude(i int64) uint64 {
	if i < 0 {
		return -uint64(i)
	}
	return uint64(i)
}

// signOf is what stands in front of a number.
func (c conversion) signOf(negative bool) string {
	if negative {
		return "-"
	}
	return c.sign
}

// integer writes digits, with zeros in front up to the precision, or up to the
// width.
func (c conversion) integer(digits, sign string) string {
	least := c.precision
	if c.zero {
		least = max(least, c.width-len(sign))
	}
	digits = strings.Repeat("0", max(least-len(digits), 0)) + digits
	if c.comma && strings.IndexByte("diu", c.letter) >= 0 {
		digits = separators{group: ","}.grouped(digits)
	}
	return c.text(sign + digits)
}

func (c conversion) unsigned(u uint64) string {
	base, prefix := 16, "0"+string(c.letter)
	if c.letter == 'o' {
		base, prefix = 8, "0"
	}
	digits := strconv.FormatUint(u, base)
	if c.letter == 'X' || c.letter == 'p' {
		digits = strings.ToUpper(digits)
	}
	if c.other && u != 0 && c.letter != 'p' {
		return c.text(prefix + conversion{precision: c.precision, zero: c.zero, width: c.width}.integer(digits, ""))
	}
	return c.integer(digits, "")
}

// character writes the first letter of a text, as often as the precision says.
func (c conversion) character(s string) string {
	_, size := utf8.DecodeRuneInString(s)
	return c.text(strings.Repeat(s[:size], max(c.precision, 1)))
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
		s, c.letter = "NULL", 's'
	default:
		s = "(NULL)"
	}
	if c.precision >= 0 && utf8.RuneCountInString(s) > c.precision {
		s = characters(s, 0, c.precision)
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
