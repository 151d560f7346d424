package fn

import (
	"errors"

	"github.com/holdfast-edge/holdfast/streamsql/state"
	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// errOverflow is what SQLite reports for a sum of whole numbers beyond 64 bits.
var errOverflow = errors.New("integer overflow")

// sum adds up whole numbers as such until it meets a Float.
type sum struct {
	n        int64
	whole    int64
	float    kahan
	isFloat  bool
	overflow bool
}

func (a *sum) Add(_ *Context, args []tag.Value) error {
	a.n++
	v := summand(args[0])
	if i, ok := v.Int(); ok && !a.isFloat {
		total := a.whole + i
		if (total > a.whole) != (i > 0) && i != 0 {
			a.overflow = true
			a.toFloat()
			a.float.add(float64(i))
			return nil
		}
		a.whole = total
		return nil
	}
	a.toFloat()
	a.overflow = a.overflow && v.Kind() == tag.Int
	f, _ := v.Float()
	a.float.add(f)
	return nil
}

// summand is the number that sum sees: text that is not wholly a number makes
// the sum a Float.
func summand(v tag.Value) tag.Value {
	n := value.Numeric.Apply(v)
	if n.Kind().IsNumber() || n.Kind() == tag.Bool || n.Kind() == tag.Time {
		return value.Number(n)
	}
	return tag.FloatOf(value.Float(v))
}

func (a *sum) toFloat() {
	if !a.isFloat {
		a.isFloat = true
		a.float.add(float64(a.whole))
	}
}

func (a *sum) Merge(other Aggregate) {
	b := other.(*sum)
	a.n += b.n
	if !a.isFloat && !b.isFloat {
		total := a.whole + b.whole
		if b.whole == 0 || (total > a.whole) == (b.whole > 0) {
			a.whole = total
			return
		}
		a.overflow = true
	}
	a.toFloat()
	a.overflow = a.overflow || b.overflow
	if b.isFloat {
		a.float.merge(b.float)
		return
	}
	a.float.add(float64(b.whole))
}

func (a *sum) Result(*Context) (tag.Value, error) {
	switch {
	case a.n == 0:
		return tag.NullOf(tag.Good), nil
	case a.overflow:
		return tag.Value{}, errOverflow
	case a.isFloat:
		return tag.FloatOf(a.float.result()), nil
	default:
		return tag.IntOf(a.whole), nil
	}
}

func (a *sum) AppendState(dst []byte) []byte {
	dst = state.AppendInt(state.AppendInt(dst, a.n), a.whole)
	dst = state.AppendBool(state.AppendBool(dst, a.isFloat), a.overflow)
	return a.float.appendState(dst)
}

func (a *sum) RestoreState(src *state.Reader) {
	a.n, a.whole = src.Int(), src.Int()
	a.isFloat, a.overflow = src.Bool(), src.Bool()
	a.float.restore(src)
}

// total is a sum in floating point.
type total struct {
	float kahan
}

func (a *total) Add(_ *Context, args []tag.Value) error {
	a.float.add(value.Float(args[0]))
	return nil
}

func (a *total) Merge(other Aggregate)              { a.float.merge(other.(*total).float) }
func (a *total) Result(*Context) (tag.Value, error) { return tag.FloatOf(a.float.result()), nil }
func (a *total) AppendState(dst []byte) []byte      { return a.float.appendState(dst) }
func (a *total) RestoreState(src *state.Reader)     { a.float.restore(src) }
