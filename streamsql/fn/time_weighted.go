package fn

import (
	"github.com/holdfast-edge/holdfast/streamsql/state"
	"github.com/holdfast-edge/holdfast/tag"
)

func timeWeightedFunctions() []*Func {
	return []*Func{{
		Name: "twa", Aliases: []string{"time_weighted_avg"}, Family: "aggregate", Returns: Float, Nulls: NullIsValue,
		Params:    []Param{{Name: "x", Type: Number}},
		Aggregate: func() Aggregate { return new(timeWeighted) },
		Doc: "The mean of x weighted with how long it stayed: each value until the next one, the last until the end of the window. " +
			"Where x becomes Bad nothing stands until there is a value again, and that time does not count; any other NULL is no news. " +
			"The plain value where there is one row and no window behind it.",
		Examples: []Example{{"twa(x) FROM [1, 3, 5]", "2"}},
	}}
}

// timeWeighted is the area under a staircase of values, with gaps where the
// value was Bad.
//
//	x │    ┌──┐
//	  │ ┌──┘  └╌╌╌┌──
//	  └─┴──┴──┴───┴──▶ source time
//	  first    Bad last  end of the window
type timeWeighted struct {
	any         bool  // a row has come
	stands      bool  // a value stands since last
	first, last int64 // source times
	span        int64 // how long values stood
	held        float64
	area        float64 // of what stood, in value × nanoseconds
}

// Add takes rows that come out of order for rows of the time of the latest.
func (a *timeWeighted) Add(c *Context, args []tag.Value) error {
	v := args[0]
	if v.IsNull() && !v.Quality().IsBad() {
		return nil
	}
	if !a.any {
		a.any, a.first, a.last = true, c.RowTime, c.RowTime
	}
	a.advance(c.RowTime)
	if v.IsNull() {
		a.stands = false
		return nil
	}
	x, err := number("x", v)
	if err != nil {
		return err
	}
	a.held, a.stands = x, true
	return nil
}

// advance holds the value until a time.
func (a *timeWeighted) advance(to int64) {
	if to <= a.last {
		return
	}
	if a.stands {
		a.area += a.held * float64(to-a.last)
		a.span += to - a.last
	}
	a.last = to
}

func (a *timeWeighted) Merge(other Aggregate) {
	b := *other.(*timeWeighted)
	switch {
	case !b.any:
	case !a.any:
		*a = b
	default:
		a.advance(b.first)
		a.area, a.span = a.area+b.area, a.span+b.span
		a.last, a.held, a.stands = max(a.last, b.last), b.held, b.stands
	}
}

func (a *timeWeighted) Result(c *Context) (tag.Value, error) {
	whole := *a
	whole.advance(c.Window.End)
	switch {
	case whole.span > 0:
		return realOf(whole.area / float64(whole.span)), nil
	case whole.stands:
		return tag.FloatOf(whole.held), nil
	default:
		return tag.NullOf(tag.Good), nil
	}
}

// Reset makes the state that of no rows.
func (a *timeWeighted) Reset() { *a = timeWeighted{} }

func (a *timeWeighted) AppendState(dst []byte) []byte {
	dst = state.AppendBool(state.AppendBool(dst, a.any), a.stands)
	dst = state.AppendInt(state.AppendInt(state.AppendInt(dst, a.first), a.last), a.span)
	return state.AppendFloat(state.AppendFloat(dst, a.held), a.area)
}

func (a *timeWeighted) RestoreState(src *state.Reader) {
	a.any, a.stands = src.Bool(), src.Bool()
	a.first, a.last, a.span = src.Int(), src.Int(), src.Int()
	a.held, a.area = src.Float(), src.Float()
}
