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
	a.addTimes(args[0], 1)
	return nil
}

// addTimes adds a term once, or takes it away (-1). A whole number that no float
// holds is added in two parts.
func (a *floatSum) addTimes(v tag.Value, times int64) {
	n := value.Number(v)
	f, _ := n.Float()
	a.float.addTimes(f, times)
	if i, isInt := n.Int(); isInt && (i > 1<<53 || i < -1<<53) {
		near := int64(min(f, 1<<63-1024)) // 2^63 is no int64
		a.float.addTimes(float64(near)-f, times)
		a.float.addTimes(float64(i-near), times)
	}
}

// Subtract undoes an Add. A sum of no terms is 0 again, whatever was rounded.
func (a *floatSum) Subtract(_ *Context, args []tag.Value) {
	a.n--
	a.addTimes(args[0], -1)
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
