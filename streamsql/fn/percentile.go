package fn

import (
	"fmt"
	"math"

	"github.com/holdfast-edge/holdfast/streamsql/state"
	"github.com/holdfast-edge/holdfast/tag"
)

// percentileFunctions are values by their rank.
func percentileFunctions() []*Func {
	return []*Func{
		byRank("median", nil, halfway, "The value in the middle of x, or the mean of the two there.",
			Example{"median(x) FROM [4, 1, 3, 2]", "2.5"}, Example{"median(x) FROM [4, null, 1]", "2.5"}),
		byRank("percentile_cont", fractionParam(), interpolated,
			"The value that a fraction of x, 0 to 1, lies below, on the straight line between the two values around it.", Example{"percentile_cont(x, 0.5) FROM [100, 200, 150, 250]", "175"}),
		byRank("percentile_disc", fractionParam(), discrete,
			"The least x that at least a fraction of x, 0 to 1, does not lie above.", Example{"percentile_disc(x, 0.5) FROM [100, 200, 150, 250]", "150"}),
		byRank("percentile", []Param{{Name: "percent", Type: Number}},
			func(values []float64, percent float64) (float64, error) { return interpolated(values, percent/100) },
			"percentile_cont of a percentage, 0 to 100.", Example{"percentile(x, 50) FROM [100, 200, 150, 250]", "175"}),
	}
}

func fractionParam() []Param { return []Param{{Name: "fraction", Type: Number}} }

// rank finds a value by its rank among values in order, of which there is one at
// least.
type rank func(values []float64, fraction float64) (float64, error)

func byRank(name string, more []Param, find rank, doc string, examples ...Example) *Func {
	return &Func{
		Name: name, Family: "aggregate", Returns: Float, Nulls: NullIsSkipped,
		Params:    append([]Param{{Name: "x", Type: Number}}, more...),
		Aggregate: func() Aggregate { return &percentile{find: find} },
		Doc:       doc, Examples: examples,
	}
}

func halfway(values []float64, _ float64) (float64, error) { return interpolated(values, 0.5) }

func interpolated(values []float64, fraction float64) (float64, error) {
	if err := between01(fraction); err != nil {
		return 0, err
	}
	at := fraction * float64(len(values)-1)
	low := int(at)
	if low+1 >= len(values) {
		return values[low], nil
	}
	return values[low] + (at-float64(low))*(values[low+1]-values[low]), nil
}

func discrete(values []float64, fraction float64) (float64, error) {
	if err := between01(fraction); err != nil {
		return 0, err
	}
	at := int(math.Ceil(fraction*float64(len(values)))) - 1
	return values[min(max(at, 0), len(values)-1)], nil
}

func between01(fraction float64) error {
	if fraction >= 0 && fraction <= 1 {
		return nil
	}
	return fmt.Errorf("fraction is %v: want 0 to 1", fraction)
}

// percentile keeps the values in order.
type percentile struct {
	find     rank
	fraction float64
	values   sorted
}

func (a *percentile) Add(_ *Context, args []tag.Value) error {
	x, err := number("x", args[0])
	if err != nil {
		return err
	}
	if len(args) > 1 && !(args[1].IsNull() && len(a.values) > 0) {
		if a.fraction, err = number("fraction", args[1]); err != nil {
			return err
		}
	}
	if len(a.values) >= maxRanked {
		return fmt.Errorf("there are %d values already, which is the most that are kept", maxRanked)
	}
	a.values.insert(x)
	return nil
}

func (a *percentile) Subtract(_ *Context, args []tag.Value) {
	x, _ := args[0].Float()
	a.values.remove(x)
}

func (a *percentile) Merge(other Aggregate) {
	b := other.(*percentile)
	if len(b.values) > 0 {
		a.values, a.fraction = merged(a.values, b.values), b.fraction
	}
}

func (a *percentile) Result(*Context) (tag.Value, error) {
	if len(a.values) == 0 {
		return tag.NullOf(tag.Good), nil
	}
	f, err := a.find(a.values, a.fraction)
	return realOf(f), err
}

// Reset makes the state that of no rows, and keeps the room.
func (a *percentile) Reset() { a.values = a.values[:0] }

func (a *percentile) AppendState(dst []byte) []byte {
	dst = state.AppendInt(state.AppendFloat(dst, a.fraction), int64(len(a.values)))
	for _, x := range a.values {
		dst = state.AppendFloat(dst, x)
	}
	return dst
}

func (a *percentile) RestoreState(src *state.Reader) {
	a.fraction = src.Float()
	a.values = make(sorted, src.Count())
	for i := range a.values {
		a.values[i] = src.Float()
	}
}
