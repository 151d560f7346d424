package fn

import (
	"fmt"

	"github.com/holdfast-edge/holdfast/streamsql/state"
	"github.com/holdfast-edge/holdfast/tag"
)

// accumulators are the aggregates over all rows so far: acc_sum and the like.
func accumulators() []*Func {
	return []*Func{
		accumulator("acc_count", Int, "The number of rows so far where x is not NULL.", func() Aggregate { return new(count) }),
		accumulator("acc_sum", Float, "The sum of x over the rows so far.", func() Aggregate { return new(total) }),
		accumulator("acc_avg", Float, "The mean of x over the rows so far.", func() Aggregate { return new(average) }),
		accumulator("acc_min", Any, "The least x of the rows so far.", func() Aggregate { return &extreme{sign: -1} }),
		accumulator("acc_max", Any, "The greatest x of the rows so far.", func() Aggregate { return &extreme{sign: 1} }),
	}
}

func accumulator(name string, returns Type, doc string, aggregate func() Aggregate) *Func {
	return &Func{
		Name: name, Family: "analytic", Returns: returns, Nulls: NullIsValue, Doc: doc,
		Params:   []Param{{Name: "x", Type: Any}},
		Analytic: func() Analytic { return &accumulated{aggregate: aggregate()} },
	}
}

// accumulated is an aggregate that is asked at each row. A row that does not
// count gives what the last one gave.
type accumulated struct {
	aggregate Aggregate
	any       bool // a row has counted
}

func (a *accumulated) Step(c *Context, args []tag.Value, when bool) (tag.Value, error) {
	if when && !args[0].IsNull() {
		if !args[0].Kind().IsNumber() && args[0].Kind() != tag.Bool {
			return tag.Value{}, fmt.Errorf("x is %s: want a number", args[0].Kind())
		}
		if err := a.aggregate.Add(c, args); err != nil {
			return tag.Value{}, err
		}
		a.any = true
	}
	if !a.any {
		return tag.NullOf(tag.Good), nil
	}
	return a.aggregate.Result(c)
}

func (a *accumulated) AppendState(dst []byte) []byte {
	return a.aggregate.AppendState(state.AppendBool(dst, a.any))
}

func (a *accumulated) RestoreState(src *state.Reader) {
	a.any = src.Bool()
	a.aggregate.RestoreState(src)
}
