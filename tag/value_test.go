package tag_test

import (
	"math"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/gopcua/opcua/ua"

	"github.com/holdfast-edge/holdfast/tag"
)

func object(t testing.TB, pairs ...any) tag.Value {
	t.Helper()
	var names []string
	var values []tag.Value
	for i := 0; i < len(pairs); i += 2 {
		names, values = append(names, pairs[i].(string)), append(values, pairs[i+1].(tag.Value))
	}
	o, err := tag.NewObject(names, values)
	if err != nil {
		t.Fatal(err)
	}
	return tag.ObjectOf(o)
}

func everyKind(t testing.TB) []tag.Value {
	return []tag.Value{
		{},
		tag.NullOf(tag.Good), tag.BoolOf(true), tag.BoolOf(false), tag.IntOf(math.MinInt64), tag.IntOf(0),
		tag.UintOf(math.MaxUint64), tag.FloatOf(0.1), tag.FloatOf(math.Inf(-1)), tag.StringOf(""),
		tag.StringOf("Grüße \x00\"\\\n"), tag.BytesOf([]byte{0, 255}), tag.NanosOf(1_700_000_000_123_456_789),
		tag.ArrayOf([]tag.Value{tag.IntOf(1), tag.StringOf("a")}), tag.ArrayOf(nil),
		object(t, "a", tag.IntOf(1), "b", tag.ArrayOf([]tag.Value{tag.NullOf(tag.Good)})),
	}
}

func TestAValueIsThreeWordsAtMost(t *testing.T) {
	if size := unsafe.Sizeof(tag.Value{}); size > 24 {
		t.Errorf("a Value takes %d bytes, want at most 24", size)
	}
}

func TestTheZeroValueIsAbsentAndGood(t *testing.T) {
	var v tag.Value
	if v.Kind() != tag.Absent || v.Quality() != tag.Good || !v.IsNull() {
		t.Errorf("got %v %v", v.Kind(), v.Quality())
	}
}

func TestAValueGivesBackWhatItWasMadeOf(t *testing.T) {
	if i, ok := tag.IntOf(-7).Int(); !ok || i != -7 {
		t.Error("int")
	}
	if u, ok := tag.UintOf(math.MaxUint64).Uint(); !ok || u != math.MaxUint64 {
		t.Error("uint")
	}
	if f, ok := tag.FloatOf(0.1).Float(); !ok || f != 0.1 {
		t.Error("float")
	}
	if tag.StringOf("°C").Str() != "°C" || string(tag.BytesOf([]byte{1, 2}).Bytes()) != "\x01\x02" {
		t.Error("string or bytes")
	}
	now := time.Now()
	if ns, ok := tag.TimeOf(now).Nanos(); !ok || ns != now.UnixNano() {
		t.Error("time")
	}
	if a := tag.ArrayOf([]tag.Value{tag.IntOf(1)}).Array(); len(a) != 1 || !a[0].Equal(tag.IntOf(1)) {
		t.Error("array")
	}
	if v, ok := object(t, "a", tag.IntOf(1)).Object().Lookup("a"); !ok || !v.Equal(tag.IntOf(1)) {
		t.Error("object")
	}
}

func TestAnAccessorOfAnotherKindGivesNothing(t *testing.T) {
	v := tag.StringOf("text")
	_, isInt := v.Int()
	_, isUint := v.Uint()
	_, isFloat := v.Float()
	_, isTime := v.Nanos()
	if isInt || isUint || isFloat || isTime || v.Bool() || v.Bytes() != nil || v.Array() != nil || v.Object() != nil {
		t.Error("a string was taken for something else")
	}
	if _, ok := tag.IntOf(-1).Uint(); ok {
		t.Error("a negative number was taken for an unsigned one")
	}
	if tag.IntOf(1).Str() != "" {
		t.Error("a number was taken for a text")
	}
}

func TestIntegersThatAreEqualHaveEqualKinds(t *testing.T) {
	if !tag.UintOf(7).Equal(tag.IntOf(7)) {
		t.Error("7 is not 7")
	}
	if tag.UintOf(math.MaxUint64).Equal(tag.IntOf(-1)) {
		t.Error("2^64-1 is -1")
	}
}

