package codec_test

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/holdfast-edge/holdfast/store/codec"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestAColumnOfOneValueRepeatedCostsNothingMore(t *testing.T) {
	values := make([]tag.Value, 10_000)
	for i := range values {
		values[i] = tag.StringOf("running").WithQuality(tag.UncertainLastUsable)
	}
	if n := len(codec.AppendColumn(nil, values)); n > 16 {
		t.Errorf("%d octets", n)
	}
}

func TestARegularClockCostsAnOctetATick(t *testing.T) {
	times := make([]int64, 1000)
	for i := range times {
		times[i] = 1_700_000_000_000_000_000 + int64(i)*100_000_000
	}
	encoded := codec.AppendTimes(nil, times)
	if n := len(encoded); n > len(times)+20 {
		t.Errorf("%d octets for %d times", n, len(times))
	}
	back := make([]int64, len(times))
	r := codec.NewReader(encoded)
	if r.Times(back); r.Err() != nil || back[999] != times[999] || r.Len() != 0 {
		t.Errorf("last time %d, %v, %d octets left", back[999], r.Err(), r.Len())
	}
}

func TestAScaledSignalCostsAnOctetASample(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	values := make([]tag.Value, 1000)
	for i := range values {
		values[i] = tag.FloatOf(float64(215+random.IntN(20)) / 10)
	}
	if n := len(codec.AppendColumn(nil, values)); n > len(values)+8 {
		t.Errorf("%d octets for %d samples", n, len(values))
	}
}

func FuzzColumn(f *testing.F) {
	f.Add(uint16(3), codec.AppendColumn(nil, []tag.Value{tag.IntOf(1), tag.NullOf(tag.Bad), tag.StringOf("x")}))
	f.Add(uint16(9), codec.AppendColumn(nil, make([]tag.Value, 9)))
	f.Fuzz(func(t *testing.T, n uint16, data []byte) {
		values := make([]tag.Value, n)
		r := codec.NewReader(data)
		r.Column(values)
		if r.Err() != nil {
			if !errors.Is(r.Err(), codec.ErrCorrupt) {
				t.Fatalf("damage is not told as such: %v", r.Err())
			}
			return
		}
		back := make([]tag.Value, n)
		again := codec.NewReader(codec.AppendColumn(nil, values))
		again.Column(back)
		for i := range values {
			if !values[i].Equal(back[i]) {
				t.Fatalf("value %d of %d does not come back", i, n)
			}
		}
	})
}

func TestLongRunsAtTheEndOfABlockAreRead(t *testing.T) {
	for name, values := range map[string][]tag.Value{
		"qualities": append(make([]tag.Value, 5000), tag.Value{}.WithQuality(tag.Bad)),
		"kinds":     append(make([]tag.Value, 5000), tag.NullOf(tag.Good)),
	} {
		back := make([]tag.Value, len(values))
		r := codec.NewReader(codec.AppendColumn(nil, values))
		if r.Column(back); r.Err() != nil || !back[5000].Equal(values[5000]) {
			t.Errorf("%s: %v", name, r.Err())
		}
	}
}
