package lookup_test

import (
	"errors"
	"strings"
	"testing"
	"time"

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
	table.Put(batch(t, 5, `{"k":1,"x":10} {"k":2,"x":20}`))
	table.Put(batch(t, 7, `{"k":1,"x":11} {"x":99}`))
	table.Put(batch(t, 6, `{"k":1,"x":12}`))
	table.Put(batch(t, 7, `{"y":0,"x":13,"k":1}`))
	table.Put(batch(t, 8, `{"x":14}`))
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

func TestTheKeyThatCameLongestAgoIsForgottenForANewOne(t *testing.T) {
	table := lookup.NewNewest(2, "k")
	for _, rows := range []string{`{"k":1}`, `{"k":2}`, `{"k":1}`, `{"k":3}`} {
		table.Put(batch(t, 0, rows))
	}
	if table.Len() != 2 || table.Forgotten() != 1 || ask(t, table, 0, "k", tag.IntOf(2)) != "" || ask(t, table, 0, "k", tag.IntOf(1)) == "" {
		t.Errorf("%d keys, %d forgotten", table.Len(), table.Forgotten())
	}
}

// counting counts what it is asked, and answers with the value itself.
type counting struct {
	asked int
	err   error
	rows  *tag.Batch
}

func (c *counting) Lookup(int64, []string, []tag.Value) (*tag.Batch, error) {
	c.asked++
	return c.rows, c.err
}

func TestACacheAsksOnceUntilItsAnswerIsOld(t *testing.T) {
	table := &counting{rows: batch(t, 0, `{"x":1}`)}
	cache := lookup.NewCache(table, time.Second, 2)
	for _, step := range []struct {
		now   int64
		key   tag.Value
		asked int
	}{
		{0, tag.IntOf(1), 1},
		{1e9 - 1, tag.FloatOf(1), 1}, // the same key
		{1e9, tag.IntOf(1), 2},
		{1e9, tag.IntOf(2), 3},
		{1e9, tag.IntOf(1), 3},
		{1e9, tag.IntOf(3), 4}, // 2 was used longest ago
		{1e9, tag.IntOf(1), 4},
		{1e9, tag.IntOf(2), 5},
	} {
		if got := ask(t, cache, step.now, "k", step.key); got != `{"x":1}` || table.asked != step.asked {
			t.Errorf("%v: got %s after %d questions, want %d", step, got, table.asked, step.asked)
		}
	}
	if s := cache.Stats(); s.Hits != 3 || s.Misses != 5 || s.Entries != 2 || s.Errors != 0 {
		t.Errorf("%+v", s)
	}
	cache.Clear()
	if ask(t, cache, 1e9, "k", tag.IntOf(1)); table.asked != 6 {
		t.Error("a cleared cache has not asked")
	}
}

func TestACacheRemembersThatThereIsNothingAndNoError(t *testing.T) {
	table := &counting{}
	cache := lookup.NewCache(table, time.Second, 2)
	for range 3 {
		ask(t, cache, 0, "k", tag.IntOf(1))
	}
	table.err = errors.New("gone")
	for range 3 {
		if got := ask(t, cache, 0, "k", tag.IntOf(2)); got != "gone" {
			t.Error(got)
		}
	}
	if table.asked != 4 || cache.Stats().Errors != 3 {
		t.Errorf("%d questions, %+v", table.asked, cache.Stats())
	}
}
