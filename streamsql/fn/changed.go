package fn

import (
	"fmt"

	"github.com/holdfast-edge/holdfast/streamsql/state"
	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// changedCol gives a value where it differs from the row before.
type changedCol struct{ before hadChanged }

func (a *changedCol) Step(c *Context, args []tag.Value, when bool) (tag.Value, error) {
	changed, err := a.before.Step(c, args, when)
	if err != nil || !changed.Bool() {
		return tag.NullOf(tag.Good), err
	}
	return args[1], nil
}

func (a *changedCol) AppendState(dst []byte) []byte  { return a.before.AppendState(dst) }
func (a *changedCol) RestoreState(src *state.Reader) { a.before.RestoreState(src) }

// changedCols gives those of several columns that differ from the row before,
// with a prefix to their names.
type changedCols struct{ before map[string]tag.Value }

func (a *changedCols) Step(_ *Context, args []tag.Value, when bool) (tag.Value, error) {
	prefix, ignoreNull, columns := args[0], args[1], args[2].Object()
	if prefix.Kind() != tag.String || ignoreNull.Kind() != tag.Bool || columns == nil {
		return tag.Value{}, fmt.Errorf("prefix is %s and ignore_null is %s: want text and a bool", prefix.Kind(), ignoreNull.Kind())
	}
	var names []string
	var values []tag.Value
	for i := range columns.Len() {
		name, v := columns.At(i)
		if when && a.take(name, v, ignoreNull.Bool()) {
			names, values = append(names, prefix.Str()+name), append(values, v)
		}
	}
	o, err := tag.NewObject(names, values)
	return tag.ObjectOf(o), err
}

// take keeps the value of a column and reports whether it differs from the one
// kept.
func (a *changedCols) take(name string, v tag.Value, ignoreNull bool) bool {
	if ignoreNull && v.IsNull() {
		return false
	}
	last, known := a.before[name]
	if known && value.Same(last, v) {
		return false
	}
	if a.before == nil {
		a.before = make(map[string]tag.Value)
	}
	a.before[name] = v.Clone()
	return true
}

func (a *changedCols) AppendState(dst []byte) []byte {
	dst = state.AppendInt(dst, int64(len(a.before)))
	for _, name := range sortedNames(a.before) {
		dst = state.AppendValue(state.AppendString(dst, name), a.before[name])
	}
	return dst
}

func (a *changedCols) RestoreState(src *state.Reader) {
	a.before = make(map[string]tag.Value)
	for range src.Count() {
		name := src.String()
		a.before[name] = src.Value()
	}
}
