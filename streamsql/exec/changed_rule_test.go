package exec_test

import (
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/streamsql"
	"github.com/holdfast-edge/holdfast/tag"
)

// changing are the sources of rules that change.
var changing = streamsql.Sources{"plant": {}, "other": {}, "limits": {Kind: streamsql.TableSource, Retain: 5}}

// changed runs a query over three rows of each of its sources, and goes on as
// another with a fourth of each.
func changed(t *testing.T, from, to string, before, after streamsql.Options) string {
	t.Helper()
	var out strings.Builder
	e := compiled(t, from).New(before)
	pushEach(t, e, from, 0, 3, &out)
	out.Reset()
	f := compiled(t, to).New(after)
	if err := f.Restore(e.Snapshot()); err != nil {
		t.Errorf("%s\n  with the state of %s: %v", to, from, err)
		return ""
	}
	pushEach(t, f, to, 1e8, 1, &out)
	f.Tick(5e9, emitTo(&out))
	f.End(5e9, emitTo(&out))
	return strings.NewReplacer("\n", " ", "-", "").Replace(out.String())
}

func compiled(t *testing.T, text string) *streamsql.Query {
	t.Helper()
	q, err := streamsql.Compile(text, changing)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return q
}

func pushEach(t *testing.T, e *streamsql.Exec, text string, now int64, rows int, out *strings.Builder) {
	t.Helper()
	for k := range compiled(t, text).Sources() {
		b := tag.NewBuilder(plantSchema(t), rows)
		for range rows {
			b.Row(now)[2] = tag.IntOf(1)
		}
		e.Push(now, k, b.Batch(), emitTo(out))
	}
}

// What a changed rule does not have any more is left out, and costs it nothing of
// the rest.
func TestWhatAChangedRuleHasNotAnyMoreIsLeftOut(t *testing.T) {
	const joined = "SELECT count(*) AS c FROM plant a JOIN other b ON a.n = b.n GROUP BY tumble('1s')"
	for _, c := range []struct{ from, to, want, inEventTime string }{
		{from: "SELECT count(*) AS c, n FROM plant GROUP BY tumble('1s')", to: "SELECT count(*) AS c, n FROM plant p GROUP BY tumble('1s')", want: `{"c":4,"n":1} `},
		{from: "SELECT n FROM plant p GROUP BY tumble('1s')", to: "SELECT n FROM plant GROUP BY tumble('1s')", want: `{"n":1} {"n":1} {"n":1} {"n":1} `},
		{
			from: "SELECT count(*) AS c FROM plant GROUP BY slide('1s')", to: "SELECT count(*) AS c FROM plant x GROUP BY slide('1s')",
			want: `{"c":4} `, inEventTime: `{"c":3} {"c":3} {"c":3} {"c":4} `,
		},
		{from: "SELECT count(*) AS c FROM plant GROUP BY tumble('1s')", to: "SELECT count(*) AS c FROM other GROUP BY tumble('1s')", want: `{"c":1} `},
		{from: "SELECT count(*) AS c FROM plant x GROUP BY slide('1s')", to: "SELECT count(*) AS c FROM other x GROUP BY slide('1s')", want: `{"c":1} `},
		{from: joined, to: strings.ReplaceAll(strings.ReplaceAll(joined, "b.n", "c.n"), "other b", "other c"), want: `{"c":16} `},
		{
			from: joined, to: "SELECT count(*) AS c FROM plant a GROUP BY tumble('1s')",
			want: `{"c":1} `, inEventTime: `{"c":4} `, // those that waited for the watermark
		},
		{
			from: "SELECT acc_sum(n) AS s FROM plant", to: "SELECT acc_sum(n) AS s, n FROM plant p",
			want: `{"s":4,"n":1} `, inEventTime: `{"s":1,"n":1} {"s":2,"n":1} {"s":3,"n":1} {"s":4,"n":1} `,
		},
	} {
		for _, o := range []streamsql.Options{{}, {EventTime: true, Lateness: time.Second}} {
			want := c.want
			if o.EventTime && c.inEventTime != "" {
				want = c.inEventTime
			}
			if got := changed(t, c.from, c.to, o, o); got != want {
				t.Errorf("%s\n  became %s in event time %v: %s, want %s", c.from, c.to, o.EventTime, got, want)
			}
		}
	}
}

func TestARuleThatGoesByAnotherTimeBeginsItsWindowsAnew(t *testing.T) {
	const text = "SELECT count(*) AS c FROM plant GROUP BY tumble('1s')"
	processing, event := streamsql.Options{}, streamsql.Options{EventTime: true}
	if got := changed(t, text, text, processing, event); got != `{"c":1} ` {
		t.Errorf("in event time %s", got)
	}
	if got := changed(t, text, text, event, processing); got != `{"c":1} ` {
		t.Errorf("in processing time %s", got)
	}
}

// The watermark goes by the streams that there are, wherever they stand.
func TestTheStreamsOfAChangedRuleKeepTheirTimes(t *testing.T) {
	o := streamsql.Options{EventTime: true}
	e := compiled(t, "SELECT a.n AS n FROM plant a JOIN limits l ON a.n = l.n GROUP BY tumble('1s')").New(o)
	pushEach(t, e, "SELECT n FROM plant", 0, 1, new(strings.Builder))
	const to = "SELECT b.n AS n FROM other b LEFT JOIN plant a ON a.n = b.n GROUP BY tumble('1s')"
	f := compiled(t, to).New(o)
	if err := f.Restore(e.Snapshot()); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	sources := compiled(t, to).Sources()
	row := func(source int, at int64) {
		b := tag.NewBuilder(plantSchema(t), 1)
		b.Row(at)[2] = tag.IntOf(1)
		f.Push(0, source, b.Batch(), emitTo(&out))
	}
	if sources[0].Name != "other" {
		t.Fatal(sources)
	}
	row(0, 5e9)
	row(1, 1e9)
	row(1, 9e9)
	row(0, 9e9)
	if s := f.Stats(); s.Late != 0 || out.String() != "{\"n\":1}\n-" {
		t.Errorf("%d late, given %s", s.Late, out.String())
	}
}

func TestAQueryInAnExpressionKeepsItsRowsThroughARestart(t *testing.T) {
	for _, text := range []string{
		"SELECT n FROM plant WHERE n IN (SELECT n FROM limits)",
		"SELECT n FROM plant WHERE (SELECT count(*) FROM limits) = 3 AND (SELECT count(*) FROM limits) < 4",
	} {
		q := compiled(t, text)
		e := q.New(streamsql.Options{})
		b := tag.NewBuilder(plantSchema(t), 3)
		for range 3 {
			b.Row(0)[2] = tag.IntOf(1)
		}
		rows := b.Batch()
		var out strings.Builder
		e.Push(0, 0, rows, emitTo(&out)) // limits: the queries come first
		f := q.New(streamsql.Options{})
		if err := f.Restore(e.Snapshot()); err != nil {
			t.Fatal(err)
		}
		f.Push(0, 1, rows.Slice(0, 1), emitTo(&out))
		if q.Sources()[0].Name != "limits" || out.String() != "{\"n\":1}\n-" {
			t.Errorf("%s: %q", text, out.String())
		}
	}
}
