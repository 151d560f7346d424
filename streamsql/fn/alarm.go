package fn

import (
	"fmt"
	"math"

	"github.com/holdfast-edge/holdfast/streamsql/state"
	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// alarmFunctions keep an alarm from chattering.
func alarmFunctions() []*Func {
	x := Param{Name: "x", Type: Number}
	return []*Func{
		{
			Name: "hold", Family: "alarm", Params: []Param{{Name: "condition", Type: Any}, {Name: "for", Type: Any}}, Returns: Bool, Nulls: NullIsValue,
			Analytic: func() Analytic { return new(hold) },
			Doc: "Whether a condition has held in every row for that long, by the times of the rows: hold(temperature > 80, '5s'). " +
				"It is asked when a row comes, not in between.",
			Examples: []Example{{"hold(x > 1, '2s') FROM [2, 2, 2, 1, 2]", "[false,false,true,false,false]"}},
		},
		{
			Name: "hysteresis", Family: "alarm", Params: []Param{x, {Name: "low", Type: Number}, {Name: "high", Type: Number}}, Returns: Bool, Nulls: NullIsValue,
			Analytic: func() Analytic { return new(hysteresis) },
			Doc:      "True from where x reaches high on, false from where it reaches low on, and in between what it was; false at first. NULL leaves it.",
			Examples: []Example{{"hysteresis(x, 2, 4) FROM [3, 4, 3, 2, 3]", "[false,true,true,false,false]"}},
		},
		{
			Name: "deadband", Family: "alarm", Params: []Param{x, {Name: "width", Type: Number}}, Returns: Number, Nulls: NullIsValue,
			Analytic: func() Analytic { return new(deadband) },
			Doc: "x as it was when it last moved by more than width, so that small movements do not show. " +
				"WHERE had_changed(TRUE, deadband(x, 0.5)) lets only those rows pass. NULL leaves it.",
			Examples: []Example{{"deadband(x, 1) FROM [10, 10.5, 11.5, 11, 9]", "[10,10,11.5,11.5,9]"}},
		},
	}
}

// hold keeps since when its condition holds.
type hold struct {
	holds bool
	since int64
}

func (a *hold) Step(c *Context, args []tag.Value, when bool) (tag.Value, error) {
	long, err := duration("for", args[1])
	if err != nil {
		return tag.Value{}, err
	}
	if when {
		held := a.holds
		a.holds = value.TruthOf(args[0]) == value.True
		if a.holds && (!held || c.RowTime < a.since) { // behind a clock that was set back it has held since now
			a.since = c.RowTime
		}
	}
	return tag.BoolOf(a.holds && c.RowTime-a.since >= int64(long)), nil
}

func (a *hold) AppendState(dst []byte) []byte {
	return state.AppendInt(state.AppendBool(dst, a.holds), a.since)
}

func (a *hold) RestoreState(src *state.Reader) { a.holds, a.since = src.Bool(), src.Int() }

// hysteresis keeps whether x was last at high or at low.
type hysteresis struct{ on bool }

func (a *hysteresis) Step(_ *Context, args []tag.Value, when bool) (tag.Value, error) {
	low, err := number("low", args[1])
	if err != nil {
		return tag.Value{}, err
	}
	high, err := number("high", args[2])
	if err == nil && low > high {
		err = fmt.Errorf("low is %v and high is %v: want low below high", low, high)
	}
	if err != nil || !when || args[0].IsNull() {
		return tag.BoolOf(a.on), err
	}
	x, err := number("x", args[0])
	if err != nil {
		return tag.Value{}, err
	}
	if !math.IsNaN(x) { // which is neither high nor low
		a.on = x >= high || a.on && x > low
	}
	return tag.BoolOf(a.on), nil
}

func (a *hysteresis) AppendState(dst []byte) []byte  { return state.AppendBool(dst, a.on) }
func (a *hysteresis) RestoreState(src *state.Reader) { a.on = src.Bool() }

// deadband keeps the value that it shows.
type deadband struct{ shown tag.Value }

func (a *deadband) Step(_ *Context, args []tag.Value, when bool) (tag.Value, error) {
	width, err := number("width", args[1])
	if err == nil && width < 0 {
		err = fmt.Errorf("width is %v: want 0 or more", width)
	}
	if err != nil || !when || args[0].IsNull() {
		return present(a.shown), err
	}
	x, err := number("x", args[0])
	if err != nil {
		return tag.Value{}, err
	}
	if shown, is := a.shown.Float(); !is || !(math.Abs(x-shown) <= width) { // also where one is not a number
		a.shown = args[0]
	}
	return a.shown, nil
}

func (a *deadband) AppendState(dst []byte) []byte  { return state.AppendValue(dst, a.shown) }
func (a *deadband) RestoreState(src *state.Reader) { a.shown = src.Value() }
