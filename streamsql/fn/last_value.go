package fn

import (
	"github.com/holdfast-edge/holdfast/streamsql/state"
	"github.com/holdfast-edge/holdfast/tag"
)

func lastValueFunctions() []*Func {
	return []*Func{{
		Name: "last_value", Family: "aggregate", Returns: Any, Nulls: NullIsValue,
		Params:    []Param{{Name: "x", Type: Any}, {Name: "ignore_null", Type: Bool, Constant: true}},
		Aggregate: func() Aggregate { return new(lastValue) },
		Doc:       "x of the last row, or with ignore_null of the last row where it is not NULL.",
		Examples: []Example{
			{"last_value(x, TRUE) FROM [1, 2, null]", "2"}, {"last_value(x, FALSE) FROM [1, 2, null]", "null"},
		},
	}}
}

// lastValue keeps the last value.
type lastValue struct{ last tag.Value }

func (a *lastValue) Add(_ *Context, args []tag.Value) error {
	ignoreNull, err := truth("ignore_null", args[1])
	if err == nil && !(ignoreNull && args[0].IsNull()) {
		a.last = present(args[0].Clone())
	}
	return err
}

func (a *lastValue) Merge(other Aggregate) {
	if b := other.(*lastValue); b.last.Kind() != tag.Absent {
		a.last = b.last
	}
}

func (a *lastValue) Result(*Context) (tag.Value, error) { return present(a.last), nil }
func (a *lastValue) AppendState(dst []byte) []byte      { return state.AppendValue(dst, a.last) }
func (a *lastValue) RestoreState(src *state.Reader)     { a.last = src.Value() }
