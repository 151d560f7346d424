package decode_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/holdfast-edge/holdfast/streamsql/decode"
	"github.com/holdfast-edge/holdfast/tag"
)

// keeping returns a decoder that reads a at once and everything else later. Its
// schema has a to d.
func keeping(t testing.TB) *decode.Decoder {
	t.Helper()
	d := decoder(t, decode.Options{Columns: []string{"a"}, All: true, Keeps: true})
	add(t, d, `{"a":0,"b":0,"c":0,"d":0}`)
	d.Take()
	return d
}

func TestColumnsThatNobodyNamesAreReadWhenSomebodyAsksForTheRow(t *testing.T) {
	d := keeping(t)
	add(t, d, `{"b":"x","a":1,"c":[1,{"y":null}]}`, `[{"a":2,"d":-1.50},{"b":"\u00e9"}]`)
	b := d.Take()[0]
	if b.Ready() != 1 || !b.HasTexts() {
		t.Fatalf("%d columns are read", b.Ready())
	}
	for i, want := range []string{"1", "2", "null"} {
		if got := string(tag.AppendJSON(nil, b.Front(i)[0])); got != want {
			t.Errorf("row %d has %s, want %s", i, got, want)
		}
	}
	for i, want := range []string{`1 "x" [1,{"y":null}] null `, `2 null null -1.5 `, `null "é" null null `} {
		var got []byte
		for _, v := range b.Slice(i, 3).Row(0) {
			got = append(tag.AppendJSON(got, v), ' ')
		}
		if string(got) != want {
			t.Errorf("row %d is %s, want %s", i, got, want)
		}
	}
}

func TestARowIsToldAsItCameWhereThatSaysNoMoreAndNoLess(t *testing.T) {
	for payload, same := range map[string]bool{
		`{"a":1,"b":"x y","c":-0.50,"d":null}`: true,
		` {"d": true, "a": 1} ` + "\n":         true,
		`{"b":"°C"}`:                           true,
		`{"a":1,"a":2}`:                        false, // which of them
		"{\"a\":1,\n\"b\":2}":                  false, // one row, one line
		`{"a":1e400}`:                          false,
		`{"a":007}`:                            false, // not JSON
		`{"b":"\u0041"}`:                       false, // read by the parser
		`{"b":[1]}`:                            false,
		"{\"b\":\"\xff\"}":                     false,
		`{}`:                                   false,
	} {
		d := keeping(t)
		add(t, d, payload)
		b := d.Take()[0]
		switch told := b.Text(0); {
		case !same && told != nil:
			t.Errorf("%q is told as %s", payload, told)
		case same && !bytes.Equal(told, bytes.TrimSpace([]byte(payload))):
			t.Errorf("%q is told as %q", payload, told)
		}
	}
}

func TestAStreamWhoseRowsAreAskedForIsReadAsAWhole(t *testing.T) {
	d := keeping(t)
	next := func() *tag.Batch {
		d.Expect(1)
		add(t, d, `{"a":1,"b":2}`)
		return d.Take()[0]
	}
	for range 3 {
		if next().Ready() != 1 {
			t.Fatal("all is read before anybody asks")
		}
	}
	next().Row(0)
	if next().Ready() == 1 {
		t.Error("it would be read twice")
	}
	for range 2000 { // nobody asks any more
		next()
	}
	if next().Ready() != 1 {
		t.Error("all is read though nobody asks")
	}
}

// sameLater holds that rows are the same whether they are read at once or later,
// and that what a row is told as says what the row says.
func sameLater(t *testing.T, payload []byte) {
	t.Helper()
	for _, timestamp := range []string{"", "b"} {
		sameLaterOf(t, decode.Options{Columns: []string{"a"}, All: true, MaxColumns: 8, Timestamp: timestamp}, payload)
	}
}

func sameLaterOf(t *testing.T, o decode.Options, payload []byte) {
	t.Helper()
	now := decoder(t, o)
	o.Keeps = true
	later := decoder(t, o)
	for _, text := range [][]byte{[]byte(`{"a":1,"b":2,"temperature":3}`), payload, payload} {
		n, err := now.Add(text, 1, 0)
		m, laterErr := later.Add(text, 1, 0)
		if n != m || (err == nil) != (laterErr == nil) || now.Unlisted() != later.Unlisted() {
			t.Fatalf("%d rows, %v, %d unlisted; later %d, %v, %d", n, err, now.Unlisted(), m, laterErr, later.Unlisted())
		}
	}
	want, got := now.Take(), later.Take()
	if len(want) != len(got) || !slices.Equal(times(want), times(got)) {
		t.Fatalf("%d batches, later %d", len(want), len(got))
	}
	for k, b := range want {
		for i := range b.Len() {
			if told := got[k].Text(i); told != nil {
				again := decoder(t, decode.Options{Columns: columns(b.Schema()), All: true})
				add(t, again, string(told))
				sameRow(t, b.Row(i), again.Take()[0].Row(0))
			}
			sameRow(t, b.Row(i), got[k].Row(i))
		}
	}
}

func columns(s *tag.Schema) (names []string) {
	for _, f := range s.Fields() {
		names = append(names, f.Name)
	}
	return names
}

func sameRow(t *testing.T, want, got []tag.Value) {
	t.Helper()
	for slot, v := range want {
		if v.Kind() != got[slot].Kind() || !bytes.Equal(tag.AppendJSON(nil, v), tag.AppendJSON(nil, got[slot])) {
			t.Fatalf("column %d: %s, want %s", slot, tag.AppendJSON(nil, got[slot]), tag.AppendJSON(nil, v))
		}
	}
}
