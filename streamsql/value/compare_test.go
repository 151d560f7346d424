package value_test

import (
	"bytes"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

func object(t testing.TB, names []string, values ...tag.Value) tag.Value {
	t.Helper()
	o, err := tag.NewObject(names, values)
	if err != nil {
		t.Fatal(err)
	}
	return tag.ObjectOf(o)
}

// ascending are values in SQL's order, no two of them equal.
func ascending(t testing.TB) []tag.Value {
	t.Helper()
	return []tag.Value{
		tag.NullOf(tag.Good),
		tag.FloatOf(math.Inf(-1)), tag.IntOf(math.MinInt64), tag.FloatOf(-1.5), tag.IntOf(-1), tag.IntOf(0), tag.BoolOf(true),
		tag.FloatOf(1.5), tag.NanosOf(2 * int64(time.Millisecond)), tag.IntOf(1 << 53), tag.IntOf(1<<53 + 1),
		tag.IntOf(math.MaxInt64 - 1), tag.IntOf(math.MaxInt64), tag.FloatOf(math.MaxInt64), tag.UintOf(1<<63 + 2048), tag.UintOf(math.MaxUint64),
		tag.FloatOf(1e300), tag.FloatOf(math.Inf(1)),
		tag.StringOf(""), tag.StringOf("10"), tag.StringOf("9"), tag.StringOf("a"), tag.StringOf("ä"),
		tag.BytesOf([]byte{}), tag.BytesOf([]byte{0}), tag.BytesOf([]byte{1}),
		tag.ArrayOf(nil), tag.ArrayOf([]tag.Value{tag.IntOf(1)}), tag.ArrayOf([]tag.Value{tag.IntOf(1), tag.IntOf(0)}), tag.ArrayOf([]tag.Value{tag.IntOf(2)}),
		object(t, nil), object(t, []string{"a"}, tag.IntOf(1)), object(t, []string{"a"}, tag.IntOf(2)),
	}
}

func TestValuesStandInTheOrderOfSQLite(t *testing.T) {
	all := ascending(t)
	for i, a := range all {
		for j, b := range all {
			want := 0
			if i < j {
				want = -1
			} else if i > j {
				want = 1
			}
			if got := value.Compare(a, b); got != want {
				t.Errorf("%v beside %v: %d, want %d", tag.AppendJSON(nil, a), tag.AppendJSON(nil, b), got, want)
			}
		}
	}
}

func TestKeysAreEqualExactlyWhereValuesAre(t *testing.T) {
	all := append(
		ascending(t), tag.FloatOf(0), tag.FloatOf(math.Copysign(0, -1)), tag.BoolOf(false), tag.FloatOf(1), tag.IntOf(1), tag.IntOf(2), tag.FloatOf(1<<53),
		tag.FloatOf(1<<63), tag.UintOf(1<<63), tag.IntOf(3).WithQuality(tag.Bad), tag.Value{},
		object(t, []string{"a", "b"}, tag.IntOf(1), tag.IntOf(2)), object(t, []string{"b", "a"}, tag.FloatOf(2), tag.IntOf(1)),
	)
	for _, a := range all {
		for _, b := range all {
			equal := value.Compare(a, b) == 0
			if keys := bytes.Equal(value.AppendKey(nil, a), value.AppendKey(nil, b)); keys != equal {
				t.Errorf("%s beside %s: equal %v, keys equal %v", tag.AppendJSON(nil, a), tag.AppendJSON(nil, b), equal, keys)
			}
		}
	}
}

func TestTheOrderIsTotal(t *testing.T) {
	all := ascending(t)
	rapid.Check(t, func(t *rapid.T) {
		pick := func(name string) tag.Value {
			switch rapid.IntRange(0, 3).Draw(t, name+" kind") {
			case 0:
				return tag.IntOf(rapid.Int64().Draw(t, name))
			case 1:
				return tag.FloatOf(rapid.Float64().Draw(t, name))
			case 2:
				return tag.UintOf(rapid.Uint64().Draw(t, name))
			default:
				return rapid.SampledFrom(all).Draw(t, name)
			}
		}
		a, b, c := pick("a"), pick("b"), pick("c")
		if value.Compare(a, b) != -value.Compare(b, a) {
			t.Fatal("not antisymmetric")
		}
		if value.Compare(a, b) <= 0 && value.Compare(b, c) <= 0 && value.Compare(a, c) > 0 {
			t.Fatal("not transitive")
		}
		if (value.Compare(a, b) == 0) != bytes.Equal(value.AppendKey(nil, a), value.AppendKey(nil, b)) {
			t.Fatal("keys do not agree")
		}
	})
}

func TestNullIsEqualToNothing(t *testing.T) {
	null, bad := tag.NullOf(tag.Good), tag.IntOf(1).WithQuality(tag.BadTimeout)
	for _, v := range []tag.Value{null, bad, {}} {
		if value.Equal(v, tag.IntOf(1)) != value.Unknown || value.TruthOf(v) != value.Unknown {
			t.Errorf("%v is not unknown", v)
		}
		if !value.Same(v, null) {
			t.Errorf("%v IS NULL does not hold", v)
		}
	}
}

func TestTruthHasThreeValues(t *testing.T) {
	all := []value.Truth{value.False, value.Unknown, value.True}
	for _, a := range all {
		for _, b := range all {
			if a.And(b) != min(a, b) || a.Or(b) != max(a, b) || a.And(b).Not() != a.Not().Or(b.Not()) {
				t.Errorf("%d, %d", a, b)
			}
		}
	}
	for v, want := range map[tag.Value]value.Truth{
		tag.IntOf(0): value.False, tag.FloatOf(0.5): value.True, tag.StringOf("0.0x"): value.False, tag.StringOf("2"): value.True, tag.StringOf("x"): value.False,
	} {
		if got := value.TruthOf(v); got != want {
			t.Errorf("%s: %d", tag.AppendJSON(nil, v), got)
		}
	}
}
