package fn

import (
	"math"
	"strconv"
	"strings"
)

// exactFrom is where a float64 has no fraction left to round.
const exactFrom = 1 << 52

// roundTo rounds to decimal digits, halves away from zero. What is a half is
// decided on the decimal form of 15 digits and more, as SQLite's printf does,
// so that 2.345, which binary cannot hold, rounds as it is written.
func roundTo(f float64, digits int) float64 {
	switch {
	case math.IsNaN(f) || math.IsInf(f, 0) || math.Abs(f) >= exactFrom:
		return f
	case digits == 0:
		return math.Trunc(f + math.Copysign(0.5, f))
	}
	text := roundDecimal(strconv.FormatFloat(math.Abs(f), 'f', -1, 64), digits)
	rounded, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return f
	}
	return math.Copysign(rounded, f)
}

// roundDecimal rounds a plain decimal number, halves up.
func roundDecimal(text string, digits int) string {
	point := len(text)
	for i := range len(text) {
		if text[i] == '.' {
			point = i
		}
	}
	keep := point + 1 + digits
	if keep >= len(text) {
		return text
	}
	kept := []byte(text[:keep])
	if text[keep] >= '5' {
		kept = increment(kept)
	}
	return string(kept)
}

// increment adds one to the last digit.
func increment(number []byte) []byte {
	for i := len(number) - 1; i >= 0; i-- {
		switch number[i] {
		case '.':
		case '9':
			number[i] = '0'
		default:
			number[i]++
			return number
		}
	}
	return append([]byte{'1'}, number...)
}

// truncTo cuts off what stands behind that many decimal digits of the shortest
// decimal form.
func truncTo(f float64, digits int) float64 {
	if digits == 0 || math.IsNaN(f) || math.Abs(f) >= exactFrom {
		return math.Trunc(f)
	}
	text := strconv.FormatFloat(f, 'f', -1, 64)
	if point := strings.IndexByte(text, '.'); point >= 0 && point+1+digits < len(text) {
		text = text[:point+1+digits]
	}
	cut, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return f
	}
	return cut
}
