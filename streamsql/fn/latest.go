package fn

import (
	"github.com/holdfast-edge/holdfast/streamsql/state"
	"github.com/holdfast-edge/holdfast/tag"
)

// latest keeps the last value that was not NULL.
type latest struct{ last tag.Value }

func (a *latest) Step(_ *Context, args []tag.Value, when bool) (tag.Value, error) {
	if when && !args[0].IsNull() {
		a.last = args[0].Clone()
	}
	if a.last.Kind() == tag.Absent && len(args) > 1 {
		return args[1], nil
	}
	return a.last, nil
}

func (a *latest) AppendState(dst []byte) []byte  { return state.AppendValue(dst, a.last) }
func (a *latest) RestoreState(src *state.Reader) { a.last = src.Value() }
