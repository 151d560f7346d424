package scale

import (
	"errors"
	"fmt"
	"math"
	"math/big"

	"github.com/holdfast-edge/holdfast/tag"
)

// errNotANumber is why a text, an array or a null cannot be written to a scaled tag.
var errNotANumber = errors.New("want a number")

// exactly returns the number that a person means by v: integers as they are, floats as their shortest decimal.
func exactly(v tag.Value) (*big.Rat, error) {
	if !v.Kind().IsNumber() || v.Quality().IsBad() {
		return nil, errNotANumber
	}
	if u, ok := v.Uint(); ok {
		return new(big.Rat).SetInt(new(big.Int).SetUint64(u)), nil
	}
	if i, ok := v.Int(); ok {
		return new(big.Rat).SetInt64(i), nil
	}
	f, _ := v.Float()
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, fmt.Errorf("%v: want a finite number", f)
	}
	return rational(f), nil
}

// nearest returns the whole number next to r, halves away from 0.
func nearest(r *big.Rat) (tag.Value, error) {
	twice := new(big.Int).Lsh(r.Num(), 1)
	half := r.Denom()
	if r.Sign() < 0 {
		twice.Sub(twice, half)
	} else {
		twice.Add(twice, half)
	}
	n := twice.Quo(twice, new(big.Int).Lsh(r.Denom(), 1))
	v := wholeValue(n)
	if v.Quality().IsBad() {
		return v, fmt.Errorf("%s does not fit 64 bits", n)
	}
	return v, nil
}

// wholeValue returns n, or BadOutOfRange where it has more than 64 bits.
func wholeValue(n *big.Int) tag.Value {
	switch {
	case n.IsInt64():
		return tag.IntOf(n.Int64())
	case n.IsUint64():
		return tag.UintOf(n.Uint64())
	default:
		return tag.NullOf(tag.BadOutOfRange)
	}
}

// finite returns f as a value, or why it is none.
func finite(f float64) (tag.Value, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return tag.Value{}, fmt.Errorf("%v: want a finite number", f)
	}
	return tag.FloatOf(f), nil
}

// rawOf returns a computed raw number, whole where that is asked for.
func rawOf(f float64, whole bool) (tag.Value, error) {
	v, err := finite(f)
	if err != nil || !whole {
		return v, err
	}
	return nearest(new(big.Rat).SetFloat64(f))
}
