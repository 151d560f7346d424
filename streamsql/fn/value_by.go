package fn

import (
	"math"

	"github.com/holdfast-edge/holdfast/streamsql/state"
	"github.com/holdfast-edge/holdfast/tag"
)

func valueByFunctions() []*Func {
	params := []Param{{Name: "x", Type: Any}, {Name: "by", Type: Number}}
	return []*Func{
		{
			Name: "max_by", Family: "aggregate", Params: params, Returns: Any, Nulls: NullIsValue,
			Aggregate: func() Aggregate { return &valueBy{sign: 1} },
			Doc:       "x of the row with the greatest number by, the last of several.",
			Examples:  []Example{{"max_by('a' || x, x) FROM [1, 3, 2]", `"a3"`}},
		},
		{
			Name: "min_by", Family: "aggregate", Params: params, Returns: Any, Nulls: NullIsValue,
			Aggregate: func() Aggregate { return &valueBy{sign: -1} },
			Doc:       "x of the row with the least number by, the last of several.",
			Examples:  []Example{{"min_by('a' || x, x) FROM [2, 1, 3]", `"a1"`}},
		},
	}
}

// valueBy keeps the value of the row with the least (sign -1) or greatest (sign
// 1) number.
type valueBy struct {
	sign float64
	any  bool
	by   float64
	x    tag.Value
}

func (a *valueBy) Add(_ *Context, args []tag.Value) error {
	if args[1].IsNull() {
		return nil
	}
	by, err := number("by", args[1])
	if err == nil && !math.IsNaN(by) && a.beats(by) {
		a.any, a.by, a.x = true, by, args[0].Clone()
	}
	return err
}

func (a *valueBy) beats(by float64) bool { return !a.any || by*a.sign >= a.by*a.sign }

func (a *valueBy) Merge(other Aggregate) {
	if b := other.(*valueBy); b.any && a.beats(b.by) {
		a.any, a.by, a.x = true, b.by, b.x
	}
}

func (a *valueBy) Result(*Context) (tag.Value, error) { return present(a.x), nil }

func (a *valueBy) AppendState(dst []byte) []byte {
	return state.AppendValue(state.AppendFloat(state.AppendBool(dst, a.any), a.by), a.x)
}

func (a *valueBy) RestoreState(src *state.Reader) {
	a.any, a.by, a.x = src.Bool(), src.Float(), src.Value()
}

// valueByKey keeps the last value of each key, at most maxElements of them.
type valueByKey struct {
	gathering
	fields gathered
}

func (a *valueByKey) Add(_ *Context, args []tag.Value) error {
	key := plainText(args[0])
	if i, known := a.fields.at[key]; known {
		a.leave(a.fields.values[i])
	} else if err := atMost(int64(len(a.fields.names))+1, maxElements, "keys"); err != nil {
		return err
	}
	if err := a.take(args[1]); err != nil {
		a.fields.set(key, tag.Value{})
		return err
	}
	a.fields.set(key, args[1].Clone())
	return nil
}

func (a *valueByKey) Merge(other Aggregate) {
	b := other.(*valueByKey)
	for i, key := range b.fields.names {
		a.fields.set(key, b.fields.values[i])
	}
	a.gathering = countedAgain(a.fields.values)
}

func (a *valueByKey) Result(*Context) (tag.Value, error) {
	list := make([]tag.Value, len(a.fields.names))
	for i, key := range a.fields.names {
		list[i] = newObject([]string{"key", "value"}, []tag.Value{tag.StringOf(key), a.fields.values[i]})
	}
	return tag.ArrayOf(list), nil
}

func (a *valueByKey) AppendState(dst []byte) []byte { return a.fields.appendState(dst) }

func (a *valueByKey) RestoreState(src *state.Reader) {
	a.fields.restore(src)
	a.gathering = countedAgain(a.fields.values)
}
