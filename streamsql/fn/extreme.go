package fn

import (
	"github.com/holdfast-edge/holdfast/streamsql/state"
	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// extreme keeps the first of the least (sign -1) or greatest (sign 1) values.
type extreme struct {
	sign int
	set  bool
	best tag.Value

	picked bool
}

// Picked reports whether the last Add or Merge changed the result.
func (a *extreme) Picked() bool { return a.picked }

func (a *extreme) Add(_ *Context, args []tag.Value) error {
	a.picked = !a.set || value.Compare(args[0], a.best)*a.sign > 0
	if a.picked {
		a.set, a.best = true, args[0].Clone()
	}
	return nil
}

func (a *extreme) Merge(other Aggregate) {
	b := other.(*extreme)
	a.picked = b.set && (!a.set || value.Compare(b.best, a.best)*a.sign > 0)
	if a.picked {
		a.set, a.best = true, b.best
	}
}

func (a *extreme) Result(*Context) (tag.Value, error) {
	if !a.set {
		return tag.NullOf(tag.Good), nil
	}
	return a.best, nil
}

func (a *extreme) AppendState(dst []byte) []byte {
	return state.AppendValue(state.AppendBool(dst, a.set), a.best)
}

func (a *extreme) RestoreState(src *state.Reader) { a.set, a.best = src.Bool(), src.Value() }

// Reset makes the state that of no rows.
func (a *extreme) Reset() { *a = extreme{sign: a.sign} }
