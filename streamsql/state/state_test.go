package state_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/streamsql/state"
	"github.com/holdfast-edge/holdfast/tag"
)

func samples(t testing.TB) []tag.Value {
	t.Helper()
	o, err := tag.NewObject([]string{"a", "ü"}, []tag.Value{tag.IntOf(1), tag.StringOf("x")})
	if err != nil {
		t.Fatal(err)
	}
	return []tag.Value{
		{},
		tag.NullOf(tag.BadTimeout), tag.BoolOf(true), tag.IntOf(math.MinInt64), tag.UintOf(math.MaxUint64),
		tag.FloatOf(-0.5), tag.FloatOf(math.Inf(1)), tag.StringOf(""), tag.StringOf("grüße").WithQuality(tag.UncertainLastUsable),
		tag.BytesOf([]byte{0, 255}), tag.NanosOf(1541152486013000000), tag.ArrayOf([]tag.Value{tag.IntOf(1), tag.NullOf(tag.Good)}),
		tag.ObjectOf(o), tag.ArrayOf([]tag.Value{tag.ObjectOf(o)}),
	}
}

func TestEveryValueComesBackWithItsQuality(t *testing.T) {
	for _, v := range samples(t) {
		r := state.NewReader(state.AppendValue(nil, v))
		if got := r.Value(); !got.Equal(v) || r.Err() != nil || r.Len() != 0 {
			t.Errorf("%v came back as %v (%v, %d bytes left)", v, got, r.Err(), r.Len())
		}
	}
}

func TestThingsComeBackInTheOrderTheyWereWritten(t *testing.T) {
	b := state.AppendInt(nil, -300)
	b = state.AppendBool(b, true)
	b = state.AppendFloat(b, 2.5)
	b = state.AppendString(b, "pump")
	b = state.AppendValues(b, samples(t))
	r := state.NewReader(b)
	if r.Int() != -300 || !r.Bool() || r.Float() != 2.5 || r.String() != "pump" || len(r.Values()) != len(samples(t)) {
		t.Fatal("something came back different")
	}
	if r.Err() != nil || r.Len() != 0 {
		t.Fatal(r.Err(), r.Len())
	}
}

func TestEveryTruncationIsAnError(t *testing.T) {
	whole := state.AppendValues(nil, samples(t))
	for n := range len(whole) {
		r := state.NewReader(whole[:n])
		r.Values()
		if r.Err() == nil {
			t.Fatalf("the first %d of %d bytes read without an error", n, len(whole))
		}
	}
}

func TestADamagedCountAsksForNoMemory(t *testing.T) {
	r := state.NewReader(state.AppendInt(nil, math.MaxInt64))
	if r.Values(); r.Err() == nil {
		t.Fatal("no error")
	}
}

func TestTheFirstErrorStays(t *testing.T) {
	r := state.NewReader(nil)
	r.Float()
	first := r.Err()
	r.Fail("window")
	if _ = r.String(); !errors.Is(r.Err(), first) || !strings.Contains(first.Error(), "number") {
		t.Fatal(r.Err())
	}
}

func FuzzReader(f *testing.F) {
	f.Add(state.AppendValues(nil, samples(f)))
	f.Add([]byte{10, 10, 0, 0, 2})
	f.Fuzz(func(t *testing.T, data []byte) {
		r := state.NewReader(data)
		values := r.Values()
		if r.Err() != nil {
			return
		}
		again := state.NewReader(state.AppendValues(nil, values)).Values()
		if !tag.ArrayOf(again).Equal(tag.ArrayOf(values)) {
			t.Fatalf("%v became %v", values, again)
		}
	})
}
