package fn_test

import (
	"math"
	"testing"

	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/tag"
)

// stepped steps an analytic function through rows and returns what it gave last.
func stepped(t *testing.T, name string, args []tag.Value, times ...int64) tag.Value {
	t.Helper()
	f, ok := fn.Standard().Resolve(name, len(args))
	if !ok {
		t.Fatalf("no function is called %s", name)
	}
	a := f.Analytic()
	var last tag.Value
	for i, at := range times {
		if x, ok := args[0].Int(); ok {
			args[0] = tag.IntOf(x + int64(i))
		}
		var err error
		if last, err = a.Step(&fn.Context{RowTime: at * 1e9}, args, true); err != nil {
			t.Fatal(err)
		}
	}
	return last
}

// A clock that was set back by an hour must not silence an alarm for that long.
func TestBehindAClockThatWasSetBackTimesAreCountedFromThere(t *testing.T) {
	args := []tag.Value{tag.BoolOf(true), tag.StringOf("5s")}
	if got := stepped(t, "hold", args, 3600, 0, 4); got.Bool() {
		t.Error("held for four seconds, it has held for five")
	}
	if got := stepped(t, "hold", args, 3600, 0, 5); !got.Bool() {
		t.Error("held for five seconds, it has not")
	}
	if got := stepped(t, "rate", []tag.Value{tag.IntOf(1)}, 3600, 0); !got.IsNull() {
		t.Error("there is a rate backwards in time")
	}
	if got, _ := stepped(t, "rate", []tag.Value{tag.IntOf(1)}, 3600, 0, 2).Float(); got != 1 {
		t.Errorf("a rate of %v, want 1", got)
	}
}

// A sensor that has said once that it has no number must not be stuck there.
func TestWhatIsNotANumberHoldsNoAlarmAndNoDeadbandUp(t *testing.T) {
	steps := func(name string, rest []tag.Value, xs ...float64) (last tag.Value) {
		f, ok := fn.Standard().Lookup(name)
		if !ok {
			t.Fatalf("no function is called %s", name)
		}
		a := f.Analytic()
		for _, x := range xs {
			var err error
			if last, err = a.Step(&fn.Context{}, append([]tag.Value{tag.FloatOf(x)}, rest...), true); err != nil {
				t.Fatal(err)
			}
		}
		return last
	}
	nan := math.NaN()
	if got, _ := steps("deadband", []tag.Value{tag.IntOf(1)}, nan, 5).Float(); got != 5 {
		t.Errorf("behind what is not a number a deadband shows %v", got)
	}
	if !steps("hysteresis", []tag.Value{tag.IntOf(1), tag.IntOf(2)}, 3, nan).Bool() {
		t.Error("an alarm is over because of what is not a number")
	}
	if got := steps("interpolate", []tag.Value{tag.StringOf("3000-01-01")}, 1, 2); !got.IsNull() {
		t.Errorf("a value of the year 3000 is %v", got)
	}
}
