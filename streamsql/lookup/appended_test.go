package lookup_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/streamsql/lookup"
	"github.com/holdfast-edge/holdfast/tag"
)

// everything returns all rows of a table as JSON.
func everything(t *testing.T, table lookup.Table, now int64) string {
	t.Helper()
	b, err := table.Lookup(now, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if b == nil {
		return ""
	}
	return all(b)
}

func TestAppendedRowsAreFoundByAnyColumnsOldestFirst(t *testing.T) {
	table := lookup.NewAppended("t", lookup.Bounds{Rows: 10})
	table.Put(1, batch(t, 1, `{"k":1,"s":"a"} {"k":2,"s":"a"} {"k":null,"s":"b"}`))
	check := func(want, columns string, values ...tag.Value) {
		t.Helper()
		if got := ask(t, table, 2, columns, values...); got != want {
			t.Errorf("%s: got %s, want %s", columns, got, want)
		}
	}
	check(`{"k":1,"s":"a"} {"k":2,"s":"a"}`, "s", tag.StringOf("a"))
	check(``, "more", tag.IntOf(7))
	table.Put(2, batch(t, 2, `{"more":7,"K":9,"s":"a","k":1}`))
	check(`{"k":1,"s":"a"} {"k":2,"s":"a"} {"k":1,"s":"a","more":7,"K":9}`, "S", tag.StringOf("a"))
	check(`{"k":1,"s":"a"} {"k":1,"s":"a","more":7,"K":9}`, "s k", tag.StringOf("a"), tag.FloatOf(1))
	check(`{"k":1,"s":"a","more":7,"K":9}`, "more", tag.IntOf(7))
	if got := everything(t, table, 2); got != `{"k":1,"s":"a"} {"k":2,"s":"a"} {"k":null,"s":"b"} {"k":1,"s":"a","more":7,"K":9}` {
		t.Error(got)
	}
	if page := table.Page(2, 1, 2); len(page) != 1 || all(page[0]) != `{"k":2,"s":"a"} {"k":null,"s":"b"}` || table.Page(2, 4, 1) != nil {
		t.Errorf("%v", page)
	}
}

func TestTheOldestAppendedRowsGoFirst(t *testing.T) {
	table := lookup.NewAppended("t", lookup.Bounds{Rows: 3, Age: time.Second})
	for n := range 5 {
		table.Put(int64(n), batch(t, 0, fmt.Sprintf(`{"n":%d,"k":1}`, n)))
		ask(t, table, int64(n), "k", tag.IntOf(1)) // keeps an index
	}
	if got := ask(t, table, 5, "k", tag.IntOf(1)); got != `{"n":2,"k":1} {"n":3,"k":1} {"n":4,"k":1}` || table.Pushed() != 2 {
		t.Errorf("%s, %d pushed", got, table.Pushed())
	}
	if got := everything(t, table, 3+int64(time.Second)); got != `{"n":3,"k":1} {"n":4,"k":1}` || table.Pushed() != 2 {
		t.Errorf("%s, %d pushed", got, table.Pushed())
	}
	if got := ask(t, table, 10+int64(time.Second), "k", tag.IntOf(1)); got != "" || table.Len() != 0 {
		t.Error(got)
	}
}

func TestAppendedRowsAreBoundedInBytes(t *testing.T) {
	table := lookup.NewAppended("t", lookup.Bounds{Rows: 100_000})
	large := strings.Repeat("x", lookup.MaxFile/4)
	for n := range 6 {
		table.Put(0, batch(t, 0, fmt.Sprintf(`{"n":%d,"x":%q}`, n, large[:len(large)-100])))
	}
	if table.Len() != 4 || table.Pushed() != 2 {
		t.Errorf("%d rows, %d pushed", table.Len(), table.Pushed())
	}
}

func TestASnapshotOfAppendedRowsGoesInFrontOfThoseThatCameSince(t *testing.T) {
	before := lookup.NewAppended("t", lookup.Bounds{Rows: 10})
	before.Put(1, batch(t, 1, `{"a":1,"x":{"y":[1,"z"]}} {"a":2,"b":null}`))
	before.Put(2, batch(t, 2, `{"c":"later"}`))
	after := lookup.NewAppended("t", lookup.Bounds{Rows: 3})
	after.Put(3, batch(t, 3, `{"c":"since","a":4}`))
	if err := after.Restore(4, before.Snapshot()); err != nil {
		t.Fatal(err)
	}
	want := `{"a":2,"b":null} {"c":"later"} {"a":4,"c":"since"}`
	if got := everything(t, after, 4); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := ask(t, after, 4, "c", tag.StringOf("since")); got != `{"a":4,"c":"since"}` {
		t.Error(got)
	}
	again := lookup.NewAppended("t", lookup.Bounds{Rows: 3})
	if err := again.Restore(4, after.Snapshot()); err != nil || everything(t, again, 4) != want || !bytes.Equal(again.Snapshot(), after.Snapshot()) {
		t.Errorf("%v: %s", err, everything(t, again, 4))
	}
	if err := again.Restore(4, []byte("nonsense")); err == nil || everything(t, again, 4) != want {
		t.Error("nonsense was taken in")
	}
}

// FuzzRestoreAppended takes in anything: no panic, and what was taken in is
// written again as it was.
func FuzzRestoreAppended(f *testing.F) {
	table := lookup.NewAppended("t", lookup.Bounds{Rows: 10})
	f.Add(table.Snapshot())
	rows, err := lookup.ParseJSON("s", []byte(`{"a":1,"b":"x"} {"c":[1]}`), 7)
	if err != nil {
		f.Fatal(err)
	}
	table.Put(7, rows.Rows())
	f.Add(table.Snapshot())
	f.Fuzz(func(t *testing.T, data []byte) {
		table := lookup.NewAppended("t", lookup.Bounds{Rows: 1000, Age: time.Hour})
		if table.Restore(0, data) != nil {
			return
		}
		again := lookup.NewAppended("t", lookup.Bounds{Rows: 1000, Age: time.Hour})
		snapshot := table.Snapshot()
		if err := again.Restore(0, snapshot); err != nil || !bytes.Equal(again.Snapshot(), snapshot) {
			t.Errorf("%q is not what it was: %v", snapshot, err)
		}
	})
}
