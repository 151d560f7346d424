package fn

import (
	"fmt"
	"math"

	"github.com/holdfast-edge/holdfast/streamsql/state"
	"github.com/holdfast-edge/holdfast/tag"
)

// eKuiperAggregates are those that fail for what is no number, and percentiles
// as the library that eKuiper uses has them.
func eKuiperAggregates() []*Func {
	return []*Func{
		onlyOf(Number, "avg", Float, "The mean of x over the rows where it is not NULL, as a Float.", func() Aggregate { return new(average) }, Example{"avg(x) FROM [1, 2]", "1.5"}),
		onlyOf(Number, "sum", Number, "The sum of x over the rows where it is not NULL.", func() Aggregate { return new(sum) }, Example{"sum(x) FROM [1, 2]", "3"}),
		onlyOf(Number|Text, "min", Any, "The least x of the rows where it is not NULL: numbers only, or texts only.", func() Aggregate { return &extreme{sign: -1} }, Example{"min(x) FROM [2, 1]", "1"}),
		onlyOf(Number|Text, "max", Any, "The greatest x of the rows where it is not NULL: numbers only, or texts only.", func() Aggregate { return &extreme{sign: 1} }, Example{"max(x) FROM [2, 1]", "2"}),
		eKuiperPercentile("percentile_cont", []string{"percentile"}, meanOfTwo,
			"The value at a fraction of the rows in the order of x, or the mean of the two around it.", Example{"percentile_cont(x, 0.5) FROM [100, 150, 200]", "125"}),
		eKuiperPercentile("percentile_disc", nil, discrete,
			"The least x that at least a fraction of x, 0 to 1, does not lie above.", Example{"percentile_disc(x, 0.5) FROM [100, 150, 200]", "150"}),
	}
}

func onlyOf(t Type, name string, returns Type, doc string, aggregate func() Aggregate, examples ...Example) *Func {
	return &Func{
		Name: name, Family: "aggregate", Returns: returns, Nulls: NullIsSkipped, Doc: doc, Examples: examples,
		Params:    []Param{{Name: "x", Type: t}},
		Aggregate: func() Aggregate { return &typed{Aggregate: aggregate(), of: t} },
	}
}

func eKuiperPercentile(name string, aliases []string, find rank, doc string, examples ...Example) *Func {
	f := byRank(name, fractionParam(), find, doc, examples...)
	f.Aliases = aliases
	return f
}

// typed is an aggregate that fails for values of the wrong type, and where
// numbers and texts are mixed.
type typed struct {
	Aggregate
	of   Type
	seen Type
}

func (a *typed) Add(c *Context, args []tag.Value) error {
	t := TypeOf(args[0].Kind())
	if t&Number != 0 {
		t = Number
	}
	switch {
	case !a.of.Takes(args[0]):
		return wrong("x", args[0], a.of.String())
	case a.seen != 0 && t != a.seen:
		return fmt.Errorf("x is %s and was %s: want one type", t, a.seen)
	}
	a.seen = t
	return a.Aggregate.Add(c, args)
}

func (a *typed) Merge(other Aggregate) {
	b := other.(*typed)
	a.seen |= b.seen
	a.Aggregate.Merge(b.Aggregate)
}

// Picked is asked of min and max only.
func (a *typed) Picked() bool {
	p, ok := a.Aggregate.(Picker)
	return ok && p.Picked()
}

// Reset makes the state that of no rows. Every aggregate that is wrapped here can.
func (a *typed) Reset() {
	a.seen = 0
	a.Aggregate.(Resetter).Reset()
}

func (a *typed) AppendState(dst []byte) []byte {
	return a.Aggregate.AppendState(state.AppendInt(dst, int64(a.seen)))
}

func (a *typed) RestoreState(src *state.Reader) {
	a.seen = Type(src.Int())
	a.Aggregate.RestoreState(src)
}

// meanOfTwo is the value at fraction × rows, counted from 1, where that is
// whole, and otherwise the mean of the two around it. There is none below the
// first.
func meanOfTwo(values []float64, fraction float64) (float64, error) {
	if err := between01(fraction); err != nil {
		return 0, err
	}
	at := fraction * float64(len(values))
	i := int(at)
	switch {
	case len(values) == 1:
		return values[0], nil
	case at < 1:
		return 0, fmt.Errorf("fraction is %v: want at least one of %d rows", fraction, len(values))
	case at == math.Trunc(at):
		return values[i-1], nil
	default:
		return (values[i-1] + values[i]) / 2, nil
	}
}
