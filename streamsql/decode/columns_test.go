package decode_test

import (
	"testing"

	"github.com/holdfast-edge/holdfast/streamsql/decode"
	"github.com/holdfast-edge/holdfast/tag"
)

func read(t *testing.T, d *decode.Decoder, all bool, columns ...string) {
	t.Helper()
	if err := d.Read(columns, all); err != nil {
		t.Fatal(err)
	}
}

func TestOtherColumnsAreReadFromTheNextMessageOn(t *testing.T) {
	d := decoder(t, decode.Options{Columns: []string{"a"}})
	add(t, d, `{"a":1,"b":1}`)
	read(t, d, false, "b", "a", "b")
	add(t, d, `{"a":2,"b":2}`, `[{"a":3,"b":3}]`)
	read(t, d, false, "b")
	add(t, d, `{"a":4,"b":4}`)
	want := "{\"a\":1}\n---\n{\"b\":2,\"a\":2}\n{\"b\":3,\"a\":3}\n---\n{\"b\":4}\n"
	if got := rows(d.Take()); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestAStreamThatIsReadAsAWholeKeepsTheColumnsThatWereMet(t *testing.T) {
	d := decoder(t, decode.Options{All: true, MaxColumns: 3})
	add(t, d, `{"x":1,"y":1}`)
	d.Take()
	read(t, d, true, "z")
	add(t, d, `{"q":2,"y":2}`)
	b := d.Take()[0]
	if got := rows([]*tag.Batch{b}); got != "{\"y\":2}\n" || b.Schema().Len() != 3 || d.Unlisted() != 1 {
		t.Errorf("got %s of %v, %d unlisted", got, b.Schema().Fields(), d.Unlisted())
	}
	read(t, d, false, "q")
	add(t, d, `{"q":3,"y":3}`)
	if got := rows(d.Take()); got != "{\"q\":3}\n" {
		t.Errorf("got %s", got)
	}
}

func TestRowsOfWhichSomeColumnsAreReadLaterAreWholeThroughAChange(t *testing.T) {
	d := keeping(t)
	add(t, d, `{"a":1,"b":1}`)
	read(t, d, true, "b")
	add(t, d, `{"a":2,"b":2}`)
	batches := d.Take()
	if len(batches) != 2 || batches[1].Ready() != 1 || string(tag.AppendJSON(nil, batches[1].Front(0)[0])) != "2" {
		t.Fatalf("%d batches", len(batches))
	}
	if got := rows(batches); got != "{\"a\":1,\"b\":1}\n---\n{\"a\":2,\"b\":2}\n" {
		t.Errorf("got\n%s", got)
	}
}
