package value_test

import (
	"errors"
	"math"
	"testing"

	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestWholeNumbersStayWholeUntilTheyOverflow(t *testing.T) {
	i, f := tag.IntOf, tag.FloatOf
	for _, c := range []struct {
		op   func(a, b tag.Value) tag.Value
		a, b tag.Value
		want tag.Value
	}{
		{value.Add, i(1), i(2), i(3)},
		{value.Add, i(math.MaxInt64), i(1), f(math.MaxInt64)},
		{value.Subtract, i(math.MinInt64), i(1), f(math.MinInt64)},
		{value.Subtract, i(5), i(0), i(5)},
		{value.Multiply, i(math.MinInt64), i(-1), f(-math.MinInt64)},
		{value.Multiply, i(math.MinInt64), i(1), i(math.MinInt64)},
		{value.Multiply, i(1 << 32), i(1 << 31), f(1 << 63)},
		{value.Divide, i(7), i(2), i(3)},
		{value.Divide, i(-7), i(2), i(-3)},
		{value.Divide, i(math.MinInt64), i(-1), f(-math.MinInt64)},
		{value.Divide, i(1), i(0), tag.NullOf(tag.Good)},
		{value.Divide, f(1), f(4), f(0.25)},
		{value.Modulo, i(7), i(-2), i(1)},
		{value.Modulo, i(math.MinInt64), i(-1), i(0)},
		{value.Modulo, f(7.9), i(2), f(1)},
		{value.Modulo, i(7), f(0.5), tag.NullOf(tag.Good)},
		{value.Add, tag.StringOf("3x"), i(1), i(4)},
		{value.Add, tag.StringOf("1.5"), i(1), f(2.5)},
		{value.Add, f(math.Inf(1)), f(math.Inf(-1)), tag.NullOf(tag.Good)},
		{value.And, i(6), i(3), i(2)},
		{value.Or, i(6), i(1), i(7)},
		{value.ShiftLeft, i(1), i(-1), i(0)},
		{value.ShiftLeft, i(1), i(64), i(0)},
		{value.ShiftRight, i(-8), i(1), i(-4)},
		{value.ShiftRight, i(-8), i(100), i(-1)},
		{value.ShiftRight, i(1), i(math.MinInt64), i(0)},
	} {
		if got := c.op(c.a, c.b); !got.Equal(c.want) {
			t.Errorf("%s, %s: got %s, want %s", tag.AppendJSON(nil, c.a), tag.AppendJSON(nil, c.b), tag.AppendJSON(nil, got), tag.AppendJSON(nil, c.want))
		}
	}
}

func TestWhatIsComputedCarriesTheWorstQuality(t *testing.T) {
	doubtful, bad := tag.IntOf(1).WithQuality(tag.UncertainLastUsable), tag.IntOf(1).WithQuality(tag.BadTimeout)
	if q := value.Add(doubtful, tag.IntOf(1)).Quality(); q != tag.UncertainLastUsable {
		t.Error(q)
	}
	sum := value.Multiply(doubtful, bad)
	if !sum.IsNull() || sum.Quality() != tag.BadTimeout {
		t.Errorf("%v of quality %v", sum, sum.Quality())
	}
	if q := value.Concat(tag.StringOf("a"), doubtful).Quality(); q != tag.UncertainLastUsable {
		t.Error(q)
	}
}

func TestStrictOperatorsRefuseOtherTypes(t *testing.T) {
	var mismatch *value.MismatchError
	if _, err := value.StrictArithmetic("*", tag.StringOf("3"), tag.IntOf(2)); !errors.As(err, &mismatch) {
		t.Error(err)
	}
	if _, err := value.StrictCompare("=", tag.StringOf("3"), tag.IntOf(3)); !errors.As(err, &mismatch) {
		t.Error(err)
	}
	if _, err := value.StrictBits("&", tag.FloatOf(1), tag.IntOf(3)); !errors.As(err, &mismatch) {
		t.Error(err)
	}
	if _, err := value.StrictArithmetic("/", tag.IntOf(3), tag.IntOf(0)); !errors.Is(err, value.ErrDivisionByZero) {
		t.Error(err)
	}
	if v, err := value.StrictArithmetic("%", tag.FloatOf(7.5), tag.IntOf(2)); err != nil || !v.Equal(tag.FloatOf(1.5)) {
		t.Error(v, err)
	}
	if c, err := value.StrictCompare("<", tag.NanosOf(0), tag.StringOf("1970-01-01T00:00:01Z")); err != nil || c != -1 {
		t.Error(c, err)
	}
}

func TestStrictBitsShiftWholeNumbersOnly(t *testing.T) {
	for op, want := range map[string]int64{"&": 2, "|": 6, "<<": 24, ">>": 1} {
		if v, err := value.StrictBits(op, tag.IntOf(6), tag.IntOf(2)); err != nil || !v.Equal(tag.IntOf(want)) {
			t.Errorf("6 %s 2 is %v (%v)", op, v, err)
		}
	}
	var mismatch *value.MismatchError
	if _, err := value.StrictBits("<<", tag.BoolOf(true), tag.BoolOf(true)); !errors.As(err, &mismatch) {
		t.Error(err)
	}
}

func TestBoolsAreEqualOrNotButHaveNoStrictOrder(t *testing.T) {
	var mismatch *value.MismatchError
	for _, op := range []string{"<", "<=", ">", ">="} {
		if _, err := value.StrictCompare(op, tag.BoolOf(true), tag.BoolOf(false)); !errors.As(err, &mismatch) {
			t.Errorf("%s: %v", op, err)
		}
	}
	if c, err := value.StrictCompare("=", tag.BoolOf(true), tag.BoolOf(true)); err != nil || c != 0 {
		t.Error(c, err)
	}
}

func TestOperatorsOnNumbersDoNotAllocate(t *testing.T) {
	a, b := tag.IntOf(5), tag.FloatOf(2)
	if n := testing.AllocsPerRun(100, func() {
		_ = value.Add(value.Multiply(a, b), value.Divide(a, b))
		_ = value.Compare(a, b)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
