package fn

import (
	"github.com/holdfast-edge/holdfast/streamsql/state"
	"github.com/holdfast-edge/holdfast/tag"
)

// accumulator is an aggregate over all rows so far.
type accumulator struct {
	name      string
	params    []Param // without begin and reset
	returns   Type
	empty     tag.Value // before the first row
	aggregate func() Aggregate
	doc       string
	examples  []Example
}

// accumulators returns them with what they give before the first row: nothing,
// or as in eKuiper zero.
func accumulators(nothing tag.Value) []*Func {
	x := Param{Name: "x", Type: Any}
	by := Param{Name: "by", Type: Number}
	list := []accumulator{
		{
			"acc_count",
			[]Param{x},
			Int, tag.IntOf(0), func() Aggregate { return new(count) },
			"The number of rows so far where x is not NULL.",
			[]Example{{"acc_count(x) FROM [5, null, 6]", "[1,1,2]"}},
		},
		{
			"acc_sum",
			[]Param{x},
			Float, tag.FloatOf(0), numbers(func() Aggregate { return new(total) }),
			"The sum of x over the rows so far where it is not NULL.",
			[]Example{{"acc_sum(x) FROM [1, null, 2]", "[1,1,3]"}, {"acc_sum(x, x = 2, x = 5) FROM [1, 2, 3, 5, 7]", "[0,2,5,10,0]"}},
		},
		{
			"acc_avg",
			[]Param{x},
			Float, nothing, numbers(func() Aggregate { return new(average) }),
			"The mean of x over the rows so far where it is not NULL.",
			[]Example{{"acc_avg(x) FROM [1, null, 2]", "[1,1,1.5]"}},
		},
		{
			"acc_min",
			[]Param{x},
			Number, nothing, numbers(func() Aggregate { return &extreme{sign: -1} }),
			"The least x of the rows so far where it is not NULL.",
			[]Example{{"acc_min(x) FROM [2, null, 1]", "[2,2,1]"}},
		},
		{
			"acc_max",
			[]Param{x},
			Number, nothing, numbers(func() Aggregate { return &extreme{sign: 1} }),
			"The greatest x of the rows so far where it is not NULL.",
			[]Example{{"acc_max(x) FROM [2, null, 3]", "[2,2,3]"}},
		},
		{
			"acc_collect",
			[]Param{x},
			Array, tag.ArrayOf(nil), func() Aggregate { return new(collected) },
			"An array of x of the rows so far where it is not NULL.",
			[]Example{{"acc_collect(x) FROM [1, null, 1]", "[[1],[1],[1,1]]"}},
		},
		{
			"acc_distinct_collect",
			[]Param{x},
			Array, tag.ArrayOf(nil), func() Aggregate { return &collected{set: newElementSet()} },
			"An array of the values of x so far without NULL, each of them once.",
			[]Example{{"acc_distinct_collect(x) FROM [1, 1, null, 2]", "[[1],[1],[1],[1,2]]"}},
		},
		{
			"acc_max_by",
			[]Param{x, by},
			Any, tag.NullOf(tag.Good), func() Aggregate { return &valueBy{sign: 1} },
			"x of the row so far with the greatest number by, the last of several.",
			[]Example{{"acc_max_by('a' || x, x) FROM [1, 3, 2]", `["a1","a3","a3"]`}},
		},
		{
			"acc_min_by",
			[]Param{x, by},
			Any, tag.NullOf(tag.Good), func() Aggregate { return &valueBy{sign: -1} },
			"x of the row so far with the least number by, the last of several.",
			[]Example{{"acc_min_by('a' || x, x) FROM [2, 1, 3]", `["a2","a1","a1"]`}},
		},
		{
			"acc_map_agg",
			[]Param{{Name: "key", Type: Any}, x},
			Array, tag.ArrayOf(nil), func() Aggregate { return new(valueByKey) },
			"An array of objects of a key and the last x of it so far.",
			[]Example{{"acc_map_agg('k', x) FROM [1, 2]", `[[{"key":"k","value":1}],[{"key":"k","value":2}]]`}},
		},
	}
	functions := make([]*Func, len(list))
	for i, a := range list {
		functions[i] = a.function()
	}
	return functions
}

func (a accumulator) function() *Func {
	n := len(a.params)
	return &Func{
		Name: a.name, Family: "analytic", Returns: a.returns, Nulls: NullIsValue, Examples: a.examples,
		Params: append(append([]Param{}, a.params...), Param{Name: "begin", Type: Bool, Optional: true}, Param{Name: "reset", Type: Bool, Optional: true}),
		Analytic: func() Analytic {
			return &accumulated{make: a.aggregate, aggregate: a.aggregate(), values: n, empty: a.empty, countsFirst: a.name != "acc_max_by" && a.name != "acc_min_by"}
		},
		Doc: a.doc + " With begin and reset it counts from a row where begin holds up to and with one where reset does.",
	}
}

// accumulated is an aggregate that is asked at each row. A row that does not
// count gives what the last one gave.
//
//	waiting ── begin ──▶ counting ── reset ──▶ waiting, empty at the next row
type accumulated struct {
	make        func() Aggregate
	values      int // arguments of the aggregate
	empty       tag.Value
	countsFirst bool // rows where the first argument is NULL do not count

	aggregate Aggregate
	counting  bool
	any       bool // a row has counted
}

func (a *accumulated) Step(c *Context, args []tag.Value, when bool) (tag.Value, error) {
	begin, reset, err := a.conditions(args)
	if err != nil {
		return tag.Value{}, err
	}
	if !a.counting && len(args) > a.values {
		a.aggregate, a.any = a.make(), false
	}
	a.counting = a.counting || begin
	if when && a.counting && !(a.countsFirst && args[0].IsNull()) {
		if err := a.aggregate.Add(c, args[:a.values]); err != nil {
			return tag.Value{}, err
		}
		a.any = true
	}
	a.counting = a.counting && !reset
	if !a.any {
		return a.empty, nil
	}
	return a.aggregate.Result(c)
}

// conditions returns whether counting begins and ends; without such arguments
// it always goes on.
func (a *accumulated) conditions(args []tag.Value) (begin, reset bool, err error) {
	if len(args) == a.values {
		return true, false, nil
	}
	if begin, err = truth("begin", args[a.values]); err != nil || len(args) == a.values+1 {
		return begin, false, err
	}
	reset, err = truth("reset", args[a.values+1])
	return begin, reset, err
}

func (a *accumulated) AppendState(dst []byte) []byte {
	return a.aggregate.AppendState(state.AppendBool(state.AppendBool(dst, a.any), a.counting))
}

func (a *accumulated) RestoreState(src *state.Reader) {
	a.any, a.counting = src.Bool(), src.Bool()
	a.aggregate.RestoreState(src)
}

// numbers makes aggregates that fail for what is no number.
func numbers(aggregate func() Aggregate) func() Aggregate {
	return func() Aggregate { return &typed{Aggregate: aggregate(), of: Number} }
}
