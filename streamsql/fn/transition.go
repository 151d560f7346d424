package fn

import (
	"github.com/holdfast-edge/holdfast/streamsql/state"
	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// transitionFunctions notice that a value becomes another.
func transitionFunctions() []*Func {
	watched, target := Param{Name: "watched", Type: Any}, Param{Name: "target", Type: Any, Optional: true}
	ignoreNull := Param{Name: "ignore_null", Type: Bool, Optional: true}
	return []*Func{
		{
			Name: "change_to", Family: "analytic", Params: []Param{watched, target, ignoreNull}, Returns: Bool, Nulls: NullIsValue,
			Analytic: func() Analytic { return new(changeTo) },
			Doc: "Whether a value has just become target, or, without one, another than it was; true at the first row, too. " +
				"With ignore_null rows where it is NULL do not count.",
			Examples: []Example{{"change_to(x, 1) FROM [0, 1, 1, 2, 1]", "[false,true,false,false,true]"}, {"change_to(x) FROM [1, 1, null, 1]", "[true,false,true,true]"}},
		},
		{
			Name: "change_capture", Family: "analytic", Params: []Param{{Name: "x", Type: Any}, watched, target, ignoreNull}, Returns: Any, Nulls: NullIsValue,
			Analytic: func() Analytic { return new(changeCapture) },
			Doc:      "x of the row where a value last became target, or, without one, another than it was; NULL before. With ignore_null as change_to.",
			Examples: []Example{{"change_capture('at ' || x, x, 1) FROM [0, 1, 2]", `[null,"at 1","at 1"]`}},
		},
		{
			Name: "consecutive_count", Family: "analytic", Params: []Param{{Name: "condition", Type: Any}}, Returns: Int, Nulls: NullIsValue,
			Analytic: func() Analytic { return new(consecutiveCount) },
			Doc:      "In how many rows on end, this one included, a condition has held.",
			Examples: []Example{{"consecutive_count(x > 1) FROM [1, 2, 3, 1, 2]", "[0,1,2,0,1]"}},
		},
		{
			Name: "consecutive_start", Family: "analytic", Params: []Param{{Name: "condition", Type: Any}, {Name: "x", Type: Any}}, Returns: Any, Nulls: NullIsValue,
			Analytic: func() Analytic { return new(consecutiveStart) },
			Doc:      "x of the first of the rows on end in which a condition has held; NULL where it does not hold.",
			Examples: []Example{{"consecutive_start(x > 1, x) FROM [1, 2, 3, 1, 4]", "[null,2,2,null,4]"}},
		},
	}
}

// changeTo keeps the value before.
type changeTo struct{ before tag.Value }

func (a *changeTo) Step(_ *Context, args []tag.Value, when bool) (tag.Value, error) {
	ignoreNull := len(args) > 2 && value.TruthOf(args[2]) == value.True
	if !when || ignoreNull && args[0].IsNull() {
		return tag.BoolOf(false), nil
	}
	changed := a.before.Kind() == tag.Absent || !value.Same(a.before, args[0])
	a.before = present(args[0].Clone())
	return tag.BoolOf(changed && (len(args) < 2 || value.Equal(args[0], args[1]) == value.True)), nil
}

func (a *changeTo) AppendState(dst []byte) []byte  { return state.AppendValue(dst, a.before) }
func (a *changeTo) RestoreState(src *state.Reader) { a.before = src.Value() }

// changeCapture keeps a value from the last change on.
type changeCapture struct {
	change changeTo
	x      tag.Value
}

func (a *changeCapture) Step(c *Context, args []tag.Value, when bool) (tag.Value, error) {
	changed, err := a.change.Step(c, args[1:], when)
	if changed.Bool() {
		a.x = args[0].Clone()
	}
	return present(a.x), err
}

func (a *changeCapture) AppendState(dst []byte) []byte {
	return state.AppendValue(a.change.AppendState(dst), a.x)
}

func (a *changeCapture) RestoreState(src *state.Reader) {
	a.change.RestoreState(src)
	a.x = src.Value()
}

// consecutiveCount counts rows on end.
type consecutiveCount struct{ n int64 }

func (a *consecutiveCount) Step(_ *Context, args []tag.Value, when bool) (tag.Value, error) {
	switch {
	case !when:
	case value.TruthOf(args[0]) == value.True:
		a.n++
	default:
		a.n = 0
	}
	return tag.IntOf(a.n), nil
}

func (a *consecutiveCount) AppendState(dst []byte) []byte  { return state.AppendInt(dst, a.n) }
func (a *consecutiveCount) RestoreState(src *state.Reader) { a.n = src.Int() }

// consecutiveStart keeps a value of the first of rows on end.
type consecutiveStart struct {
	holds bool
	x     tag.Value
}

func (a *consecutiveStart) Step(_ *Context, args []tag.Value, when bool) (tag.Value, error) {
	if when {
		held := a.holds
		a.holds = value.TruthOf(args[0]) == value.True
		if a.holds && !held {
			a.x = args[1].Clone()
		}
	}
	if !a.holds {
		return tag.NullOf(tag.Good), nil
	}
	return present(a.x), nil
}

func (a *consecutiveStart) AppendState(dst []byte) []byte {
	return state.AppendValue(state.AppendBool(dst, a.holds), a.x)
}

func (a *consecutiveStart) RestoreState(src *state.Reader) { a.holds, a.x = src.Bool(), src.Value() }
