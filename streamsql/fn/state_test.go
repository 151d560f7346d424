package fn_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/streamsql/state"
	"github.com/holdfast-edge/holdfast/tag"
)

// row is what a stateful function gets at one row.
type row struct {
	time int64
	args []tag.Value
	when bool
}

func (r row) context() *fn.Context {
	return &fn.Context{RowTime: r.time, Now: r.time, ColumnTime: r.time}
}

// constants are arguments that are the same in each row, by function and
// parameter.
var constants = map[string]tag.Value{
	"percentile percent": tag.IntOf(90), "percentile_cont fraction": tag.FloatOf(0.3), "percentile_disc fraction": tag.FloatOf(0.3),
	"deduplicate all": tag.BoolOf(true), "last_value ignore_null": tag.BoolOf(true), "group_concat separator": tag.StringOf("; "),
	"changed_cols prefix": tag.StringOf("c_"), "hold for": tag.StringOf("3s"), "hysteresis low": tag.IntOf(-10), "hysteresis high": tag.IntOf(10),
	"deadband width": tag.IntOf(5), "lag rows": tag.IntOf(3), "lag ignore_null": tag.BoolOf(false),
}

// rows returns random rows for a function, a second or more apart, each with
// arguments of the types that it wants, now and then NULL where it takes any.
func rows(f *fn.Func, n int, random *rand.Rand) []row {
	out := make([]row, n)
	for i := range out {
		out[i].time = int64(i)*1e9 + random.Int64N(1e9)
		out[i].when = random.IntN(4) > 0
		for _, p := range f.Params {
			v, fixed := constants[f.Name+" "+p.Name]
			if !fixed {
				v = argument(f, p, random)
			}
			out[i].args = append(out[i].args, v)
		}
	}
	return out
}

// objects are the functions whose first argument is an object, although they
// take any value.
var objects = map[string]bool{"merge_agg": true, "agg_by_key": true}

func argument(f *fn.Func, p fn.Param, random *rand.Rand) tag.Value {
	number := tag.IntOf(random.Int64N(40) - 20)
	if random.IntN(2) == 0 {
		number = tag.FloatOf(math.Trunc(random.Float64()*1000) / 8)
	}
	switch {
	case p.Named || p.Row || objects[f.Name]:
		o, err := tag.NewObject([]string{"a", fmt.Sprint("b", random.IntN(3))}, []tag.Value{number, tag.StringOf("x")})
		if err != nil {
			panic(err)
		}
		return tag.ObjectOf(o)
	case f.Nulls == fn.NullIsValue && p.Type == fn.Any && random.IntN(8) == 0:
		return tag.NullOf(tag.Good)
	case p.Type == fn.Bool || p.Name == "condition":
		return tag.BoolOf(random.IntN(3) > 0)
	case p.Type == fn.Text || p.Name == "key":
		return tag.StringOf(fmt.Sprint("key", random.IntN(3)))
	default:
		return number
	}
}

// stateful runs a test over every function of a kind, of both dialects.
func stateful(t *testing.T, kind fn.Kind, test func(t *testing.T, f *fn.Func, rows []row)) {
	for dialect, registry := range map[string]*fn.Registry{"standard": fn.Standard(), "ekuiper": fn.EKuiper()} {
		for _, f := range registry.All() {
			if f.Kind() != kind {
				continue
			}
			t.Run(dialect+"/"+f.Name, func(t *testing.T) {
				random := rand.New(rand.NewPCG(7, uint64(len(f.Name))))
				for range 20 {
					test(t, f, rows(f, 1+random.IntN(40), random))
				}
			})
		}
	}
}

func add(t *testing.T, f *fn.Func, a fn.Aggregate, rows []row) {
	t.Helper()
	for _, r := range rows {
		if f.Nulls == fn.NullIsSkipped && r.args[0].IsNull() {
			continue
		}
		if err := a.Add(r.context(), r.args); err != nil {
			t.Fatalf("add %v: %v", r.args, err)
		}
	}
}

func aggregated(t *testing.T, f *fn.Func, rows []row) fn.Aggregate {
	t.Helper()
	a := f.Aggregate()
	add(t, f, a, rows)
	return a
}

// result returns the result of an aggregate, or its error as a text.
func result(a fn.Aggregate) tag.Value {
	v, err := a.Result(&fn.Context{})
	if err != nil {
		return tag.StringOf(err.Error())
	}
	return v
}

// expectSame compares results; Floats may differ in the last digits.
func expectSame(t *testing.T, what string, got, want tag.Value) {
	t.Helper()
	x, _ := got.Float()
	y, _ := want.Float()
	if got.Kind() == tag.Float && want.Kind() == tag.Float && math.Abs(x-y) <= 1e-9*max(1, math.Abs(y)) {
		return
	}
	if a, b := string(tag.AppendJSON(nil, got)), string(tag.AppendJSON(nil, want)); a != b {
		t.Errorf("%s: got %s, want %s", what, a, b)
	}
}

