package fn

import (
	"math"
	"strconv"
	"strings"
)

const (
	significantDigits = 16 // of a number, that SQLite writes before zeros
	knownDigits       = 19 // that it writes with the flag !
)

// decimals are the digits of a number: 0.digits × 10^point.
type decimals struct {
	digits string
	point  int
}

// digitsOfFloat returns the first digits of a number, of which the last is rounded up
// where half or more follows.
func digitsOfFloat(f float64) decimals {
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(math.Abs(f), 'e', knownDigits-1, 64), "e")
	point, _ := strconv.Atoi(exponent)
	d := decimals{digits: mantissa[:1] + mantissa[2:], point: point + 1}
	return d.trimmed()
}

func (d decimals) trimmed() decimals {
	if d.digits = strings.TrimRight(d.digits, "0"); d.digits == "" {
		return decimals{digits: "0", point: 1}
	}
	return d
}

// rounded returns no more than so many digits. None are left where the first of
// those that are cut is beyond the first digit.
func (d decimals) rounded(count int) decimals {
	if count >= len(d.digits) {
		return d
	}
	if count < 0 || count == 0 && d.digits[0] < '5' {
		return decimals{point: d.point}
	}
	up := d.digits[count] >= '5'
	kept := []byte(d.digits[:count])
	for i := count - 1; up && i >= 0; i-- {
		if up = kept[i] == '9'; up {
			kept[i] = '0'
		} else {
			kept[i]++
		}
	}
	if up {
		return decimals{digits: "1", point: d.point + 1}
	}
	return decimals{digits: string(kept), point: d.point}.trimmed()
}

// digit returns the digit in front of which so many stand.
func (d decimals) digit(i int) byte {
	if 0 <= i && i < len(d.digits) {
		return d.digits[i]
	}
	return '0'
}

// fixed writes a number with so many digits behind the point.
func (d decimals) fixed(places int) (whole, fraction string) {
	write := func(from, to int) string {
		var b strings.Builder
		for i := from; i < to; i++ {
			b.WriteByte(d.digit(i))
		}
		return b.String()
	}
	whole = "0"
	if d.point > 0 {
		whole = write(0, d.point)
	}
	return whole, write(d.point, d.point+places)
}

// float writes a number in fixed point or with an exponent; with g as it is
// shorter, without zeros at the end.
func (c conversion) float(f float64) string {
	if math.IsNaN(f) {
		return c.text("NaN")
	}
	sign := c.signOf(f < 0)
	if math.IsInf(f, 0) {
		return c.text(sign + "Inf")
	}
	text, isZero := c.unsignedFloat(f)
	if isZero && c.other && c.sign == "" {
		sign = "" // zero has none
	}
	if c.zero && !c.minus {
		text = strings.Repeat("0", max(c.width-len(sign)-len(text), 0)) + text
	}
	return c.text(sign + text)
}

// unsignedFloat writes a number without its sign, and tells whether it is zero in
// fixed point.
func (c conversion) unsignedFloat(f float64) (text string, isZero bool) {
	precision := c.precision
	if precision < 0 {
		precision = 6
	}
	general, scientific := c.letter|' ' == 'g', c.letter|' ' == 'e'
	if general {
		precision = max(precision, 1) - 1
	}
	d := digitsOfFloat(f)
	count := precision + 1
	if !general && !scientific {
		count = d.point + precision
	}
	d = d.rounded(min(count, c.mostDigits()))
	if general {
		scientific = d.point-1 < -4 || d.point-1 > precision
		if !scientific {
			precision -= d.point - 1
		}
	}
	exponent := ""
	if scientific {
		exponent = c.exponent(d.point - 1)
		d.point = 1
	}
	return c.pointed(d, precision, general) + exponent, d.digits == ""
}

func (c conversion) mostDigits() int {
	if c.full {
		return knownDigits
	}
	return significantDigits
}

// pointed writes what stands in front of the exponent. Zeros at the end are cut
// where there may be fewer digits.
func (c conversion) pointed(d decimals, places int, general bool) string {
	whole, fraction := d.fixed(places)
	if c.comma {
		whole = separators{group: ","}.grouped(whole)
	}
	if c.full || general && !c.other {
		fraction = strings.TrimRight(fraction, "0")
	}
	switch {
	case fraction != "":
		return whole + "." + fraction
	case c.full:
		return whole + ".0"
	case c.other:
		return whole + "."
	default:
		return whole
	}
}

func (c conversion) exponent(e int) string {
	letter, sign := "e", "+"
	if c.letter < 'a' {
		letter = "E"
	}
	if e < 0 {
		sign, e = "-", -e
	}
	digits := strconv.Itoa(e)
	if e < 10 {
		digits = "0" + digits
	}
	return letter + sign + digits
}
