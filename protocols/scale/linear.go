package scale

import (
	"fmt"
	"math"
	"math/big"
	"math/bits"

	"github.com/holdfast-edge/holdfast/tag"
)

// Linear is raw × scale + offset.
type Linear struct {
	scale, offset float64

	// Where exact is set, the plant value is (raw × factor + addend) / 10^places in whole numbers.
	exact          bool
	factor, addend int64
	places         int
}

// NewLinear returns the scaling by a factor and an offset. The factor must be finite and not 0, the offset finite.
func NewLinear(scale, offset float64) (*Linear, error) {
	if scale == 0 || math.IsNaN(scale) || math.IsInf(scale, 0) {
		return nil, fmt.Errorf("scale %v: want a finite number other than 0", scale)
	}
	if math.IsNaN(offset) || math.IsInf(offset, 0) {
		return nil, fmt.Errorf("offset %v: want a finite number", offset)
	}
	l := &Linear{scale: scale, offset: offset}
	l.count()
	return l, nil
}

// count brings factor and offset to a common power of ten.
func (l *Linear) count() {
	f, fits := decimalOf(l.scale)
	o, fitsToo := decimalOf(l.offset)
	if !fits || !fitsToo {
		return
	}
	l.places = max(f.places, o.places)
	f, fits = f.withPlaces(l.places)
	o, fitsToo = o.withPlaces(l.places)
	l.factor, l.addend = f.digits, o.digits
	l.exact = fits && fitsToo
}

// Identity reports whether the scaling changes nothing.
func (l *Linear) Identity() bool { return l.scale == 1 && l.offset == 0 }

// Apply is described at Scaling. Whole factors and offsets give an Int or Uint from a whole raw number.
func (l *Linear) Apply(raw tag.Value) tag.Value {
	if passes(raw) {
		return raw
	}
	return qualified(l.scaled(raw), raw)
}

func (l *Linear) scaled(raw tag.Value) tag.Value {
	if f, ok := raw.Float(); ok && raw.Kind() == tag.Float {
		return l.fromFloat(f)
	}
	if !l.exact {
		f, _ := raw.Float()
		return l.inBinary(f)
	}
	if i, ok := raw.Int(); ok {
		if n, fits := mulAdd(i, l.factor, l.addend); fits {
			return l.quotient(n)
		}
	}
	return l.fromLarge(raw)
}

// quotient returns n / 10^places.
func (l *Linear) quotient(n int64) tag.Value {
	if l.places == 0 {
		return tag.IntOf(n)
	}
	return tag.FloatOf(toFloat(n, l.places))
}

// fromFloat scales whole floats as the integers that they are.
func (l *Linear) fromFloat(f float64) tag.Value {
	const whole = 1 << 53
	if l.exact && f == math.Trunc(f) && math.Abs(f) <= whole {
		if n, fits := mulAdd(int64(f), l.factor, l.addend); fits {
			return tag.FloatOf(toFloat(n, l.places))
		}
	}
	return l.inBinary(f)
}

// inBinary scales in float64. The conversions keep compilers from fusing the operations, which would round
// differently from one processor to the other.
func (l *Linear) inBinary(f float64) tag.Value {
	if l.exact {
		product := float64(f * float64(l.factor))
		return Checked(float64(product+float64(l.addend)) / powersOfTen[l.places])
	}
	product := float64(f * l.scale)
	return Checked(product + l.offset)
}

// fromLarge scales what does not fit 64 bits on the way.
func (l *Linear) fromLarge(raw tag.Value) tag.Value {
	n := new(big.Int)
	if u, ok := raw.Uint(); ok {
		n.SetUint64(u)
	} else {
		i, _ := raw.Int()
		n.SetInt64(i)
	}
	n.Mul(n, big.NewInt(l.factor)).Add(n, big.NewInt(l.addend))
	if l.places == 0 {
		return wholeValue(n)
	}
	power := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(l.places)), nil)
	f, _ := new(big.Rat).SetFrac(n, power).Float64()
	return Checked(f)
}

// Invert is described at Scaling.
func (l *Linear) Invert(v tag.Value, whole bool) (tag.Value, error) {
	r, err := exactly(v)
	if err != nil {
		return tag.Value{}, err
	}
	r.Sub(r, rational(l.offset)).Quo(r, rational(l.scale))
	if whole {
		return nearest(r)
	}
	f, _ := r.Float64()
	return finite(f)
}

// Invertible is described at Scaling.
func (l *Linear) Invertible() bool { return true }

// mulAdd returns a × b + c and whether it fits.
func mulAdd(a, b, c int64) (n int64, fits bool) {
	hi, lo := bits.Mul64(magnitude(a), magnitude(b))
	if hi != 0 || lo > math.MaxInt64 {
		return 0, false
	}
	n = int64(lo)
	if (a < 0) != (b < 0) {
		n = -n
	}
	sum := n + c
	return sum, (sum > n) == (c > 0)
}

func magnitude(i int64) uint64 {
	if i < 0 {
		return -uint64(i)
	}
	return uint64(i)
}
