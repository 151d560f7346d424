package fn

import (
	"github.com/holdfast-edge/holdfast/streamsql/state"
	"github.com/holdfast-edge/holdfast/tag"
)

func timeWeightedFunctions() []*Func {
	return []*Func{{
		Name: "twa", Aliases: []string{"time_weighted_avg"}, Family: "aggregate", Returns: Float, Nulls: NullIsSkipped,
		Params:    []Param{{Name: "x", Type: Number}},
		Aggregate: func() Aggregate { return new(timeWeighted) },
		Doc: "The mean of x weighted with how long it stayed: each value until the next one, the last until the end of the window. " +
			"The plain value where there is one row and no window behind it.",
		Examples: []Example{{"twa(x) FROM [1, 3, 5]", "2"}},
	}}
}

// timeWeighted is the area under a staircase of values.
//
//	x │    ┌──┐
//	  │ ┌──┘  └───
//	  └─┴──┴──┴───▶ source time
//	  first  last  end of the window
type timeWeighted struct {
	any         bool
	first, last int64   // source times
	held        float64 // the value since last
	area        float64 // from first to last, in value × nanoseconds
}

// Add takes rows that come out of order for rows of the time of the latest.
func (a *timeWeighted) Add(c *Context, args []tag.Value) error {
	x, err := number("x", args[0])
	if err != nil {
		return err
	}
	if !a.any {
		a.any, a.first, a.last = true, c.RowTime, c.RowTime
	}
	a.advance(c.RowTime)
	a.held = x
	return nil
}

// advance holds the value until a time.
func (a *timeWeighted) advance(to int64) {
	if to > a.last {
		a.area += a.held * float64(to-a.last)
		a.last = to
	}
}

func (a *timeWeighted) Merge(other Aggregate) {
	b := *other.(*timeWeighted)
	switch {
	case !b.any:
	case !a.any:
		*a = b
	default:
		a.advance(b.first)
		a.area += b.area
		a.last, a.held = max(a.last, b.last), b.held
	}
}

func (a *timeWeighted) Result(c *Context) (tag.Value, error) {
	if !a.any {
		return tag.NullOf(tag.Good), nil
	}
	whole := *a
	whole.advance(c.Window.End)
	if whole.last == whole.first {
		return tag.FloatOf(a.held), nil
	}
	return realOf(whole.area / float64(whole.last-whole.first)), nil
}

// Reset makes the state that of no rows.
func (a *timeWeighted) Reset() { *a = timeWeighted{} }

func (a *timeWeighted) AppendState(dst []byte) []byte {
	dst = state.AppendInt(state.AppendInt(state.AppendBool(dst, a.any), a.first), a.last)
	return state.AppendFloat(state.AppendFloat(dst, a.held), a.area)
}

func (a *timeWeighted) RestoreState(src *state.Reader) {
	a.any, a.first, a.last = src.Bool(), src.Int(), src.Int()
	a.held, a.area = src.Float(), src.Float()
}
