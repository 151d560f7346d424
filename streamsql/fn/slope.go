package fn

import (
	"time"

	"github.com/holdfast-edge/holdfast/streamsql/state"
	"github.com/holdfast-edge/holdfast/tag"
)

// slopeFunctions are about the straight line between two rows.
func slopeFunctions() []*Func {
	return []*Func{
		{
			Name: "rate", Family: "analytic", Params: []Param{{Name: "x", Type: Number}}, Returns: Float, Nulls: NullIsValue,
			Analytic: func() Analytic { return new(rate) },
			Doc:      "How fast x changes, per second, between the row before and this one, by their times. NULL at first, and where x is NULL or no time has passed.",
			Examples: []Example{{"rate(x) FROM [1, 3, null, 9]", "[null,2,null,3]"}},
		},
		{
			Name: "interpolate", Family: "analytic", Params: []Param{{Name: "x", Type: Number}, {Name: "at", Type: Any}}, Returns: Float, Nulls: NullIsValue,
			Analytic: func() Analytic { return new(interpolation) },
			Doc: "The x of a time, on the straight line between the last two rows where it is not NULL; NULL where the time is not between those. " +
				"The time is a Time, milliseconds since the Unix epoch, or text.",
			Examples: []Example{{"interpolate(x, event_time() - 250) FROM [1, 3]", "[null,2.5]"}},
		},
	}
}

// point is a value and its time.
type point struct {
	at int64
	x  float64
}

func (p point) appendState(dst []byte) []byte {
	return state.AppendFloat(state.AppendInt(dst, p.at), p.x)
}

func (p *point) restore(src *state.Reader) { p.at, p.x = src.Int(), src.Float() }

// rate keeps the row before.
type rate struct {
	any    bool
	before point
}

func (a *rate) Step(c *Context, args []tag.Value, when bool) (tag.Value, error) {
	if !when || args[0].IsNull() {
		return tag.NullOf(args[0].Quality()), nil
	}
	x, err := number("x", args[0])
	if err != nil {
		return tag.Value{}, err
	}
	before, second := a.before, a.any
	if second && c.RowTime == before.at {
		return tag.NullOf(tag.Good), nil
	}
	a.any, a.before = true, point{c.RowTime, x}
	if !second || c.RowTime < before.at {
		return tag.NullOf(tag.Good), nil
	}
	return realOf((x - before.x) / (float64(c.RowTime-before.at) / 1e9)), nil
}

func (a *rate) AppendState(dst []byte) []byte {
	return a.before.appendState(state.AppendBool(dst, a.any))
}

func (a *rate) RestoreState(src *state.Reader) {
	a.any = src.Bool()
	a.before.restore(src)
}

// interpolation keeps the last two rows.
type interpolation struct {
	n         int64 // of them that there have been, up to 2
	last, two point // the last, and the one before
}

func (a *interpolation) Step(c *Context, args []tag.Value, when bool) (tag.Value, error) {
	if when && !args[0].IsNull() {
		x, err := number("x", args[0])
		if err != nil {
			return tag.Value{}, err
		}
		a.n, a.two, a.last = min(a.n+1, 2), a.last, point{c.RowTime, x}
	}
	if args[1].IsNull() {
		return tag.NullOf(args[1].Quality()), nil
	}
	t, err := instant("at", args[1])
	if err != nil {
		return tag.Value{}, err
	}
	ns := t.UnixNano()
	if !time.Unix(0, ns).Equal(t) { // beyond the times that rows can have
		return tag.NullOf(tag.Good), nil
	}
	return a.at(ns), nil
}

// at returns the value of a time between the two.
func (a *interpolation) at(t int64) tag.Value {
	switch {
	case a.n > 0 && t == a.last.at:
		return tag.FloatOf(a.last.x)
	case a.n < 2 || t < a.two.at || t > a.last.at:
		return tag.NullOf(tag.Good)
	}
	part := float64(t-a.two.at) / float64(a.last.at-a.two.at)
	return realOf(a.two.x + part*(a.last.x-a.two.x))
}

func (a *interpolation) AppendState(dst []byte) []byte {
	return a.two.appendState(a.last.appendState(state.AppendInt(dst, a.n)))
}

func (a *interpolation) RestoreState(src *state.Reader) {
	a.n = src.Int()
	a.last.restore(src)
	a.two.restore(src)
}
