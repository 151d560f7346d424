package streamsqltest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/streamsql"
	"github.com/holdfast-edge/holdfast/streamsql/lookup"
	"github.com/holdfast-edge/holdfast/tag"
)

// FuzzRun runs whatever compiles, alone and twice in a group, over a few rows of
// every kind: no panic, no hang, and a snapshot is taken up again.
func FuzzRun(f *testing.F) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if strings.HasPrefix(line, "SELECT") {
				f.Add(line, false, false)
				f.Add(line, true, true)
			}
		}
	}
	f.Fuzz(func(t *testing.T, text string, ekuiper, eventTime bool) {
		catalog := streamsql.Sources{
			"demo": {}, "a": {}, "b": {}, "boiler": {}, "names": {Kind: streamsql.TableSource, Retain: 3}, "limits": {Kind: streamsql.LookupSource},
		}
		q, err := streamsql.Compiler{Catalog: catalog, EKuiper: ekuiper}.Compile(text)
		if err != nil || repeats(text) {
			return
		}
		q.Explain(false)
		runOver(t, q, streamsql.Options{EventTime: eventTime, Tables: map[string]lookup.Table{"limits": lookup.NewFixed(kinds(t, 0))}})
	})
}

// repeats reports whether a query makes large values on purpose: that they are
// bounded is tested elsewhere, and takes its time.
func repeats(text string) bool {
	text = strings.ToLower(text)
	for _, word := range []string{"repeat", "sequence", "pad", "replace", "zeroblob", "concat", "format", "printf", "compress"} {
		if strings.Contains(text, word) {
			return true
		}
	}
	return false
}

// kinds makes rows of values of every kind.
func kinds(t *testing.T, at int64) *tag.Batch {
	t.Helper()
	table, err := lookup.ParseJSON("rows", []byte(`
		{"a":1,"b":2.5,"k":"x","t":90,"n":1,"id":1,"x":[1,2,{"y":3}],"device":"a","o":{"p":null}}
		{"a":"text","b":null,"k":"y","t":-1,"n":2,"id":1,"x":{},"device":"b"}
		{"a":true,"b":18446744073709551615,"t":null,"n":0,"x":"","device":null}
	`), at)
	if err != nil {
		t.Fatal(err)
	}
	return table.Rows()
}

func runOver(t *testing.T, q *streamsql.Query, o streamsql.Options) {
	t.Helper()
	nowhere := func(*tag.Batch) {}
	alone := q.New(o)
	g := streamsql.NewGroup()
	grouped := len(q.Sources()) == 1
	if grouped {
		g.Add(q.New(o), 0, nowhere)
		g.Add(q.New(o), 0, nowhere)
	}
	for step := range int64(4) {
		now := step * 700e6
		for source := range q.Sources() {
			alone.Push(now, source, kinds(t, now), nowhere)
		}
		if grouped {
			g.Push(now, kinds(t, now))
			g.Tick(now + 1)
		}
		alone.Tick(now+1, nowhere)
		next := q.New(o)
		if err := next.Restore(alone.Snapshot()); err != nil {
			t.Fatal(err)
		}
		alone = next
	}
	alone.End(3e9, nowhere)
}
