package scale

import (
	"fmt"
	"math"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"github.com/holdfast-edge/holdfast/tag"
)

func linear(t testing.TB, scale, offset float64) *Linear {
	t.Helper()
	l, err := NewLinear(scale, offset)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func wantValue(t testing.TB, got, want tag.Value) {
	t.Helper()
	if !got.Equal(want) {
		t.Errorf("got %s %s %v, want %s %s %v", got.Kind(), show(got), got.Quality(), want.Kind(), show(want), want.Quality())
	}
}

func show(v tag.Value) string { return string(tag.AppendJSON(nil, v)) }

func TestATenthOfThreeHundredIsThirty(t *testing.T) {
	wantValue(t, linear(t, 0.1, 0).Apply(tag.IntOf(300)), tag.FloatOf(30))
}

func TestAScaledIntegerIsTheNumberThatARuleWrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.Int64Range(-1<<40, 1<<40).Draw(t, "raw")
		places := rapid.IntRange(1, 6).Draw(t, "places")
		l, err := NewLinear(math.Pow10(-places), 0)
		if err != nil {
			t.Fatal(err)
		}
		written, err := strconv.ParseFloat(fmt.Sprintf("%de-%d", raw, places), 64)
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := l.Apply(tag.IntOf(raw)).Float(); got != written {
			t.Fatalf("raw %d with %d places is %v, want %v", raw, places, got, written)
		}
	})
}

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.Int64Range(-1<<31, 1<<32).Draw(t, "raw")
		scale := rapid.SampledFrom([]float64{1, 0.1, 0.01, 0.5, 2, 10, -1, 0.25, 0.003}).Draw(t, "scale")
		offset := rapid.SampledFrom([]float64{0, -40, 273.15, 0.5}).Draw(t, "offset")
		l, err := NewLinear(scale, offset)
		if err != nil {
			t.Fatal(err)
		}
		back, err := l.Invert(l.Apply(tag.IntOf(raw)), true)
		if err != nil || !back.Equal(tag.IntOf(raw)) {
			t.Fatalf("raw %d came back as %s, %v", raw, show(back), err)
		}
	})
}

func TestLinearScaling(t *testing.T) {
	for _, c := range []struct {
		scale, offset float64
		raw, want     tag.Value
	}{
		{1, 0, tag.IntOf(-7), tag.IntOf(-7)},
		{1, 0, tag.UintOf(math.MaxUint64), tag.UintOf(math.MaxUint64)},
		{1, -40, tag.IntOf(61), tag.IntOf(21)},
		{10, 0, tag.IntOf(5), tag.IntOf(50)},
		{0.1, -40, tag.IntOf(617), tag.FloatOf(21.7)},
		{0.1, 0, tag.UintOf(math.MaxUint64), tag.FloatOf(1844674407370955161.5)},
		{0.1, 0, tag.IntOf(math.MinInt64), tag.FloatOf(-922337203685477580.8)},
		{2, 0, tag.IntOf(math.MaxInt64), tag.UintOf(math.MaxUint64 - 1)},
		{2, 0, tag.UintOf(math.MaxUint64), tag.NullOf(tag.BadOutOfRange)},
		{1, 0, tag.FloatOf(21.5), tag.FloatOf(21.5)},
		{0.1, 0, tag.FloatOf(300), tag.FloatOf(30)},
		{1, 0, tag.FloatOf(math.NaN()), tag.NullOf(tag.BadSensorFailure)},
		{1, 0, tag.FloatOf(math.Inf(1)), tag.NullOf(tag.BadOutOfRange)},
		{1e300, 0, tag.FloatOf(1e300), tag.NullOf(tag.BadOutOfRange)},
		{1e-30, 0, tag.IntOf(1), tag.FloatOf(1e-30)},
		{0.1, 0, tag.StringOf("x"), tag.StringOf("x")},
		{0.1, 0, tag.NullOf(tag.BadTimeout), tag.NullOf(tag.BadTimeout)},
		{0.1, 0, tag.IntOf(10).WithQuality(tag.UncertainInitial), tag.FloatOf(1).WithQuality(tag.UncertainInitial)},
	} {
		wantValue(t, linear(t, c.scale, c.offset).Apply(c.raw), c.want)
	}
}

func TestAWriteRoundsToTheNearestRawNumber(t *testing.T) {
	l := linear(t, 0.1, 0)
	for _, c := range []struct {
		v    float64
		want int64
	}{{21.57, 216}, {1.1, 11}, {0.05, 1}, {-0.05, -1}, {0.04, 0}} {
		got, err := l.Invert(tag.FloatOf(c.v), true)
		if err != nil {
			t.Fatal(err)
		}
		wantValue(t, got, tag.IntOf(c.want))
	}
}

func TestWhatIsNoNumberIsNotWritten(t *testing.T) {
	l := linear(t, 0.1, 0)
	for _, v := range []tag.Value{
		tag.StringOf("30"), tag.NullOf(tag.Good), tag.FloatOf(math.NaN()), tag.FloatOf(math.Inf(-1)),
		tag.IntOf(3).WithQuality(tag.BadTimeout),
	} {
		if raw, err := l.Invert(v, true); err == nil {
			t.Errorf("%s was turned into raw %s", show(v), show(raw))
		}
	}
	if raw, err := l.Invert(tag.FloatOf(1e300), true); err == nil {
		t.Errorf("1e300 was turned into raw %s", show(raw))
	}
}

func TestAnImpossibleScaleIsRefused(t *testing.T) {
	for _, c := range [][2]float64{{0, 0}, {math.NaN(), 0}, {math.Inf(1), 0}, {1, math.NaN()}, {1, math.Inf(-1)}} {
		if _, err := NewLinear(c[0], c[1]); err == nil {
			t.Errorf("scale %v, offset %v were taken", c[0], c[1])
		}
	}
}

func TestScalingDoesNotAllocate(t *testing.T) {
	l := linear(t, 0.1, -40)
	whole, float := tag.IntOf(617), tag.FloatOf(21.73)
	if n := testing.AllocsPerRun(100, func() {
		l.Apply(whole)
		l.Apply(float)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkLinear(b *testing.B) {
	l := linear(b, 0.1, -40)
	raw := tag.IntOf(617)
	b.ReportAllocs()
	for b.Loop() {
		l.Apply(raw)
	}
}
