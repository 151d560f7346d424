package storetest

import (
	"fmt"
	"math"
	"time"

	"pgregory.net/rapid"

	"github.com/holdfast-edge/holdfast/tag"
)

// Value draws a value of any kind and quality, nested at most depth levels.
func Value(depth int) *rapid.Generator[tag.Value] {
	return rapid.Custom(func(t *rapid.T) tag.Value {
		v := content(t, depth)
		if rapid.IntRange(0, 3).Draw(t, "quality") == 0 {
			v = v.WithQuality(tag.Quality(rapid.Uint16().Draw(t, "code")))
		}
		return v
	})
}

func content(t *rapid.T, depth int) tag.Value {
	kinds := []tag.Kind{
		tag.Absent, tag.Null, tag.Bool, tag.Int, tag.Uint, tag.Float, tag.String, tag.Bytes, tag.Time,
	}
	if depth > 0 {
		kinds = append(kinds, tag.Array, tag.ObjectKind)
	}
	switch rapid.SampledFrom(kinds).Draw(t, "kind") {
	case tag.Null:
		return tag.NullOf(tag.Good)
	case tag.Bool:
		return tag.BoolOf(rapid.Bool().Draw(t, "bool"))
	case tag.Int:
		return tag.IntOf(rapid.Int64().Draw(t, "int"))
	case tag.Uint:
		return tag.UintOf(rapid.Uint64Min(math.MaxInt64).Draw(t, "uint"))
	case tag.Float:
		return tag.FloatOf(number().Draw(t, "float"))
	case tag.String:
		return tag.StringOf(rapid.String().Draw(t, "string"))
	case tag.Bytes:
		return tag.BytesOf(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"))
	case tag.Time:
		return tag.TimeOf(time.Unix(0, rapid.Int64().Draw(t, "time")))
	case tag.Array:
		return tag.ArrayOf(rapid.SliceOfN(Value(depth-1), 0, 4).Draw(t, "array"))
	case tag.ObjectKind:
		return object(t, depth-1)
	default:
		return tag.Value{}
	}
}

func object(t *rapid.T, depth int) tag.Value {
	values := rapid.SliceOfN(Value(depth), 0, 4).Draw(t, "object")
	names := make([]string, len(values))
	for i := range names {
		names[i] = fmt.Sprintf("n%d", i)
	}
	o, err := tag.NewObject(names, values)
	if err != nil {
		t.Fatal(err)
	}
	return tag.ObjectOf(o)
}

// number draws what plants measure, short decimals and binary32, as often as
// any float64.
func number() *rapid.Generator[float64] {
	return rapid.OneOf(
		rapid.Custom(func(t *rapid.T) float64 {
			return float64(rapid.IntRange(-1e6, 1e6).Draw(t, "mantissa")) / rapid.SampledFrom([]float64{1, 10, 1000}).Draw(t, "scale")
		}),
		rapid.Custom(func(t *rapid.T) float64 { return float64(rapid.Float32().Draw(t, "binary32")) }),
		rapid.Float64(),
		rapid.SampledFrom([]float64{0, math.Copysign(0, -1), math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64}),
	)
}

// Batch draws a batch of a stream with up to width fields and up to rows rows.
// A column is often of one kind, as it is in a plant.
func Batch(name string, rows, width int) *rapid.Generator[*tag.Batch] {
	return rapid.Custom(func(t *rapid.T) *tag.Batch {
		schema := Stream(name, rapid.IntRange(0, width).Draw(t, "width"))
		n := rapid.IntRange(1, rows).Draw(t, "rows")
		stamped := rapid.Bool().Draw(t, "stamped") && schema.Len() > 0
		b := tag.NewBuilder(schema, n)
		alike := make([]tag.Value, schema.Len())
		for i := range alike {
			alike[i] = Value(2).Draw(t, "alike")
		}
		for range n {
			row := b.Row(rapid.Int64().Draw(t, "row time"))
			for slot := range row {
				row[slot] = alike[slot]
				if rapid.Bool().Draw(t, "different") {
					row[slot] = Value(2).Draw(t, "value")
				}
			}
			if stamped {
				b.Stamp(rapid.IntRange(0, len(row)-1).Draw(t, "slot"), rapid.Int64().Draw(t, "stamp"))
			}
		}
		return b.Derived(tag.Origin(rapid.IntRange(0, 2).Draw(t, "origin")), rapid.IntRange(0, tag.MaxHops).Draw(t, "hops"))
	})
}
