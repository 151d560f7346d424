package fn_test

import (
	"testing"

	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestHotScalarFunctionsDoNotAllocate(t *testing.T) {
	x, y := tag.FloatOf(2.5), tag.IntOf(3)
	for name, args := range map[string][]tag.Value{
		"abs": {x}, "sign": {x}, "sqrt": {x}, "sin": {x}, "power": {x, y}, "mod": {x, y}, "ceil": {x}, "floor": {x}, "round": {x}, "log": {x},
		"bitand": {y, y}, "coalesce": {tag.NullOf(tag.Good), x}, "isnull": {x}, "startswith": {tag.StringOf("pump7"), tag.StringOf("pump")},
		"length": {tag.StringOf("pump")}, "hour": {tag.NanosOf(1)}, "nullif": {x, y}, "cardinality": {tag.ArrayOf(nil)},
	} {
		f, ok := fn.Standard().Lookup(name)
		if !ok {
			t.Errorf("%s is not there", name)
			continue
		}
		scalar, c := f.Scalar, &fn.Context{}
		if f.Bind != nil {
			bound, err := f.Bind(args)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			scalar = bound
		}
		if n := testing.AllocsPerRun(100, func() { _, _ = scalar(c, args) }); n > 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func TestHotAggregatesDoNotAllocate(t *testing.T) {
	args := []tag.Value{tag.FloatOf(2.5)}
	for _, name := range []string{"count", "sum", "avg", "total", "min", "max", "var", "vars", "stddev", "stddevs", "twa"} {
		f, _ := fn.Standard().Lookup(name)
		a, c := f.Aggregate(), &fn.Context{}
		if n := testing.AllocsPerRun(100, func() {
			c.RowTime++
			_ = a.Add(c, args)
			_, _ = a.Result(c)
		}); n > 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func TestAPercentileDoesNotAllocateOnceItsWindowIsFull(t *testing.T) {
	f, _ := fn.Standard().Lookup("median")
	a, c := f.Slides(), &fn.Context{}
	args := []tag.Value{tag.FloatOf(2.5)}
	for range 100 {
		_ = a.Add(c, args)
	}
	if n := testing.AllocsPerRun(100, func() {
		a.Subtract(c, args)
		_ = a.Add(c, args)
		_, _ = a.Result(c)
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestHotAnalyticFunctionsDoNotAllocate(t *testing.T) {
	x := tag.FloatOf(2.5)
	for name, args := range map[string][]tag.Value{
		"lag": {x}, "latest": {x}, "had_changed": {tag.BoolOf(true), x}, "changed_col": {tag.BoolOf(true), x}, "rate": {x},
		"deadband": {x, tag.IntOf(1)}, "hysteresis": {x, tag.IntOf(1), tag.IntOf(2)}, "acc_sum": {x}, "acc_avg": {x}, "acc_count": {x},
		"consecutive_count": {tag.BoolOf(true)}, "change_to": {x, x},
	} {
		f, ok := fn.Standard().Lookup(name)
		if !ok {
			t.Errorf("%s is not there", name)
			continue
		}
		a, c := f.Analytic(), &fn.Context{}
		if n := testing.AllocsPerRun(100, func() {
			c.RowTime++
			_, _ = a.Step(c, args, true)
		}); n > 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