func TestAnAggregateGoesOnWhereItsStateWasKept(t *testing.T) {
	stateful(t, fn.AggregateKind, func(t *testing.T, f *fn.Func, rows []row) {
		kept := aggregated(t, f, rows[:len(rows)/2]).AppendState(nil)
		a, src := f.Aggregate(), state.NewReader(kept)
		if a.RestoreState(src); src.Err() != nil || src.Len() > 0 {
			t.Fatalf("restore: %v, %d octets are left", src.Err(), src.Len())
		}
		add(t, f, a, rows[len(rows)/2:])
		expectSame(t, "restored in the middle", result(a), result(aggregated(t, f, rows)))
	})
}

func TestTwoHalvesMergeToTheWhole(t *testing.T) {
	stateful(t, fn.AggregateKind, func(t *testing.T, f *fn.Func, rows []row) {
		for _, at := range []int{0, len(rows) / 2, len(rows)} {
			first, second := aggregated(t, f, rows[:at]), aggregated(t, f, rows[at:])
			before := string(second.AppendState(nil))
			first.Merge(second)
			expectSame(t, fmt.Sprintf("merged at %d of %d", at, len(rows)), result(first), result(aggregated(t, f, rows)))
			if string(second.AppendState(nil)) != before {
				t.Error("the second half has changed")
			}
		}
	})
}

func TestWhatLeavesAWindowIsForgotten(t *testing.T) {
	stateful(t, fn.AggregateKind, func(t *testing.T, f *fn.Func, rows []row) {
		a := f.Slides()
		if a == nil {
			t.Skip("it does not slide")
		}
		gone := rows[:len(rows)/2]
		add(t, f, a, rows)
		for _, r := range gone {
			if f.Nulls != fn.NullIsSkipped || !r.args[0].IsNull() {
				a.Subtract(r.context(), r.args)
			}
		}
		expectSame(t, "after half has left", result(a), result(aggregated(t, f, rows[len(gone):])))
	})
}

func TestAResetAggregateIsAsNew(t *testing.T) {
	stateful(t, fn.AggregateKind, func(t *testing.T, f *fn.Func, rows []row) {
		a := aggregated(t, f, rows)
		reset, ok := a.(fn.Resetter)
		if !ok {
			t.Skip("it is made anew")
		}
		reset.Reset()
		add(t, f, a, rows[len(rows)/3:])
		expectSame(t, "after the reset", result(a), result(aggregated(t, f, rows[len(rows)/3:])))
	})
}

func TestAnAnalyticFunctionGoesOnWhereItsStateWasKept(t *testing.T) {
	stateful(t, fn.AnalyticKind, func(t *testing.T, f *fn.Func, rows []row) {
		a, b := f.Analytic(), f.Analytic()
		for i, r := range rows {
			want, err := a.Step(r.context(), r.args, r.when)
			if err != nil {
				t.Fatalf("row %d: %v", i, err)
			}
			restored, src := f.Analytic(), state.NewReader(b.AppendState(nil))
			if restored.RestoreState(src); src.Err() != nil || src.Len() > 0 {
				t.Fatalf("restore before row %d: %v, %d octets are left", i, src.Err(), src.Len())
			}
			b = restored
			got, err := b.Step(r.context(), r.args, r.when)
			if err != nil {
				t.Fatalf("row %d restored: %v", i, err)
			}
			expectSame(t, fmt.Sprintf("row %d of %v", i, r.args), got, want)
		}
	})
}

func TestADamagedStateIsAnErrorAndNoPanic(t *testing.T) {
	damaged := func(t *testing.T, kept []byte, restore func(*state.Reader)) {
		for cut := range kept {
			src := state.NewReader(kept[:cut])
			if restore(src); src.Err() == nil {
				t.Errorf("%d of %d octets: no error", cut, len(kept))
			}
		}
		for i := range kept {
			changed := append([]byte(nil), kept...)
			changed[i] ^= 0xff
			restore(state.NewReader(changed))
		}
	}
	stateful(t, fn.AggregateKind, func(t *testing.T, f *fn.Func, rows []row) {
		damaged(t, aggregated(t, f, rows[:min(4, len(rows))]).AppendState(nil), func(src *state.Reader) { f.Aggregate().RestoreState(src) })
	})
	stateful(t, fn.AnalyticKind, func(t *testing.T, f *fn.Func, rows []row) {
		a := f.Analytic()
		for _, r := range rows[:min(4, len(rows))] {
			if _, err := a.Step(r.context(), r.args, r.when); err != nil {
				t.Fatal(err)
			}
		}
		damaged(t, a.AppendState(nil), func(src *state.Reader) { f.Analytic().RestoreState(src) })
	})
}
