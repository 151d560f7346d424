package fn

import (
	"slices"

	"github.com/holdfast-edge/holdfast/streamsql/state"
	"github.com/holdfast-edge/holdfast/tag"
)

// collect keeps every value in the order of its rows.
type collect struct{ values []tag.Value }

func (a *collect) Add(_ *Context, args []tag.Value) error {
	a.values = append(a.values, args[0].Clone())
	return nil
}

func (a *collect) Subtract(*Context, []tag.Value) { a.values = a.values[1:] }

func (a *collect) Merge(other Aggregate) {
	a.values = append(a.values, other.(*collect).values...)
}

// Result copies: the array that it returns never changes.
func (a *collect) Result(*Context) (tag.Value, error) {
	return tag.ArrayOf(slices.Clone(a.values)), nil
}

func (a *collect) AppendState(dst []byte) []byte  { return state.AppendValues(dst, a.values) }
func (a *collect) RestoreState(src *state.Reader) { a.values = src.Values() }
