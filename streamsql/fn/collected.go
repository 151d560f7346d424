package fn

import (
	"slices"

	"github.com/holdfast-edge/holdfast/streamsql/state"
	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// collected keeps values for as long as a rule runs, at most maxElements of
// them: all, or each once.
type collected struct {
	gathering
	set    *elementSet // nil where all are kept
	values []tag.Value
}

func (a *collected) Add(_ *Context, args []tag.Value) error {
	if a.set != nil && a.set.has(args[0]) {
		return nil
	}
	if err := atMost(int64(len(a.values))+1, maxElements, "elements"); err != nil {
		return err
	}
	if err := a.take(args[0]); err != nil {
		return err
	}
	a.keep(args[0].Clone())
	return nil
}

func (a *collected) keep(v tag.Value) {
	if a.set != nil {
		a.set.add(v)
		a.values = a.set.list
		return
	}
	a.values = append(a.values, v)
}

func (a *collected) Merge(other Aggregate) {
	for _, v := range other.(*collected).values {
		if a.set == nil || !a.set.has(v) {
			a.octets += value.Size(v, maxNested)
			a.keep(v)
		}
	}
}

// Result shares the values, which only grow behind what it has given.
func (a *collected) Result(*Context) (tag.Value, error) {
	return tag.ArrayOf(slices.Clip(a.values)), nil
}

func (a *collected) AppendState(dst []byte) []byte { return state.AppendValues(dst, a.values) }

func (a *collected) RestoreState(src *state.Reader) {
	values := src.Values()
	a.gathering = countedAgain(values)
	for _, v := range values {
		a.keep(v)
	}
}
