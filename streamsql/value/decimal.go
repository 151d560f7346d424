package value

import (
	"bytes"
	"math"
	"strconv"
)

// decimal is a positive float as SQLite writes it: 0.DIGITS times ten to the
// power of point.
type decimal struct {
	digits []byte
	point  int
}

// significant is how many digits SQLite gives a float, which is what it takes
// to read every one back.
const significant = 17

// decompose returns the digits of a positive, finite float as SQLite finds them
// from version 3.52 on: those of one or two digits more, rounded again to 17,
// or fewer where fewer read back as the same number.
func decompose(buffer []byte, f float64) decimal {
	text := strconv.AppendFloat(buffer, f, 'e', foundDigits(f)-1, 64)
	e := bytes.IndexByte(text, 'e')
	exponent, _ := strconv.Atoi(string(text[e+1:])) // strconv wrote it
	d := decimal{append(text[:1], text[2:e]...), exponent + 1}
	d.round(d.enough(f))
	return d
}

// foundDigits is how many digits SQLite finds before it rounds: 18, and one more
// where its estimate of the number of digits before the point is one too low.
func foundDigits(f float64) int {
	_, binary := math.Frexp(f)
	estimate := (binary - 1) * 78913 >> 18 // ⌊log₁₀ 2^(binary-1)⌋
	text := strconv.AppendFloat(make([]byte, 0, 32), f, 'e', significant, 64)
	exponent, _ := strconv.Atoi(string(text[bytes.IndexByte(text, 'e')+1:]))
	if exponent > estimate {
		return significant + 2
	}
	return significant + 1
}

// enough returns how many digits to round to: fewer than 17 where nines or
// zeros at the end tell that fewer will do, and they do.
func (d decimal) enough(f float64) int {
	z := d.digits
	switch {
	case z[15] == '9' && z[14] == '9':
		n := len(bytes.TrimRight(z[:14], "9"))
		shorter := decimal{append([]byte{'0'}, z[:n+1]...), d.point + 1}
		shorter.round(n + 1)
		if shorter.float() == f {
			return n + 1
		}
	case d.point >= len(z) || z[15] == '0' && z[14] == '0' && z[13] == '0':
		n := len(bytes.TrimRight(z[:13], "0"))
		if (decimal{z[:n], d.point}).float() == f {
			return n + 1
		}
	}
	return significant
}

// float returns the float that is nearest.
func (d decimal) float() float64 {
	text := append([]byte("0."), d.digits...)
	f, _ := strconv.ParseFloat(string(strconv.AppendInt(append(text, 'e'), int64(d.point), 10)), 64)
	return f
}

// round rounds to n digits, halves up, and takes zeros off the end.
func (d *decimal) round(n int) {
	up := d.digits[n] >= '5'
	d.digits = d.digits[:n]
	for i := n - 1; up && i >= 0; i-- {
		if up = d.digits[i] == '9'; up {
			d.digits[i] = '0'
		} else {
			d.digits[i]++
		}
	}
	if up {
		d.digits = append([]byte{'1'}, d.digits...)
		d.point++
	}
	d.digits = bytes.TrimRight(d.digits, "0")
}

// append appends the number: with an exponent below 10⁻⁴ and from 10¹⁷, and with
// a point even where nothing follows it.
func (d decimal) append(dst []byte) []byte {
	switch {
	case d.point <= -4 || d.point > significant:
		dst = append(append(dst, d.digits[0], '.'), d.digits[1:]...)
		if len(d.digits) == 1 {
			dst = append(dst, '0')
		}
		return appendExponent(append(dst, 'e'), d.point-1)
	case d.point <= 0:
		dst = append(append(dst, "0."...), bytes.Repeat([]byte{'0'}, -d.point)...)
		return append(dst, d.digits...)
	case d.point >= len(d.digits):
		dst = append(append(dst, d.digits...), bytes.Repeat([]byte{'0'}, d.point-len(d.digits))...)
		return append(dst, ".0"...)
	default:
		dst = append(append(dst, d.digits[:d.point]...), '.')
		return append(dst, d.digits[d.point:]...)
	}
}

// appendExponent appends a sign and at least two digits.
func appendExponent(dst []byte, exponent int) []byte {
	sign := byte('+')
	if exponent < 0 {
		sign, exponent = '-', -exponent
	}
	dst = append(dst, sign)
	if exponent < 10 {
		dst = append(dst, '0')
	}
	return strconv.AppendInt(dst, int64(exponent), 10)
}
