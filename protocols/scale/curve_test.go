package scale

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/holdfast-edge/holdfast/tag"
)

func scaling(t testing.TB, o *Options) Scaling {
	t.Helper()
	s, err := New(1, 0, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestARangeIsMappedExactlyAtItsEnds(t *testing.T) {
	s := scaling(t, &Options{Curve: "linear", Raw: []float64{0, 27648}, To: []float64{-50, 150}})
	wantValue(t, s.Apply(tag.IntOf(0)), tag.FloatOf(-50))
	wantValue(t, s.Apply(tag.IntOf(13824)), tag.FloatOf(50))
	wantValue(t, s.Apply(tag.IntOf(27648)), tag.FloatOf(150))
	wantValue(t, s.Apply(tag.IntOf(55296)), tag.FloatOf(350))
}

func TestAClampedRangeEndsUncertain(t *testing.T) {
	s := scaling(t, &Options{Curve: "linear", Raw: []float64{4000, 20000}, To: []float64{0, 10}, Clamp: true})
	wantValue(t, s.Apply(tag.IntOf(3600)), tag.FloatOf(0).WithQuality(tag.UncertainUnitsExceeded))
	wantValue(t, s.Apply(tag.IntOf(12000)), tag.FloatOf(5))
	wantValue(t, s.Apply(tag.IntOf(21000)), tag.FloatOf(10).WithQuality(tag.UncertainUnitsExceeded))
}

func TestARootIsTakenOfThePart(t *testing.T) {
	s := scaling(t, &Options{Curve: "square_root", Raw: []float64{0, 100}, To: []float64{0, 50}})
	wantValue(t, s.Apply(tag.IntOf(25)), tag.FloatOf(25))
	wantValue(t, s.Apply(tag.IntOf(100)), tag.FloatOf(50))
	wantValue(t, s.Apply(tag.IntOf(-1)), tag.NullOf(tag.BadOutOfRange))
	wantValue(t, s.Apply(tag.FloatOf(math.NaN())), tag.NullOf(tag.BadSensorFailure))
	raw, err := s.Invert(tag.FloatOf(25), true)
	if err != nil {
		t.Fatal(err)
	}
	wantValue(t, raw, tag.IntOf(25))
	if _, err := s.Invert(tag.FloatOf(51), true); err == nil {
		t.Error("a value beyond the range was taken")
	}
}

func TestAClampedRootEndsUncertain(t *testing.T) {
	s := scaling(t, &Options{Curve: "square_root", Raw: []float64{0, 100}, To: []float64{0, 50}, Clamp: true})
	wantValue(t, s.Apply(tag.IntOf(-1)), tag.FloatOf(0).WithQuality(tag.UncertainUnitsExceeded))
	wantValue(t, s.Apply(tag.IntOf(400)), tag.FloatOf(50).WithQuality(tag.UncertainUnitsExceeded))
}

func TestATableJoinsItsPoints(t *testing.T) {
	s := scaling(t, &Options{Curve: "table", Points: []Point{{0, 0}, {10, 100}, {20, 120}}})
	wantValue(t, s.Apply(tag.IntOf(5)), tag.FloatOf(50))
	wantValue(t, s.Apply(tag.IntOf(10)), tag.FloatOf(100))
	wantValue(t, s.Apply(tag.IntOf(15)), tag.FloatOf(110))
	wantValue(t, s.Apply(tag.IntOf(21)), tag.NullOf(tag.BadOutOfRange))
	wantValue(t, s.Apply(tag.IntOf(-1)), tag.NullOf(tag.BadOutOfRange))
}

func TestATableIsInvertedOnEachOfItsLines(t *testing.T) {
	for _, points := range [][]Point{
		{{0, 0}, {10, 100}, {20, 120}, {50, 500}},
		{{0, 500}, {10, 120}, {20, 100}, {50, 0}},
	} {
		s := scaling(t, &Options{Curve: "table", Points: points})
		rapid.Check(t, func(t *rapid.T) {
			raw := tag.IntOf(rapid.Int64Range(0, 50).Draw(t, "raw"))
			back, err := s.Invert(s.Apply(raw), true)
			if err != nil || !back.Equal(raw) {
				t.Fatalf("raw %s came back as %s, %v", show(raw), show(back), err)
			}
		})
		if _, err := s.Invert(tag.IntOf(501), true); err == nil {
			t.Error("a value beyond the table was taken")
		}
	}
}

func TestATableThatTurnsCannotBeWritten(t *testing.T) {
	s := scaling(t, &Options{Curve: "table", Points: []Point{{0, 0}, {10, 100}, {20, 50}}})
	if s.Invertible() {
		t.Error("it says that it can")
	}
	if raw, err := s.Invert(tag.IntOf(60), true); err == nil {
		t.Errorf("60 was turned into raw %s", show(raw))
	}
}

func TestOptionsThatMakeNoCurveAreRefused(t *testing.T) {
	for _, o := range []*Options{
		{Curve: "table"},
		{Curve: "table", Points: []Point{{0, 0}}},
		{Curve: "table", Points: []Point{{1, 0}, {1, 5}}},
		{Curve: "table", Points: []Point{{2, 0}, {1, 5}}},
		{Curve: "table", Points: []Point{{0, math.NaN()}, {1, 5}}},
		{Curve: "linear"},
		{Curve: "linear", Raw: []float64{0, 1}, To: []float64{0}},
		{Curve: "square_root", Raw: []float64{0, 1}, To: []float64{5, 5}},
		{Curve: "square_root", Raw: []float64{1, 0}, To: []float64{0, 5}},
	} {
		if s, err := New(1, 0, o); err == nil {
			t.Errorf("%+v made %+v", *o, s)
		}
	}
	if _, err := New(0.1, 0, &Options{Curve: "linear", Raw: []float64{0, 1}, To: []float64{0, 2}}); err == nil {
		t.Error("scale and scaling were taken together")
	}
}

func TestWithoutOptionsScalingIsLinear(t *testing.T) {
	s, err := New(0.1, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	wantValue(t, s.Apply(tag.IntOf(10)), tag.FloatOf(2))
}
