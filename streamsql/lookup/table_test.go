package lookup_test

import (
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/streamsql/lookup"
	"github.com/holdfast-edge/holdfast/tag"
)

// ask returns the rows of an answer as JSON, or its error.
func ask(t *testing.T, table lookup.Table, now int64, columns string, values ...tag.Value) string {
	t.Helper()
	b, err := table.Lookup(now, strings.Split(columns, " "), values)
	if err != nil {
		return err.Error()
	}
	var rows []string
	for i := 0; b != nil && i < b.Len(); i++ {
		rows = append(rows, string(tag.AppendRowJSON(nil, b, i)))
	}
	return strings.Join(rows, " ")
}

func batch(t *testing.T, at int64, rows string) *tag.Batch {
	t.Helper()
	table, err := lookup.ParseJSON("s", []byte(rows), at)
	if err != nil {
		t.Fatal(err)
	}
	return table.Rows()
}

func TestAFixedTableAnswersByAnyColumns(t *testing.T) {
	table := lookup.NewFixed(batch(t, 0, `[{"k":1,"s":"a"},{"k":2,"s":"a"},{"k":null,"s":"b"}]`))
	for _, test := range []struct {
		columns string
		values  []tag.Value
		want    string
	}{
		{"k", []tag.Value{tag.IntOf(1)}, `{"k":1,"s":"a"}`},
		{"K", []tag.Value{tag.FloatOf(1)}, `{"k":1,"s":"a"}`},
		{"s", []tag.Value{tag.StringOf("a")}, `{"k":1,"s":"a"} {"k":2,"s":"a"}`},
		{"s k", []tag.Value{tag.StringOf("a"), tag.IntOf(2)}, `{"k":2,"s":"a"}`},
		{"k", []tag.Value{tag.StringOf("1")}, ``},
		{"nosuch", []tag.Value{tag.IntOf(1)}, ``},
	} {
		if got := ask(t, table, 0, test.columns, test.values...); got != test.want {
			t.Errorf("%s: got %s, want %s", test.columns, got, test.want)
		}
	}
}

func TestTheNewestRowOfAKeyIsTheOneOfTheLatestTime(t *testing.T) {
	table := lookup.NewNewest(10, "k")
	table.Put(0, batch(t, 5, `{"k":1,"x":10} {"k":2,"x":20}`))
	table.Put(0, batch(t, 7, `{"k":1,"x":11} {"x":99}`))
	table.Put(0, batch(t, 6, `{"k":1,"x":12}`))
	table.Put(0, batch(t, 7, `{"y":0,"x":13,"k":1}`))
	table.Put(0, batch(t, 8, `{"x":14}`))
	if got := ask(t, table, 0, "k", tag.IntOf(1)); got != `{"y":0,"x":13,"k":1}` {
		t.Error(got)
	}
	if got := ask(t, table, 0, "K", tag.IntOf(2)); got != `{"k":2,"x":20}` {
		t.Error(got)
	}
	if got := ask(t, table, 0, "x", tag.IntOf(2)); got != "look up by x: the table is looked up by k" {
		t.Error(got)
	}
}

// A device whose clock is set to the end of the century is not the newest until
// then.
func TestARowOfTheFarFutureIsNotTheNewest(t *testing.T) {
	const hour, now = 3600e9, 1_800_000_000e9
	table := lookup.NewNewest(10, "k")
	put := func(now, at int64, rows, want string, ahead uint64) {
		t.Helper()
		table.Put(now, batch(t, at, rows))
		if got := ask(t, table, 0, "k", tag.IntOf(1)); got != want || table.Ahead() != ahead {
			t.Errorf("got %s, %d ahead", got, table.Ahead())
		}
	}
	put(now, now+25*hour, `{"k":1,"x":1}`, "", 1)
	put(now, now, `{"k":1,"x":2}`, `{"k":1,"x":2}`, 1)
	put(now, now+100_000*hour, `{"k":1,"x":3}`, `{"k":1,"x":2}`, 2)
	put(now, now+23*hour, `{"k":1,"x":4}`, `{"k":1,"x":4}`, 2)
	put(now, now+46*hour, `{"k":1,"x":5}`, `{"k":1,"x":5}`, 2) // within a day of a row before: the clock may be wrong
	put(0, now+47*hour, `{"k":1,"x":6}`, `{"k":1,"x":6}`, 2)
}

func TestTheKeyThatCameLongestAgoIsForgottenForANewOne(t *testing.T) {
	table := lookup.NewNewest(2, "k")
	for _, rows := range []string{`{"k":1}`, `{"k":2}`, `{"k":1}`, `{"k":3}`} {
		table.Put(0, batch(t, 0, rows))
	}
	if table.Len() != 2 || table.Forgotten() != 1 || ask(t, table, 0, "k", tag.IntOf(2)) != "" || ask(t, table, 0, "k", tag.IntOf(1)) == "" {
		t.Errorf("%d keys, %d forgotten", table.Len(), table.Forgotten())
	}
}

// counting counts what it is asked, and answers with the value itself.
