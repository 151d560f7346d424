package codec_test

import (
	"bytes"
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/holdfast-edge/holdfast/store/codec"
	"github.com/holdfast-edge/holdfast/store/storetest"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestRowsOfEveryKindComeBackAsTheyWere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := storetest.Batch("boiler", 40, 6).Draw(t, "batch")
		encoded, err := codec.AppendRows(nil, b)
		if err != nil {
			t.Fatal(err)
		}
		back, err := codec.DecodeRows(encoded, b.Schema())
		if err != nil {
			t.Fatal(err)
		}
		if difference := storetest.EqualBatches(b, back); difference != "" {
			t.Fatal(difference)
		}
	})
}

func TestAnEncoderThatIsUsedAgainWritesTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var e codec.Encoder
		for _, b := range rapid.SliceOfN(storetest.Batch("boiler", 40, 20), 1, 6).Draw(t, "batches") {
			want, err := codec.AppendRows(nil, b)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := e.AppendRows(nil, b); err != nil || !bytes.Equal(got, want) {
				t.Fatalf("%d rows of %d fields: %v", b.Len(), b.Schema().Len(), err)
			}
		}
	})
}

func TestManyRowsAreEncodedAgainAndAgainWithoutAllocation(t *testing.T) {
	var e codec.Encoder
	b := storetest.Rows(storetest.Stream("boiler", 18), 20, 1000, 1e18)
	dst := make([]byte, 0, 256<<10)
	if n := testing.AllocsPerRun(20, func() { dst, _ = e.AppendRows(dst[:0], b) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestFloatsKeepEveryBit(t *testing.T) {
	schema := storetest.Stream("boiler", 1)
	odd := []float64{
		0, math.Copysign(0, -1), 0.1, 21.5, 1e-9, 1e-10, 1 << 53, 1<<53 + 2, 123456789.123, 5e-324, math.MaxFloat64,
		math.Inf(1), math.NaN(), math.Float64frombits(0x7ff8000000000abc), float64(float32(0.1)),
	}
	for _, first := range odd {
		for _, second := range odd {
			b := tag.NewBuilder(schema, 2)
			b.Row(1)[0] = tag.FloatOf(first)
			b.Row(2)[0] = tag.FloatOf(second)
			encoded, err := codec.AppendRows(nil, b.Batch())
			if err != nil {
				t.Fatal(err)
			}
			back, err := codec.DecodeRows(encoded, schema)
			if err != nil {
				t.Fatal(err)
			}
			for i, want := range []float64{first, second} {
				got, _ := back.Row(i)[0].Float()
				if math.Float64bits(got) != math.Float64bits(want) && !isSignallingArtefact(got, want) {
					t.Errorf("%v and %v: value %d came back as %v (%#x)", first, second, i, got, math.Float64bits(got))
				}
			}
		}
	}
}

// isSignallingArtefact allows for processors without SSE, which quieten a
// signalling NaN when they move it.
func isSignallingArtefact(got, want float64) bool { return math.IsNaN(got) && math.IsNaN(want) }

func TestATruncatedBatchIsCorrupt(t *testing.T) {
	b := storetest.Rows(storetest.Stream("boiler", 3), 0, 10, 0)
	encoded, err := codec.AppendRows(nil, b)
	if err != nil {
		t.Fatal(err)
	}
	for n := range encoded {
		if _, err := codec.DecodeRows(encoded[:n], b.Schema()); !errors.Is(err, codec.ErrCorrupt) {
			t.Errorf("%d of %d octets: %v", n, len(encoded), err)
		}
	}
	if _, err := codec.DecodeRows(append(encoded, 0), b.Schema()); !errors.Is(err, codec.ErrCorrupt) {
		t.Errorf("an octet too many: %v", err)
	}
}

func TestRowsOfAnotherSchemaAreCorrupt(t *testing.T) {
	encoded, err := codec.AppendRows(nil, storetest.Rows(storetest.Stream("boiler", 3), 0, 10, 0))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := codec.DecodeRows(encoded, storetest.Stream("boiler", 4)); !errors.Is(err, codec.ErrCorrupt) {
		t.Errorf("rows of 3 fields read as 4: %v", err)
	}
}

func TestABatchTooLargeToReadBackIsNotWritten(t *testing.T) {
	b := storetest.Rows(storetest.Stream("boiler", 1025), 0, 4096, 0)
	if _, err := codec.AppendRows(nil, b); err == nil {
		t.Error("accepted")
	}
}

func TestNestingBeyondTheLimitIsCorruptAndNotAStackOverflow(t *testing.T) {
	v := tag.IntOf(1)
	for range 2000 {
		v = tag.ArrayOf([]tag.Value{v})
	}
	encoded := codec.AppendColumn(nil, []tag.Value{v})
	r := codec.NewReader(encoded)
	r.Column(make([]tag.Value, 1))
	if !errors.Is(r.Err(), codec.ErrCorrupt) {
		t.Errorf("got %v", r.Err())
	}
}

func TestOneRowIsEncodedWithoutAllocation(t *testing.T) {
	b := storetest.Rows(storetest.Stream("boiler", 100), 20, 1, 1e18)
	dst := make([]byte, 0, 4096)
	if n := testing.AllocsPerRun(100, func() { dst, _ = codec.AppendRows(dst[:0], b) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzRows(f *testing.F) {
	schema := storetest.Stream("boiler", 3)
	if encoded, err := codec.AppendRows(nil, storetest.Rows(schema, 5, 4, 1e18)); err == nil {
		f.Add(encoded)
	}
	mixed := tag.NewBuilder(schema, 2)
	row := mixed.Row(7)
	row[0], row[1] = tag.StringOf("open"), tag.NullOf(tag.BadTimeout)
	mixed.Row(8)[2] = tag.ArrayOf([]tag.Value{tag.BoolOf(true), tag.UintOf(math.MaxUint64)})
	mixed.Stamp(2, 5)
	if encoded, err := codec.AppendRows(nil, mixed.Batch()); err == nil {
		f.Add(encoded)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := codec.DecodeRows(data, schema)
		if err != nil {
			if !errors.Is(err, codec.ErrCorrupt) {
				t.Fatalf("damage is not told as such: %v", err)
			}
			return
		}
		encoded, err := codec.AppendRows(nil, b)
		if err != nil {
			t.Fatal(err)
		}
		back, err := codec.DecodeRows(encoded, schema)
		if err != nil {
			t.Fatal(err)
		}
		if difference := storetest.EqualBatches(b, back); difference != "" {
			t.Fatal(difference)
		}
	})
}

func BenchmarkRows(b *testing.B) {
	for _, shape := range []struct {
		name         string
		rows, fields int
	}{{"1 row of 100", 1, 100}, {"1000 rows of 18", 1000, 18}} {
		batch := storetest.Rows(storetest.Stream("boiler", shape.fields), 20, shape.rows, 1e18)
		encoded, _ := codec.AppendRows(nil, batch)
		b.Run("encode "+shape.name, func(b *testing.B) {
			b.ReportAllocs()
			var e codec.Encoder
			for b.Loop() {
				encoded, _ = e.AppendRows(encoded[:0], batch)
			}
			reportPerValue(b, shape.rows*shape.fields)
		})
		b.Run("decode "+shape.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := codec.DecodeRows(encoded, batch.Schema()); err != nil {
					b.Fatal(err)
				}
			}
			reportPerValue(b, shape.rows*shape.fields)
		})
	}
}

func reportPerValue(b *testing.B, values int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(values), "ns/value")
}
