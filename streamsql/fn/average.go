package fn

import (
	"github.com/holdfast-edge/holdfast/streamsql/state"
	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// floatSum is a sum in floating point and the number of its terms.
type floatSum struct {
	n     int64
	float kahan
}

func (a *floatSum) Add(_ *Context, args []tag.Value) error {
	a.n++
	a.float.add(value.Float(args[0]))
	return nil
}

// Subtract undoes an Add. A sum of no terms is 0 again, whatever was rounded.
func (a *floatSum) Subtract(_ *Context, args []tag.Value) {
	a.n--
	a.float.subtract(value.Float(args[0]))
	if a.n == 0 {
		a.Reset()
	}
}

func (a *floatSum) merge(b floatSum) {
	a.n += b.n
	a.float.merge(b.float)
}

// Reset makes the state that of no rows.
func (a *floatSum) Reset() { *a = floatSum{} }

func (a *floatSum) AppendState(dst []byte) []byte {
	return a.float.appendState(state.AppendInt(dst, a.n))
}

func (a *floatSum) RestoreState(src *state.Reader) {
	a.n = src.Int()
	a.float.restore(src)
}

// average is the mean, NULL of no terms.
type average struct{ floatSum }

func (a *average) Merge(other Aggregate) { a.merge(other.(*average).floatSum) }

func (a *average) Result(*Context) (tag.Value, error) {
	if a.n == 0 {
		return tag.NullOf(tag.Good), nil
	}
	return defined(a.float.result() / float64(a.n)), nil
}

// total is the sum, 0 of no terms.
type total struct{ floatSum }

func (a *total) Merge(other Aggregate)              { a.merge(other.(*total).floatSum) }
func (a *total) Result(*Context) (tag.Value, error) { return defined(a.float.result()), nil }
