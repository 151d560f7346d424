package scale

import (
	"math"
	"strconv"
)

// Shortest returns the shortest decimal that a single-precision number stands for: 21.7, and not the 21.700000762939453
// that its bits mean in double precision. Converted back it is the same number.
func Shortest(f float32) float64 {
	wide := float64(f)
	if wide == math.Trunc(wide) || math.IsInf(wide, 0) || wide != wide {
		return wide
	}
	var text [32]byte
	short, err := strconv.ParseFloat(string(strconv.AppendFloat(text[:0], wide, 'g', -1, 32)), 64)
	if err != nil {
		return wide
	}
	return short
}
