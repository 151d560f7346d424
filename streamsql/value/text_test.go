package value_test

import (
	"math"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestNumbersHaveTheTextThatSQLiteGivesThem(t *testing.T) {
	for f, want := range map[float64]string{
		0: "0.0", 1: "1.0", -2.5: "-2.5", 0.1: "0.1", 0.30000000000000004: "0.30000000000000004", 1.0 / 3: "0.33333333333333332",
		2.0 / 3: "0.66666666666666663", 2.0 / 41: "0.048780487804878051", 1e15: "1000000000000000.0", 1e16: "10000000000000000.0",
		1e17: "1.0e+17", 1e100: "1.0e+100", 1e-5: "1.0e-05", 0.0001: "0.0001", 49.47: "49.47", 9007199254740993: "9007199254740992.0",
		9223372036854775808: "9.2233720368547758e+18", math.Inf(1): "Inf", math.Inf(-1): "-Inf", 0.99999999999999989: "0.99999999999999989",
		123456789012345678: "1.2345678901234568e+17", 5e-324: "4.9406564584124654e-324",
	} {
		if got := value.Text(tag.FloatOf(f)); got != want {
			t.Errorf("%v: got %s, want %s", f, got, want)
		}
	}
	for v, want := range map[tag.Value]string{
		tag.BoolOf(true): "1", tag.IntOf(-3): "-3", tag.NanosOf(1541152486013000000): "2018-11-02T09:54:46.013Z", tag.StringOf("x"): "x",
	} {
		if got := value.Text(v); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if got := value.Text(tag.ArrayOf([]tag.Value{tag.IntOf(1), tag.StringOf("a")})); got != `[1,"a"]` {
		t.Error(got)
	}
}

func TestTextCountsAsTheNumberItBeginsWith(t *testing.T) {
	for text, want := range map[string]tag.Value{
		"": tag.IntOf(0), "x": tag.IntOf(0), "\t12abc": tag.IntOf(12), "1.5x": tag.FloatOf(1.5), ".5": tag.FloatOf(0.5), "1.": tag.FloatOf(1),
		"1e2": tag.FloatOf(100), "1e": tag.IntOf(1), "-3": tag.IntOf(-3), "+": tag.IntOf(0), "9223372036854775808": tag.FloatOf(1 << 63),
	} {
		if got := value.Number(tag.StringOf(text)); !got.Equal(want) {
			t.Errorf("%q: got %s", text, tag.AppendJSON(nil, got))
		}
	}
}

func TestCastFollowsTheAffinityOfTheType(t *testing.T) {
	for name, want := range map[string]value.Affinity{
		"BIGINT": value.Integer, "varchar": value.Textual, "STRING": value.Textual, "BLOB": value.Blob, "double": value.Real,
		"decimal": value.Numeric, "boolean": value.Boolean, "POINT": value.Integer,
	} {
		if got := value.AffinityOf(name); got != want {
			t.Errorf("%s: %d", name, got)
		}
	}
	for _, c := range []struct {
		from tag.Value
		to   value.Affinity
		want tag.Value
	}{
		{tag.StringOf("1e3"), value.Integer, tag.IntOf(1)},
		{tag.FloatOf(-2.9), value.Integer, tag.IntOf(-2)},
		{tag.FloatOf(1e300), value.Integer, tag.IntOf(math.MaxInt64)},
		{tag.StringOf("1.0"), value.Numeric, tag.IntOf(1)},
		{tag.FloatOf(1), value.Numeric, tag.FloatOf(1)},
		{tag.IntOf(3), value.Textual, tag.StringOf("3")},
		{tag.IntOf(3), value.Blob, tag.BytesOf([]byte("3"))},
		{tag.StringOf("2"), value.Boolean, tag.BoolOf(true)},
	} {
		if got := value.Cast(c.from, c.to); !got.Equal(c.want) {
			t.Errorf("%s as %d: got %s", tag.AppendJSON(nil, c.from), c.to, tag.AppendJSON(nil, got))
		}
	}
	if v := value.Cast(tag.IntOf(1).WithQuality(tag.Bad), value.Textual); !v.IsNull() || v.Quality() != tag.Bad {
		t.Error("a Bad value was cast to something")
	}
}

func TestPatternsMatchAsTheyDoInSQLite(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		escape        rune
		want          bool
	}{
		{"a%", "ABC", 0, true},
		{"%b%", "abc", 0, true},
		{"a_c", "äöc", 0, false},
		{"_ö_", "äöc", 0, true},
		{"%", "", 0, true},
		{"_", "", 0, false},
		{"a%b%c", "axxbyyc", 0, true},
		{"a%b%c", "axxbyy", 0, false},
		{`10\%`, "10%", '\\', true},
		{`10\%`, "100", '\\', false},
		{"a%", "ab", '%', false},
		{"x", "x", '%', true},
		{"Ü", "ü", 0, false},
		{`a\`, "a", '\\', false},
	} {
		if got := value.Like(c.pattern, c.text, c.escape); got != c.want {
			t.Errorf("%q LIKE %q ESCAPE %q: %v", c.text, c.pattern, c.escape, got)
		}
	}
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"a*", "abc", true}, {"a*", "Abc", false}, {"[a-c]?", "bx", true}, {"[^a-c]", "b", false}, {"[]x]", "]", true}, {"[a", "a", false}, {"*[0-9]", "x7", true},
	} {
		if got := value.Glob(c.pattern, c.text); got != c.want {
			t.Errorf("%q GLOB %q: %v", c.text, c.pattern, got)
		}
	}
}

func TestPartsOfNestedValuesAreFound(t *testing.T) {
	list := tag.ArrayOf([]tag.Value{tag.IntOf(1), tag.IntOf(2), tag.IntOf(3)})
	nested := object(t, []string{"a", "b c"}, list, tag.StringOf("x"))
	for path, want := range map[string]string{"$.a[1]": "2", "$.a[-1]": "3", `$."b c"`: `"x"`, "$": string(tag.AppendJSON(nil, nested)), "$.a[9]": "null", "a": "[1,2,3]", "$x": "null"} {
		if got := string(tag.AppendJSON(nil, value.Extract(nested, tag.StringOf(path)))); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
	dotted := tag.StringOf(`{"a.b":1,"a":{"b":2},"c[0]":[3],"":4}`)
	for path, want := range map[string]string{`$."a.b"`: "1", "$.a.b": "2", `$."c[0]"[0]`: "3", `$["a.b"]`: "1", `$['c[0]'][0]`: "3", `$.""`: "4", `$."`: "4", "$.": "4", `$["`: "null"} {
		if got := string(tag.AppendJSON(nil, value.Extract(dotted, tag.StringOf(path)))); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
	if got := value.Extract(tag.StringOf(`{"a":[5]}`), tag.StringOf("$.a[0]")); !got.Equal(tag.IntOf(5)) {
		t.Error("JSON text is not read")
	}
	null := tag.NullOf(tag.Good)
	if got := value.Slice(list, tag.IntOf(-2), null); len(got.Array()) != 2 {
		t.Error(got)
	}
	if got := value.Slice(list, tag.IntOf(2), tag.IntOf(1)); got.Kind() != tag.Absent {
		t.Error(got)
	}
}

func FuzzLike(f *testing.F) {
	f.Add("a%b_", "axb")
	f.Add("[a-z]*", "abc")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		if len(pattern) > 200 || len(text) > 200 {
			return
		}
		value.Glob(pattern, text)
		if value.Like("%"+text+"%", text, 0) != true && !strings.ContainsAny(text, "%_") {
			t.Fatalf("%q is not like itself", text)
		}
		value.Like(pattern, text, '\\')
	})
}