func TestABadValueIsNullButShowsWhatItLastHeld(t *testing.T) {
	v := tag.IntOf(21).WithQuality(tag.BadTimeout)
	if !v.IsNull() {
		t.Error("a Bad value is not NULL")
	}
	if last, ok := v.Int(); !ok || last != 21 {
		t.Error("the last value is gone")
	}
	if tag.IntOf(21).WithQuality(tag.UncertainLastUsable).IsNull() {
		t.Error("an Uncertain value is NULL")
	}
}

func TestValuesAreEqualToThemselvesAndToNothingElse(t *testing.T) {
	all, again := everyKind(t), everyKind(t)
	for i := range all {
		for j := range again {
			if got := all[i].Equal(again[j]); got != (i == j) {
				t.Errorf("value %d and %d: equal is %v", i, j, got)
			}
		}
		if all[i].Equal(all[i].WithQuality(tag.BadTimeout)) {
			t.Errorf("value %d equals itself with another quality", i)
		}
	}
	nan := tag.FloatOf(math.NaN())
	if !nan.Equal(nan) {
		t.Error("an unchanged NaN compares as a change")
	}
}

func TestACloneSharesNoMemory(t *testing.T) {
	for i, v := range everyKind(t) {
		if !v.WithQuality(tag.Uncertain).Clone().Equal(v.WithQuality(tag.Uncertain)) {
			t.Errorf("value %d differs from its clone", i)
		}
	}
	raw := []byte{1}
	c := tag.BytesOf(raw).Clone()
	raw[0] = 2
	if c.Bytes()[0] != 1 {
		t.Error("the clone changed with its origin")
	}
}

func TestALargeObjectFindsEveryField(t *testing.T) {
	var pairs []any
	for i := range 40 {
		pairs = append(pairs, string(rune('A'+i)), tag.IntOf(int64(i)))
	}
	o := object(t, pairs...).Object()
	for i := range 40 {
		if v, ok := o.Lookup(string(rune('A' + i))); !ok || !v.Equal(tag.IntOf(int64(i))) {
			t.Errorf("field %d: %v %v", i, v, ok)
		}
	}
	if _, ok := o.Lookup("none"); ok {
		t.Error("found what is not there")
	}
}

func TestEveryQualityMapsToOPCUAAndBack(t *testing.T) {
	for code := range 1 << 16 {
		q := tag.Quality(code)
		if back := tag.FromStatusCode(q.StatusCode()); back != q {
			t.Fatalf("%v came back as %v", q, back)
		}
		if named, err := tag.ParseQuality(q.String()); err != nil || named != q {
			t.Fatalf("%v reads back as %v, %v", q, named, err)
		}
	}
}

func TestQualityNamesAreThoseOfOPCUA(t *testing.T) {
	for code := range 1 << 16 {
		q := tag.Quality(code)
		name := q.String()
		official, known := ua.StatusCodes[ua.StatusCode(q.StatusCode())]
		if !known || name == "Good" || name == "Bad" || name == "Uncertain" {
			continue
		}
		if name[len(name)-1] != ')' && !strings.EqualFold("Status"+name, official.Name) {
			t.Errorf("%04X is %s here and %s in OPC UA", code, name, official.Name)
		}
	}
}

func TestSeverityDecidesWhetherAValueMayBeUsed(t *testing.T) {
	for q, want := range map[tag.Quality]string{
		tag.Good: "good", tag.GoodClamped: "good", tag.Uncertain: "uncertain", tag.UncertainSubNormal: "uncertain",
		tag.Bad: "bad", tag.BadTimeout: "bad", 0xC000: "bad",
	} {
		got := map[bool]string{q.IsGood(): "good", q.IsUncertain(): "uncertain", q.IsBad(): "bad"}[true]
		if got != want {
			t.Errorf("%v is %s, want %s", q, got, want)
		}
	}
}

func TestAKindReadsBackFromItsName(t *testing.T) {
	for k := tag.Absent; k <= tag.ObjectKind; k++ {
		if back, err := tag.ParseKind(k.String()); err != nil || back != k {
			t.Errorf("%v came back as %v, %v", k, back, err)
		}
	}
	if _, err := tag.ParseKind("int16"); err == nil {
		t.Error("a wire type was taken for a kind")
	}
}
