package fn

import (
	"github.com/holdfast-edge/holdfast/streamsql/state"
	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// slidingExtreme is min or max over rows of which the oldest can leave. It keeps
// the values that may yet become the extreme: each is better than all behind it,
// so that the first is the best.
type slidingExtreme struct {
	sign   int
	values []ranked
	added  int64 // rows so far
	gone   int64 // rows that have left
}

// ranked is a value and which row it is of.
type ranked struct {
	row   int64
	value tag.Value
}

func (a *slidingExtreme) Add(_ *Context, args []tag.Value) error {
	n := len(a.values)
	for n > 0 && value.Compare(args[0], a.values[n-1].value)*a.sign > 0 {
		n--
	}
	a.values = append(a.values[:n], ranked{a.added, args[0].Clone()})
	a.added++
	return nil
}

func (a *slidingExtreme) Subtract(*Context, []tag.Value) {
	a.gone++
	if len(a.values) > 0 && a.values[0].row < a.gone {
		a.values = a.values[1:]
	}
}

// Merge takes in rows that came later. It is not used by sliding windows.
func (a *slidingExtreme) Merge(other Aggregate) {
	for _, r := range other.(*slidingExtreme).values {
		_ = a.Add(nil, []tag.Value{r.value}) // it never fails
	}
}

func (a *slidingExtreme) Result(*Context) (tag.Value, error) {
	if len(a.values) == 0 {
		return tag.NullOf(tag.Good), nil
	}
	return a.values[0].value, nil
}

func (a *slidingExtreme) AppendState(dst []byte) []byte {
	dst = state.AppendInt(state.AppendInt(dst, a.added), a.gone)
	dst = state.AppendInt(dst, int64(len(a.values)))
	for _, r := range a.values {
		dst = state.AppendValue(state.AppendInt(dst, r.row), r.value)
	}
	return dst
}

func (a *slidingExtreme) RestoreState(src *state.Reader) {
	a.added, a.gone = src.Int(), src.Int()
	for range src.Count() {
		a.values = append(a.values, ranked{src.Int(), src.Value()})
	}
}
