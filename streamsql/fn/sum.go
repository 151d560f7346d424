package fn

import (
	"errors"
	"math"
	"math/bits"

	"github.com/holdfast-edge/holdfast/streamsql/state"
	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// errOverflow is what SQLite reports for a sum of whole numbers beyond 64 bits.
var errOverflow = errors.New("integer overflow")

// sum adds whole numbers up exactly, in 128 bits, and floats beside them.
type sum struct {
	wholes, floats int64 // how many of either
	high           int64
	low            uint64
	float          kahan
}

func (a *sum) Add(_ *Context, args []tag.Value) error {
	v := summand(args[0])
	if i, ok := v.Int(); ok {
		a.wholes++
		a.addWide(i>>63, uint64(i))
		return nil
	}
	a.floats++
	f, _ := v.Float()
	a.float.add(f)
	return nil
}

// Subtract undoes an Add.
func (a *sum) Subtract(_ *Context, args []tag.Value) {
	v := summand(args[0])
	if i, ok := v.Int(); ok {
		a.wholes--
		low, borrow := bits.Sub64(a.low, uint64(i), 0)
		a.low, a.high = low, a.high-(i>>63)-int64(borrow)
		return
	}
	a.floats--
	f, _ := v.Float()
	a.float.subtract(f)
	if a.floats == 0 {
		a.float = kahan{}
	}
}

func (a *sum) addWide(high int64, low uint64) {
	sum, carry := bits.Add64(a.low, low, 0)
	a.low, a.high = sum, a.high+high+int64(carry)
}

// summand is the number that sum sees: text that is not wholly a number counts
// as a Float.
func summand(v tag.Value) tag.Value {
	if v.Kind().IsNumber() {
		return v
	}
	n := value.Numeric.Apply(v)
	if n.Kind().IsNumber() || n.Kind() == tag.Bool || n.Kind() == tag.Time {
		return value.Number(n)
	}
	return tag.FloatOf(value.Float(v))
}

func (a *sum) Merge(other Aggregate) {
	b := other.(*sum)
	a.wholes += b.wholes
	a.floats += b.floats
	a.addWide(b.high, b.low)
	a.float.merge(b.float)
}

func (a *sum) Result(*Context) (tag.Value, error) {
	whole := int64(a.low)
	switch {
	case a.wholes+a.floats == 0:
		return tag.NullOf(tag.Good), nil
	case a.floats > 0:
		f := a.float
		f.add(a.whole())
		return defined(f.result()), nil
	case a.high != whole>>63:
		return tag.Value{}, errOverflow
	default:
		return tag.IntOf(whole), nil
	}
}

// whole is the sum of the whole numbers, next to exactly: of a negative one the two
// halves are large, and cancel each other.
func (a *sum) whole() float64 {
	if small := int64(a.low); a.high == small>>63 {
		return float64(small)
	}
	return float64(a.high)*(1<<64) + float64(a.low)
}

// defined returns a Float; what is not a number is NULL.
func defined(f float64) tag.Value {
	if math.IsNaN(f) {
		return tag.NullOf(tag.Good)
	}
	return tag.FloatOf(f)
}

// Reset makes the state that of no rows.
func (a *sum) Reset() { *a = sum{} }

func (a *sum) AppendState(dst []byte) []byte {
	dst = state.AppendInt(state.AppendInt(dst, a.wholes), a.floats)
	dst = state.AppendInt(state.AppendInt(dst, a.high), int64(a.low))
	return a.float.appendState(dst)
}

func (a *sum) RestoreState(src *state.Reader) {
	a.wholes, a.floats = src.Int(), src.Int()
	a.high, a.low = src.Int(), uint64(src.Int())
	a.float.restore(src)
}
