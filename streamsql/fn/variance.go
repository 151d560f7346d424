package fn

import (
	"math"

	"github.com/holdfast-edge/holdfast/streamsql/state"
	"github.com/holdfast-edge/holdfast/tag"
)

// varianceFunctions are how far values spread around their mean.
func varianceFunctions() []*Func {
	return []*Func{
		spread("var", []string{"var_pop"}, 0, false, "The variance of x, taken for the whole population.", Example{"var(x) FROM [100, 150, 200]", "1666.6666666666667"}),
		spread("vars", []string{"var_samp"}, 1, false, "The variance of x, taken for a sample; NULL for one row.",
			Example{"vars(x) FROM [100, 150, 200]", "2500"}, Example{"vars(x) FROM [100]", "null"}),
		spread("stddev", []string{"stddev_pop"}, 0, true, "The standard deviation of x, taken for the whole population.", Example{"stddev(x) FROM [100, 150, 200]", "40.824829046386306"}),
		spread("stddevs", []string{"stddev_samp"}, 1, true, "The standard deviation of x, taken for a sample; NULL for one row.",
			Example{"stddevs(x) FROM [100, 150, 200]", "50"}, Example{"stddevs(x) FROM [100]", "null"}),
	}
}

func spread(name string, aliases []string, less int64, root bool, doc string, examples ...Example) *Func {
	return &Func{
		Name: name, Aliases: aliases, Family: "aggregate", Returns: Float, Nulls: NullIsSkipped,
		Params:    []Param{{Name: "x", Type: Number}},
		Aggregate: func() Aggregate { return &variance{less: less, root: root} },
		Doc:       doc, Examples: examples,
	}
}

// variance sums the squares of the distances from the mean, which moves with
// each row (Welford), and for two groups of rows from the mean of both (Chan).
type variance struct {
	less int64 // by what the divisor is less than the number of rows
	root bool  // the standard deviation is wanted

	n             int64
	mean, squares float64
}

func (a *variance) Add(_ *Context, args []tag.Value) error {
	x, err := number("x", args[0])
	if err != nil {
		return err
	}
	a.n++
	distance := x - a.mean
	a.mean += distance / float64(a.n)
	a.squares += distance * (x - a.mean)
	return nil
}

func (a *variance) Merge(other Aggregate) {
	b := other.(*variance)
	if b.n == 0 {
		return
	}
	n := a.n + b.n
	distance := b.mean - a.mean
	a.squares += b.squares + distance*distance*float64(a.n)*float64(b.n)/float64(n)
	a.mean += distance * float64(b.n) / float64(n)
	a.n = n
}

func (a *variance) Result(*Context) (tag.Value, error) {
	if a.n <= a.less {
		return tag.NullOf(tag.Good), nil
	}
	v := a.squares / float64(a.n-a.less)
	if a.root {
		v = math.Sqrt(v)
	}
	return realOf(v), nil
}

// Reset makes the state that of no rows.
func (a *variance) Reset() { *a = variance{less: a.less, root: a.root} }

func (a *variance) AppendState(dst []byte) []byte {
	return state.AppendFloat(state.AppendFloat(state.AppendInt(dst, a.n), a.mean), a.squares)
}

func (a *variance) RestoreState(src *state.Reader) {
	a.n, a.mean, a.squares = src.Int(), src.Float(), src.Float()
}
