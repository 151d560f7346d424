package tag_test

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/tag"
)

func TestAValueIsWrittenAsJSON(t *testing.T) {
	for _, c := range []struct {
		v    tag.Value
		want string
	}{
		{tag.Value{}, "null"},
		{tag.NullOf(tag.Good), "null"},
		{tag.BoolOf(true), "true"},
		{tag.IntOf(math.MinInt64), "-9223372036854775808"},
		{tag.UintOf(math.MaxUint64), "18446744073709551615"},
		{tag.FloatOf(30), "30"},
		{tag.FloatOf(0.1), "0.1"},
		{tag.FloatOf(1e21), "1e+21"},
		{tag.FloatOf(1e-7), "1e-07"},
		{tag.FloatOf(math.NaN()), "null"},
		{tag.FloatOf(math.Inf(1)), "null"},
		{tag.StringOf("a\"\\\n\r\t\x01°"), `"a\"\\\n\r\t\u0001°"`},
		{tag.StringOf("a\xffb"), "\"a\uFFFDb\""},
		{tag.BytesOf([]byte{0, 255}), `"AP8="`},
		{tag.NanosOf(1_700_000_000_500_000_000), `"2023-11-14T22:13:20.5Z"`},
		{tag.ArrayOf([]tag.Value{tag.IntOf(1), tag.NullOf(tag.Good)}), "[1,null]"},
		{object(t, "a", tag.IntOf(1), "b", tag.StringOf("x")), `{"a":1,"b":"x"}`},
		{tag.IntOf(7).WithQuality(tag.BadTimeout), "null"},
		{tag.IntOf(7).WithQuality(tag.Uncertain), "7"},
	} {
		got := string(tag.AppendJSON(nil, c.v))
		if got != c.want || !json.Valid([]byte(got)) {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

func TestARowIsWrittenWithTheFieldsThatItCarries(t *testing.T) {
	bd := tag.NewBuilder(climate(t), 1)
	bd.Row(1)[1] = tag.IntOf(55)
	bd.Row(2)[0] = tag.FloatOf(21.5).WithQuality(tag.BadTimeout)
	b := bd.Batch()
	if got := string(tag.AppendRowJSON(nil, b, 0)); got != `{"humidity":55}` {
		t.Errorf("got %s", got)
	}
	if got := string(tag.AppendRowJSON(nil, b, 1)); got != `{"temperature":null}` {
		t.Errorf("got %s", got)
	}
}

func TestJSONNumbersKeepTheirKind(t *testing.T) {
	for text, want := range map[string]tag.Value{
		"3": tag.IntOf(3), "-9223372036854775808": tag.IntOf(math.MinInt64), "18446744073709551615": tag.UintOf(math.MaxUint64),
		"3.0": tag.FloatOf(3), "1e2": tag.FloatOf(100), "18446744073709551616": tag.FloatOf(18446744073709551616),
		"1e999": tag.FloatOf(math.Inf(1)),
	} {
		got, err := tag.ParseJSON([]byte(text))
		if err != nil || !got.Equal(want) {
			t.Errorf("%s: got %v %v, %v", text, got.Kind(), got, err)
		}
	}
}

func TestTextThatIsNotJSONIsRefused(t *testing.T) {
	for _, text := range []string{"", "{", `{"a"}`, "[1,]", "tru", strings.Repeat("[", 1000)} {
		if v, err := tag.ParseJSON([]byte(text)); err == nil {
			t.Errorf("%.20q was read as %v", text, v.Kind())
		}
	}
}

func TestTheReasonForTextThatNestsTooDeepIsShort(t *testing.T) {
	for _, open := range []string{"[", `{"a":`} {
		if _, err := tag.ParseJSON([]byte(strings.Repeat(open, 1000))); err == nil || len(err.Error()) > 300 {
			t.Errorf("got %v", err)
		}
	}
}

func TestParsedTextSharesNoMemoryWithItsSource(t *testing.T) {
	src := []byte(`{"k":"value"}`)
	v, err := tag.ParseJSON(src)
	if err != nil {
		t.Fatal(err)
	}
	for i := range src {
		src[i] = 'x'
	}
	if got := string(tag.AppendJSON(nil, v)); got != `{"k":"value"}` {
		t.Errorf("got %s", got)
	}
}

func TestASampleReadsBackWithItsQualityAndTime(t *testing.T) {
	for _, v := range []tag.Value{
		tag.FloatOf(21.5), tag.IntOf(7).WithQuality(tag.BadTimeout), tag.NullOf(tag.BadNoCommunication),
		tag.StringOf("on").WithQuality(tag.UncertainSubstitute), tag.BoolOf(true).WithQuality(0x80C5),
	} {
		s := tag.Sample{Stream: "boiler.climate", Field: "temperature", Value: v, Time: 1_700_000_000_123_456_789}
		text := tag.AppendSampleJSON(nil, s)
		back, err := tag.ParseSampleJSON(text)
		if err != nil || back.Stream != s.Stream || back.Field != s.Field || back.Time != s.Time || !back.Value.Equal(v) {
			t.Errorf("%s came back as %+v, %v", text, back, err)
		}
	}
}

func TestABadSampleNeverShowsAValue(t *testing.T) {
	text := string(tag.AppendSampleJSON(nil, tag.Sample{Value: tag.IntOf(7).WithQuality(tag.BadTimeout)}))
	if !strings.Contains(text, `"value":null,"last":7,"quality":"BadTimeout"`) {
		t.Errorf("got %s", text)
	}
}

func TestASampleThatLacksSomethingIsRefused(t *testing.T) {
	for _, text := range []string{
		`{}`, `{"value":1}`, `{"value":1,"time":"yesterday"}`, `{"value":1,"time":1,"quality":"Fine"}`, `{`,
	} {
		if s, err := tag.ParseSampleJSON([]byte(text)); err == nil {
			t.Errorf("%s was read as %+v", text, s)
		}
	}
}

func TestWritingJSONAllocatesNothing(t *testing.T) {
	b, buf := rows(t, 1), make([]byte, 0, 256)
	if n := testing.AllocsPerRun(100, func() { buf = tag.AppendRowJSON(buf[:0], b, 0) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzParseJSON(f *testing.F) {
	for _, v := range everyKind(f) {
		f.Add(tag.AppendJSON(nil, v))
	}
	f.Add([]byte(`{"a":[1,2.5,{"b":null}],"a":1e400}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := tag.ParseJSON(data)
		if err != nil {
			return
		}
		text := tag.AppendJSON(nil, v)
		if !json.Valid(text) {
			t.Fatalf("%q was written as %q", data, text)
		}
		again, err := tag.ParseJSON(text)
		if err != nil {
			t.Fatalf("%q does not read back: %v", text, err)
		}
		if second := tag.AppendJSON(nil, again); !bytes.Equal(second, text) {
			t.Fatalf("%q became %q", text, second)
		}
	})
}
