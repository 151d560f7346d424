package codec_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/holdfast-edge/holdfast/store/codec"
	"github.com/holdfast-edge/holdfast/tag"
)

// mustComeBack fails unless the values that a series was given come back, to the
// last bit, and returns what they take.
func mustComeBack(t testing.TB, values []tag.Value) []byte {
	t.Helper()
	encoded := codec.AppendSeries(nil, values)
	back := make([]tag.Value, len(values))
	r := codec.NewReader(encoded)
	if r.Series(back); r.Err() != nil || r.Len() != 0 {
		t.Fatalf("%d values: %v, %d octets left", len(values), r.Err(), r.Len())
	}
	for i, v := range values {
		if !v.Equal(back[i]) || v.Bits() != back[i].Bits() {
			t.Fatalf("value %d of %d: %v came back as %v", i, len(values), tag.AppendJSON(nil, v), tag.AppendJSON(nil, back[i]))
		}
	}
	return encoded
}

func TestASeriesOfOneValueRepeatedCostsNothingMore(t *testing.T) {
	for _, v := range []tag.Value{tag.StringOf("running").WithQuality(tag.UncertainLastUsable), tag.FloatOf(21.5), tag.BoolOf(true), tag.NullOf(tag.BadTimeout), {}} {
		values := make([]tag.Value, 10_000)
		for i := range values {
			values[i] = v
		}
		if n := len(mustComeBack(t, values)); n > 20 {
			t.Errorf("%d octets for %s", n, tag.AppendJSON(nil, v))
		}
	}
}

func TestASeriesCostsTheBitsOfItsNoise(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	level, count := 0, int64(0)
	for name, test := range map[string]struct {
		bits float64
		next func(i int) tag.Value
	}{
		"a slow signal":              {3.3, func(int) tag.Value { level += random.IntN(5) - 2; return tag.FloatOf(float64(2000+level) / 10) }},
		"noise around a level":       {4.3, func(int) tag.Value { return tag.FloatOf(float64(2000+random.IntN(16)) / 100) }},
		"a counter":                  {2.3, func(int) tag.Value { count += int64(random.IntN(3)); return tag.IntOf(count) }},
		"a steady counter":           {0.4, func(i int) tag.Value { return tag.IntOf(int64(i) * 1000) }},
		"a switch":                   {1.3, func(int) tag.Value { return tag.BoolOf(random.IntN(2) == 0) }},
		"states that come back":      {2.4, func(int) tag.Value { return tag.StringOf([]string{"run", "idle", "fault"}[random.IntN(3)]) }},
		"whole and broken numbers":   {10, func(int) tag.Value { return jsonNumber(200 + random.IntN(16)) }},
		"binary32 of an analogue":    {21, func(int) tag.Value { return tag.FloatOf(float64(float32(20 + random.Float64()/10))) }},
		"binary64 without a pattern": {65.5, func(int) tag.Value { return tag.FloatOf(random.NormFloat64()) }},
	} {
		values := make([]tag.Value, 4096)
		for i := range values {
			values[i] = test.next(i)
		}
		if bits := 8 * float64(len(mustComeBack(t, values))) / float64(len(values)); bits > test.bits {
			t.Errorf("%s: %.2f bits a value, want %.2f", name, bits, test.bits)
		}
	}
}

// jsonNumber is tenths as JSON tells them: whole ones are integers.
func jsonNumber(tenths int) tag.Value {
	if tenths%10 == 0 {
		return tag.IntOf(int64(tenths / 10))
	}
	return tag.FloatOf(float64(tenths) / 10)
}

func TestNumbersAtTheEdgesComeBack(t *testing.T) {
	edges := []tag.Value{
		tag.FloatOf(math.Copysign(0, -1)), tag.FloatOf(0), tag.FloatOf(math.Inf(1)), tag.FloatOf(math.Inf(-1)), tag.FloatOf(math.NaN()),
		tag.FloatOf(math.Float64frombits(0x7FF0000000000002)), tag.FloatOf(math.MaxFloat64), tag.FloatOf(math.SmallestNonzeroFloat64),
		tag.FloatOf(1 << 53), tag.FloatOf(-1<<53 + 1), tag.FloatOf(0.1), tag.FloatOf(1e-9), tag.FloatOf(123456789.123456789),
		tag.IntOf(math.MaxInt64), tag.IntOf(math.MinInt64), tag.IntOf(0), tag.UintOf(math.MaxUint64), tag.NanosOf(math.MinInt64), tag.BoolOf(true),
	}
	for _, a := range edges {
		mustComeBack(t, []tag.Value{a})
		for _, b := range edges {
			mustComeBack(t, []tag.Value{a, a, b, a, {}, b})
		}
	}
}

