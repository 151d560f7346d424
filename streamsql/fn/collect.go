package fn

import (
	"slices"

	"github.com/holdfast-edge/holdfast/streamsql/state"
	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// collect keeps every value in the order of its rows.
type collect struct {
	gathering
	values []tag.Value
}

// Add keeps a value. One that is too much fails its row, and stands as NULL.
func (a *collect) Add(_ *Context, args []tag.Value) error {
	err := a.take(args[0])
	if err != nil {
		a.values = append(a.values, tag.Value{})
		a.octets += value.Size(tag.Value{}, maxNested)
		return err
	}
	a.values = append(a.values, args[0].Clone())
	return nil
}

func (a *collect) Subtract(*Context, []tag.Value) {
	a.leave(a.values[0])
	a.values = a.values[1:]
}

func (a *collect) Merge(other Aggregate) {
	b := other.(*collect)
	a.values = append(a.values, b.values...)
	a.octets += b.octets
}

// Result copies: the array that it returns never changes.
func (a *collect) Result(*Context) (tag.Value, error) {
	if err := a.bounded(); err != nil {
		return tag.Value{}, err
	}
	return tag.ArrayOf(slices.Clone(a.values)), nil
}

func (a *collect) AppendState(dst []byte) []byte { return state.AppendValues(dst, a.values) }

func (a *collect) RestoreState(src *state.Reader) {
	a.values = src.Values()
	a.gathering = countedAgain(a.values)
}
