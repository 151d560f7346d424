package fn

import (
	"github.com/holdfast-edge/holdfast/streamsql/state"
	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// average is a sum in floating point and the number of its terms.
type average struct {
	n     int64
	float kahan
}

func (a *average) Add(_ *Context, args []tag.Value) error {
	a.n++
	a.float.add(value.Float(args[0]))
	return nil
}

func (a *average) Merge(other Aggregate) {
	b := other.(*average)
	a.n += b.n
	a.float.merge(b.float)
}

func (a *average) Result(*Context) (tag.Value, error) {
	if a.n == 0 {
		return tag.NullOf(tag.Good), nil
	}
	return tag.FloatOf(a.float.result() / float64(a.n)), nil
}

func (a *average) AppendState(dst []byte) []byte {
	return a.float.appendState(state.AppendInt(dst, a.n))
}

func (a *average) RestoreState(src *state.Reader) {
	a.n = src.Int()
	a.float.restore(src)
}
