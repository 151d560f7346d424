package decode_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"
	"unicode/utf8"

	"github.com/holdfast-edge/holdfast/streamsql/decode"
	"github.com/holdfast-edge/holdfast/tag"
)

// FuzzAdd holds that nothing panics, that what is refused leaves no row behind,
// that the standard library's objects are all taken, and that a row says the
// same as the vocabulary's own reader.
func FuzzAdd(f *testing.F) {
	for _, seed := range []string{
		message, `[{"a":1},{"b":[1,{"c":null}]}]`, `{"a":1e5,"A":-0.5,"":"\u0000"}`, `[]`, `{"a":01}`, `{"a":1`, `{"a":nan}`,
		`{"a":1,"a":2}`, `{"a":"\ud800"}`, ` { "A" : -1.5 , "x":true,"b":null } `, `{"a":-}`, `{"a":1}x`, `{"a":1.}`,
		`{"a":1764318600123}`, `{"a":"2026-11-28T08:30:00.5+01:00"}`, `{"a":"2026-11-28T8:30:00Z","a":5}`, `{"a":99999999999999}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		all, two := decoder(t, decode.Options{All: true}), decoder(t, decode.Options{Columns: []string{"a", "b"}})
		n, err := all.Add(payload, 1, 0)
		_, errTwo := two.Add(payload, 1, 0)
		var object map[string]any
		if json.Unmarshal(payload, &object) == nil && object != nil && (err != nil || errTwo != nil) {
			t.Fatalf("an object is refused: %v, %v", err, errTwo)
		}
		sameAsParser(t, payload)
		sameLater(t, payload)
		taken := 0
		for _, b := range all.Take() {
			taken += b.Len()
		}
		if taken != n {
			t.Fatalf("%d rows for %d, error %v", taken, n, err)
		}
		if err == nil && n == 1 && payload[0] == '{' && utf8.Valid(payload) {
			sameAsVocabulary(t, payload, two.Take()[0])
		}
	})
}

// sameAsParser holds that what is read without a tree is what the parser reads.
func sameAsParser(t *testing.T, payload []byte) {
	t.Helper()
	for _, o := range []decode.Options{
		{All: true, MaxColumns: 4},
		{Columns: []string{"a", "A", "temperature"}},
		{All: true, MaxColumns: 4, Timestamp: "a"},
		{Columns: []string{"a", "temperature"}, Timestamp: "a"},
		{Timestamp: "at"},
	} {
		quick, slow := decoder(t, o), decoder(t, o)
		slow.ParseAll()
		// The second time its names are expected, the first time others.
		for _, payload := range [][]byte{[]byte(`{"a": 1, "A":2}`), payload, payload} {
			n, err := quick.Add(payload, 1, 0)
			m, slowErr := slow.Add(payload, 1, 0)
			if n != m || (err == nil) != (slowErr == nil) || quick.Unlisted() != slow.Unlisted() {
				t.Fatalf("%d rows, %v, %d unlisted; the parser has %d, %v, %d", n, err, quick.Unlisted(), m, slowErr, slow.Unlisted())
			}
			got, want := quick.Take(), slow.Take()
			if rows(got) != rows(want) || !slices.Equal(times(got), times(want)) {
				t.Fatalf("got\n%s%v, want\n%s%v", rows(got), times(got), rows(want), times(want))
			}
		}
	}
}

// times are those of the rows.
func times(batches []*tag.Batch) (all []int64) {
	for _, b := range batches {
		for i := range b.Len() {
			all = append(all, b.Time(i))
		}
	}
	return all
}

func sameAsVocabulary(t *testing.T, payload []byte, b *tag.Batch) {
	t.Helper()
	want, err := tag.ParseJSON(payload)
	if err != nil {
		t.Fatalf("taken, and the vocabulary refuses it: %v", err)
	}
	for slot, name := range []string{"a", "b"} {
		v, given := want.Object().Lookup(name)
		got := b.Row(0)[slot]
		if given && !bytes.Equal(tag.AppendJSON(nil, got), tag.AppendJSON(nil, v)) {
			t.Fatalf("%s: %s, want %s", name, tag.AppendJSON(nil, got), tag.AppendJSON(nil, v))
		}
	}
}
