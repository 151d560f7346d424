package scale

import (
	"math"
	"math/big"
	"strconv"
	"strings"
)

// decimal is the number digits / 10^places.
type decimal struct {
	digits int64
	places int
}

// maxPlaces is the highest power of ten that a float64 holds exactly.
const maxPlaces = 22

var powersOfTen = [maxPlaces + 1]float64{
	1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
}

// decimalOf returns the shortest decimal that reads back as f, which is what a person wrote. ok is false where it
// does not fit.
func decimalOf(f float64) (d decimal, ok bool) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return d, false
	}
	text := strconv.FormatFloat(f, 'f', -1, 64)
	whole, fraction, _ := strings.Cut(text, ".")
	digits, err := strconv.ParseInt(whole+fraction, 10, 64)
	if err != nil || len(fraction) > maxPlaces {
		return d, false
	}
	return decimal{digits: digits, places: len(fraction)}, true
}

// withPlaces returns the same number with at least as many places.
func (d decimal) withPlaces(places int) (same decimal, ok bool) {
	for d.places < places {
		if d.digits > math.MaxInt64/10 || d.digits < math.MinInt64/10 {
			return d, false
		}
		d.digits *= 10
		d.places++
	}
	return d, true
}

// rational returns the shortest decimal of f as an exact fraction; f must be finite.
func rational(f float64) *big.Rat {
	r, _ := new(big.Rat).SetString(strconv.FormatFloat(f, 'g', -1, 64))
	return r
}

// toFloat returns digits / 10^places, correctly rounded.
func toFloat(digits int64, places int) float64 {
	const exact = 1 << 53
	if digits >= -exact && digits <= exact {
		return float64(digits) / powersOfTen[places]
	}
	var text [32]byte
	b := strconv.AppendInt(text[:0], digits, 10)
	b = append(b, 'e', '-')
	b = strconv.AppendInt(b, int64(places), 10)
	f, _ := strconv.ParseFloat(string(b), 64) // at most 10^19: cannot overflow
	return f
}
