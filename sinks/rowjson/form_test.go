package rowjson_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/sinks/rowjson"
	"github.com/holdfast-edge/holdfast/tag"
)

const noon = 1_800_000_000_000_000_000

func schema(t testing.TB, names ...string) *tag.Schema {
	t.Helper()
	var fields []tag.Field
	for _, name := range names {
		fields = append(fields, tag.Field{Name: name})
	}
	s, err := tag.NewSchema(tag.NewStreamID("plant-7", "s"), "s", fields...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func row(t testing.TB, names []string, values ...tag.Value) (*tag.Schema, *tag.Builder) {
	t.Helper()
	s := schema(t, names...)
	b := tag.NewBuilder(s, 1)
	copy(b.Row(noon), values)
	return s, b
}

func TestARowIsItsFieldsAndWhatIsKnownOfThem(t *testing.T) {
	names := []string{"a", "b", "c", "absent"}
	s, b := row(t, names, tag.FloatOf(21.5), tag.IntOf(7).WithQuality(tag.BadTimeout), tag.StringOf("x").WithQuality(tag.UncertainLastUsable))
	b.Stamp(0, noon-int64(time.Second))
	made := b.Derived(tag.Backfill, 1).Committed(tag.Identity{Site: `pl"ant`, Incarnation: 2, Sequence: 3})
	want := `{"a":21.5,"b":null,"c":"x","ts":"2027-01-15T08:00:00Z","id":"pl\"ant/00000000-0000-0000-0000-000000000000/2/3",` +
		`"quality":{"b":"BadTimeout","c":"UncertainLastUsableValue"},"times":{"a":"2027-01-15T07:59:59Z"},"historical":true}`
	got := rowjson.New(s, rowjson.RFC3339).AppendRow(nil, made, 0)
	if !json.Valid(got) {
		t.Fatalf("not JSON: %s", got)
	}
	var a, b2 map[string]any
	_, _ = json.Unmarshal(got, &a), json.Unmarshal([]byte(want), &b2)
	for key, v := range b2 {
		if key == "quality" {
			continue
		}
		if !reflect.DeepEqual(a[key], v) {
			t.Errorf("%s: got %v, want %v", key, a[key], v)
		}
	}
	if q, _ := a["quality"].(map[string]any); len(q) != 2 || q["b"] != tag.BadTimeout.String() {
		t.Errorf("quality %v", a["quality"])
	}
}

func TestTimesAreCountedAsTheFormatSays(t *testing.T) {
	for format, want := range map[string]string{
		"rfc3339": `"2027-01-15T08:00:00Z"`, "s": "1800000000", "ms": "1800000000000", "us": "1800000000000000", "ns": "1800000000000000000",
	} {
		if got := string(rowjson.AppendTime(nil, noon, format)); got != want {
			t.Errorf("%s: %s, want %s", format, got, want)
		}
	}
	if n := len(rowjson.TimeFormats()); n != 5 {
		t.Errorf("%d formats", n)
	}
}

func TestAFieldKeepsItsNameAndOursGivesWay(t *testing.T) {
	s, b := row(t, []string{"ts", "_ts"}, tag.IntOf(1), tag.IntOf(2))
	if got, want := string(rowjson.New(s, "s").AppendRow(nil, b.Batch(), 0)), `{"ts":1,"_ts":2,"__ts":1800000000}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestARowWithoutFieldsIsAnObjectToo(t *testing.T) {
	s, b := row(t, nil)
	if got, want := string(rowjson.New(s, "s").AppendRow([]byte("x"), b.Batch(), 0)), `x{"ts":1800000000}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestARowIsWrittenWithoutAllocations(t *testing.T) {
	s, b := row(t, []string{"a", "b"}, tag.FloatOf(21.5), tag.IntOf(7).WithQuality(tag.BadTimeout))
	made := b.Batch().Committed(tag.Identity{Site: "plant-7", Incarnation: 2, Sequence: 3})
	form, dst := rowjson.New(s, rowjson.RFC3339), make([]byte, 0, 1024)
	if n := testing.AllocsPerRun(100, func() { dst = form.AppendRow(dst[:0], made, 0) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
