package fn

import (
	"fmt"

	"github.com/holdfast-edge/holdfast/streamsql/state"
	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// hadChanged keeps the values of the row before.
type hadChanged struct{ before []tag.Value }

func (a *hadChanged) Step(_ *Context, args []tag.Value, when bool) (tag.Value, error) {
	if args[0].Kind() != tag.Bool {
		return tag.Value{}, fmt.Errorf("ignore_null is %s: want true or false", args[0].Kind())
	}
	if !when {
		return tag.BoolOf(false), nil
	}
	changed := false
	for i, v := range args[1:] {
		changed = a.take(i, v, args[0].Bool()) || changed
	}
	return tag.BoolOf(changed), nil
}

// take keeps the i-th value and reports whether it differs from the one kept.
func (a *hadChanged) take(i int, v tag.Value, ignoreNull bool) bool {
	if ignoreNull && v.IsNull() {
		return false
	}
	if i < len(a.before) && value.Same(a.before[i], v) && a.before[i].Kind() != tag.Absent {
		return false
	}
	for i >= len(a.before) {
		a.before = append(a.before, tag.Value{})
	}
	a.before[i] = present(v.Clone())
	return true
}

// present makes NULL of an absent value: it has been seen.
func present(v tag.Value) tag.Value {
	if v.Kind() == tag.Absent {
		return tag.NullOf(v.Quality())
	}
	return v
}

func (a *hadChanged) AppendState(dst []byte) []byte  { return state.AppendValues(dst, a.before) }
func (a *hadChanged) RestoreState(src *state.Reader) { a.before = src.Values() }
