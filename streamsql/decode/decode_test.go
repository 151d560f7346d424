package decode_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/streamsql/decode"
	"github.com/holdfast-edge/holdfast/tag"
)

func decoder(t testing.TB, o decode.Options) *decode.Decoder {
	t.Helper()
	o.Stream, o.Name = tag.NewStreamID("site", "s"), "s"
	d, err := decode.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// rows writes batches as JSON, a line a row, with a line --- between batches.
func rows(batches []*tag.Batch) string {
	var out []byte
	for n, b := range batches {
		if n > 0 {
			out = append(out, "---\n"...)
		}
		for i := range b.Len() {
			out = append(tag.AppendRowJSON(out, b, i), '\n')
		}
	}
	return string(out)
}

func add(t testing.TB, d *decode.Decoder, payloads ...string) {
	t.Helper()
	for _, p := range payloads {
		if _, err := d.Add([]byte(p), 7, 0); err != nil {
			t.Fatalf("%s: %v", p, err)
		}
	}
}

func TestOnlyTheColumnsAskedForAreRead(t *testing.T) {
	d := decoder(t, decode.Options{Columns: []string{"b", "a", "b"}})
	add(t, d, `{"a":1,"x":{"y":[1,2]},"b":"two"}`, `{"x":0}`, `[{"a":null},{"b":true}]`)
	want := "{\"b\":\"two\",\"a\":1}\n{}\n{\"a\":null}\n{\"b\":true}\n"
	if got := rows(d.Take()); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if d.Take() != nil {
		t.Error("what was taken is given away again")
	}
}

func TestANameMeetsColumnsThatDifferInCaseUnlessTheyHaveTheirOwn(t *testing.T) {
	d := decoder(t, decode.Options{Columns: []string{"Temp", "temp"}})
	add(t, d, `{"TEMP":1}`, `{"temp":2}`, `{"temp":3,"Temp":4}`, `{"Temp":5,"temp":6}`)
	want := "{\"Temp\":1,\"temp\":1}\n{\"Temp\":2,\"temp\":2}\n{\"Temp\":4,\"temp\":3}\n{\"Temp\":5,\"temp\":6}\n"
	if got := rows(d.Take()); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestTheSchemaGrowsBehindTheColumnsThatWereThere(t *testing.T) {
	d := decoder(t, decode.Options{All: true})
	add(t, d, `{"a":1}`, `[{"a":2},{"b":3,"a":4},{"c":5}]`, `{"b":6}`)
	batches := d.Take()
	want := "{\"a\":1}\n---\n{\"a\":2}\n{\"a\":4,\"b\":3}\n{\"c\":5}\n{\"b\":6}\n"
	if got := rows(batches); got != want {
		t.Fatalf("got\n%swant\n%s", got, want)
	}
	add(t, d, `{"c":7}`)
	after := d.Take()
	if len(after) != 1 || after[0].Schema() != batches[1].Schema() {
		t.Error("a schema that did not grow is another one")
	}
	if slot, _ := after[0].Schema().Slot("a"); slot != 0 {
		t.Errorf("a moved to slot %d", slot)
	}
}

func TestAPublisherWithRandomNamesDoesNotFillTheMemory(t *testing.T) {
	d := decoder(t, decode.Options{All: true, MaxColumns: 3})
	for i := range 5000 {
		add(t, d, fmt.Sprintf(`{"n%d":1}`, i))
	}
	add(t, d, `{"`+strings.Repeat("n", 300)+`":1,"n0":2}`)
	batches := d.Take()
	if n := batches[len(batches)-1].Schema().Len(); n != 3 {
		t.Errorf("%d columns", n)
	}
	if d.Unlisted() != 4998 {
		t.Errorf("%d unlisted, want 4998", d.Unlisted())
	}
}

func TestAPayloadIsTakenAsAWholeOrNotAtAll(t *testing.T) {
	for _, o := range []decode.Options{{Columns: []string{"a", "ts"}, Timestamp: "ts"}, {All: true, Timestamp: "ts"}} {
		d := decoder(t, o)
		add(t, d, `{"a":1,"ts":1}`)
		for _, bad := range []string{
			``, `{`, `7`, `"text"`, `null`, `{"a":1}`, `[{"a":2,"ts":2},7]`, `[{"a":3,"ts":3},{"a":4}]`,
			`{"a":5,"ts":"yesterday"}`, `{"a":6,"ts":true}`, `{"a":1-2,"ts":7}`, `{"a":1.,"ts":7}`, `{"a":[1-2],"ts":7}`,
			`{"a":1,"ts":1e300}`, `{"a":1,"ts":"0001-01-01T00:00:00Z"}`, `{"a":1,"ts":9223372036854775807}`,
		} {
			if n, err := d.Add([]byte(bad), 7, 0); err == nil || n != 0 {
				t.Errorf("%s: %d rows, %v", bad, n, err)
			}
		}
		add(t, d, `{"a":8,"ts":8}`)
		if got, want := strings.ReplaceAll(rows(d.Take()), "---\n", ""), "{\"a\":1,\"ts\":1}\n{\"a\":8,\"ts\":8}\n"; got != want {
			t.Errorf("got\n%swant\n%s", got, want)
		}
	}
}

func TestTheSourceTimeIsTheArrivalOrTheFieldThatIsNamed(t *testing.T) {
	d := decoder(t, decode.Options{Columns: []string{"a"}})
	add(t, d, `{"a":1,"ts":5}`)
	if got := d.Take()[0].Time(0); got != 7 {
		t.Errorf("arrival: %d", got)
	}
	d = decoder(t, decode.Options{Columns: []string{"a"}, Timestamp: "ts"})
	add(t, d, `{"ts":1500}`, `{"ts":1.5}`, `{"ts":"1970-01-01T01:00:00.5+01:00"}`)
	b := d.Take()[0]
	for i, want := range []int64{1_500_000_000, 1_500_000, 500_000_000} {
		if got := b.Time(i); got != want {
			t.Errorf("row %d: %d, want %d", i, got, want)
		}
	}
	if _, is := b.Schema().Slot("ts"); is {
		t.Error("the field of the time became a column")
	}
}

func TestRowsOfDifferentHopsAreInDifferentBatches(t *testing.T) {
	d := decoder(t, decode.Options{Columns: []string{"a"}})
	for _, hops := range []int{0, 2, 2, 1} {
		if _, err := d.Add([]byte(`{"a":1}`), 7, hops); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for _, b := range d.Take() {
		got = append(got, fmt.Sprintf("%d of %d", b.Len(), b.Hops()))
	}
	if want := "1 of 0, 2 of 2, 1 of 1"; strings.Join(got, ", ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

func TestNumbersAreReadAsTheVocabularyReadsThem(t *testing.T) {
	d := decoder(t, decode.Options{Columns: []string{"a"}})
	for _, text := range []string{
		"0", "-0", "1", "-1", "007", "123456789012345678", "-123456789012345678", "1234567890123456789", "9223372036854775808",
		"99999999999999999999", "0.1", "-0.0", "30.0", "1.5e3", "1E-7", "1e400", "9007199254740993.0", "0.3000000000000001",
		"123456789.12345678", "0.1234567890123456", "nan", "-inf",
	} {
		add(t, d, `{"a":`+text+`}`)
		want, err := tag.ParseNumber(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := d.Take()[0].Row(0)[0]; !got.Equal(want) {
			t.Errorf("%s: %s, want %s", text, tag.AppendJSON(nil, got), tag.AppendJSON(nil, want))
		}
	}
}

func TestTextsShareNoMemoryWithThePayloadAndStayAsTheyWere(t *testing.T) {
	d := decoder(t, decode.Options{Columns: []string{"a"}})
	var batches []*tag.Batch
	for i := range 3000 {
		payload := fmt.Appendf(nil, `{"a":"text %d \u00b0"}`, i)
		if _, err := d.Add(payload, 7, 0); err != nil {
			t.Fatal(err)
		}
		clear(payload)
		batches = append(batches, d.Take()...)
	}
	for i, b := range batches {
		if got, want := b.Row(0)[0].Str(), fmt.Sprintf("text %d °", i); got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
	}
	add(t, d, `{"a":"`+strings.Repeat("x", 10_000)+`"}`, `{"a":""}`, "{\"a\":\"\xff\"}")
	b := d.Take()[0]
	if n := len(b.Row(0)[0].Str()); n != 10_000 || b.Row(1)[0].Kind() != tag.String || b.Row(2)[0].Str() != "\uFFFD" {
		t.Errorf("%d octets, %v, %q", n, b.Row(1)[0].Kind(), b.Row(2)[0].Str())
	}
}

// message is of 90 bytes, as sensors send them.
const message = `{"device":"pump-17","temperature":21.5,"humidity":55,"pressure":1013.25,"state":"running"}`

func TestARowCostsNoAllocationBeyondItsArena(t *testing.T) {
	d := decoder(t, decode.Options{Columns: []string{"temperature", "humidity", "pressure"}})
	payload := []byte(message)
	d.Expect(1 << 16)
	add(t, d, message)
	if n := testing.AllocsPerRun(1000, func() {
		if _, err := d.Add(payload, 7, 0); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations a row", n)
	}
}

func TestSpacesWithoutEndBeforeAFieldAreNotExpected(t *testing.T) {
	d := decoder(t, decode.Options{Columns: []string{"a", "b", "c"}})
	wide := `{"a":1,` + strings.Repeat(" ", 1000) + `"b":2,"c":3}`
	add(t, d, wide, `{"a":4,"b":5,"c":6}`, wide)
	if got, want := rows(d.Take()), `{"a":1,"b":2,"c":3}`+"\n"+`{"a":4,"b":5,"c":6}`+"\n"+`{"a":1,"b":2,"c":3}`+"\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func BenchmarkAddProjected(b *testing.B) {
	benchmark(b, decode.Options{Columns: []string{"temperature", "humidity"}})
}

func BenchmarkAddDated(b *testing.B) {
	benchmark(b, decode.Options{Columns: []string{"temperature", "humidity"}, Timestamp: "at"})
}

func BenchmarkAddAll(b *testing.B) { benchmark(b, decode.Options{All: true}) }

func benchmark(b *testing.B, o decode.Options) {
	d, payload := decoder(b, o), []byte(message)
	if o.Timestamp != "" {
		payload = []byte(message[:len(message)-1] + `,"` + o.Timestamp + `":1764318600123}`)
	}
	const atOnce = 64
	b.SetBytes(int64(len(payload)))
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		if n%atOnce == 0 {
			d.Take()
			d.Expect(atOnce)
		}
		n++
		if _, err := d.Add(payload, 7, 0); err != nil {
			b.Fatal(err)
		}
	}
}