// anyValue is of a random kind and quality, and often like the one before it.
func anyValue(random *rand.Rand, last tag.Value) tag.Value {
	quality := []tag.Quality{tag.Good, tag.Good, tag.BadTimeout, tag.UncertainLastUsable}[random.IntN(4)]
	switch random.IntN(14) {
	case 0:
		return tag.Value{}
	case 1:
		return tag.NullOf(quality)
	case 2:
		return tag.BoolOf(random.IntN(2) == 0)
	case 3:
		return tag.IntOf(int64(random.IntN(1000)))
	case 4:
		return tag.IntOf(int64(random.Uint64())).WithQuality(quality)
	case 5:
		return tag.FloatOf(float64(random.IntN(1000)) / 100)
	case 6:
		return tag.FloatOf(random.NormFloat64()).WithQuality(quality)
	case 7:
		return tag.StringOf([]string{"", "open", "shut"}[random.IntN(3)])
	case 8:
		return tag.BytesOf([]byte{1, byte(random.IntN(200))})
	case 9:
		return tag.NanosOf(int64(random.Uint64()))
	case 10:
		return tag.ArrayOf([]tag.Value{tag.IntOf(1), tag.StringOf("x").WithQuality(quality)})
	default:
		return last
	}
}

func TestAnySeriesComesBackWhileItGrows(t *testing.T) {
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 1))
		var s codec.Series
		var values []tag.Value
		var last tag.Value
		for range random.IntN(400) {
			if random.IntN(20) == 0 {
				n := random.IntN(100)
				s.AddAbsent(n)
				values = append(values, make([]tag.Value, n)...)
			}
			last = anyValue(random, last)
			s.Add(last)
			if values = append(values, last); random.IntN(50) > 0 {
				continue
			}
			back := make([]tag.Value, s.Len())
			r := codec.NewReader(s.AppendTo(nil))
			if r.Series(back); r.Err() != nil || r.Len() > 0 || len(back) != len(values) {
				t.Fatalf("seed %d: %v", seed, r.Err())
			}
			for i := range values {
				if !values[i].Equal(back[i]) {
					t.Fatalf("seed %d: value %d of %d does not come back", seed, i, len(values))
				}
			}
		}
	}
}

func FuzzSeries(f *testing.F) {
	f.Add(uint16(3), codec.AppendSeries(nil, []tag.Value{tag.IntOf(1), tag.NullOf(tag.Bad), tag.StringOf("x")}))
	f.Add(uint16(9), codec.AppendSeries(nil, make([]tag.Value, 9)))
	f.Add(uint16(4), codec.AppendSeries(nil, []tag.Value{tag.FloatOf(1), tag.FloatOf(2.5), tag.FloatOf(-7), tag.FloatOf(1)}))
	f.Fuzz(func(t *testing.T, n uint16, data []byte) {
		values := make([]tag.Value, n)
		r := codec.NewReader(data)
		r.Series(values)
		if r.Err() != nil {
			if !errors.Is(r.Err(), codec.ErrCorrupt) {
				t.Fatalf("damage is not told as such: %v", r.Err())
			}
			return
		}
		mustComeBack(t, values)
	})
}

func FuzzIntegers(f *testing.F) {
	f.Add(uint16(3), codec.AppendIntegers(nil, []int64{1, 2, 4}))
	f.Add(uint16(200), codec.AppendIntegers(nil, make([]int64, 200)))
	f.Fuzz(func(t *testing.T, n uint16, data []byte) {
		all := make([]int64, n)
		r := codec.NewReader(data)
		if r.Integers(all); r.Err() != nil {
			return
		}
		back := make([]int64, n)
		again := codec.NewReader(codec.AppendIntegers(nil, all))
		again.Integers(back)
		for i := range all {
			if all[i] != back[i] {
				t.Fatalf("integer %d of %d does not come back: %v", i, n, again.Err())
			}
		}
	})
}

func BenchmarkSeries(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 2))
	values := make([]tag.Value, 300)
	level := 0
	for i := range values {
		level += random.IntN(5) - 2
		values[i] = tag.FloatOf(float64(2000+level) / 10)
	}
	b.Run("add", func(b *testing.B) {
		for b.Loop() {
			var s codec.Series
			for _, v := range values {
				s.Add(v)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(values)), "ns/value")
	})
	encoded := codec.AppendSeries(nil, values)
	b.Run("read", func(b *testing.B) {
		back := make([]tag.Value, len(values))
		for b.Loop() {
			codec.NewReader(encoded).Series(back)
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(values)), "ns/value")
		b.ReportMetric(8*float64(len(encoded))/float64(len(values)), "bits/value")
	})
}
