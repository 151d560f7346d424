package trial_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/streamsql"
	"github.com/holdfast-edge/holdfast/streamsql/trial"
	"github.com/holdfast-edge/holdfast/tag"
)

func compile(t *testing.T, text string) *streamsql.Query {
	t.Helper()
	schema, err := tag.NewSchema(tag.StreamID{}, "fixed", tag.Field{Name: "x"})
	if err != nil {
		t.Fatal(err)
	}
	q, err := streamsql.Compile(text, streamsql.Sources{
		"boiler": {}, "limits": {Kind: streamsql.LookupSource}, "names": {Kind: streamsql.TableSource}, "fixed": {Schema: schema},
	})
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// show writes what a trial gave.
func show(r trial.Result) string {
	var out strings.Builder
	for _, e := range r.Emissions {
		fmt.Fprintf(&out, "%s", time.Duration(e.At))
		for i := range e.Rows.Len() {
			fmt.Fprintf(&out, " %s", tag.AppendRowJSON(nil, e.Rows, i))
		}
		out.WriteString("\n")
	}
	for _, f := range r.Failures {
		fmt.Fprintf(&out, "%s ! %v", time.Duration(f.At), f.Err)
		if f.Row != nil {
			fmt.Fprintf(&out, " %s", tag.AppendRowJSON(nil, f.Row, 0))
		}
		out.WriteString("\n")
	}
	return out.String() + string(r.Ended)
}

func TestPastedRowsRunOnAClockOfTheirOwn(t *testing.T) {
	q := compile(t, "SELECT count(*) AS n, max(t) AS top FROM boiler GROUP BY tumble('10s')")
	r, err := trial.Pasted(q, streamsql.Options{}, 8e9, []trial.Input{{
		Source: "boiler", Rows: []byte(`[{"t":1},{"t":2},{"t":3}]`),
	}}, trial.Bounds{})
	if err != nil {
		t.Fatal(err)
	}
	want := "10s {\"n\":2,\"top\":2}\n10s {\"n\":1,\"top\":3}\ninput"
	if got := show(r); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if !strings.HasPrefix(r.Plan, "read stream boiler: t\n") || r.Stats.RowsIn != 3 || r.Stats.RowsOut != 2 {
		t.Errorf("%s %+v", r.Plan, r.Stats)
	}
}

func TestRowsBringTheirTimesAndTablesTheirRows(t *testing.T) {
	q := compile(t, "SELECT t, upper, name FROM boiler LEFT JOIN limits ON limits.d = boiler.d LEFT JOIN names ON names.d = boiler.d")
	inputs := []trial.Input{
		{Source: "boiler", Time: "ts", Rows: []byte(`{"ts":3000,"d":1,"t":30} {"ts":"1970-01-01T00:00:01Z","d":1,"t":10} {"ts":5000,"t":50}`)},
		{Source: "limits", Rows: []byte(`[{"d":1,"upper":90}]`)},
		{Source: "names", Rows: []byte(`[{"d":1,"name":"pump"}]`)},
	}
	r, err := trial.Pasted(q, streamsql.Options{}, 2e9, inputs, trial.Bounds{})
	if err != nil {
		t.Fatal(err)
	}
	want := "1s {\"t\":10,\"upper\":90}\n3s {\"t\":30,\"upper\":90,\"name\":\"pump\"}\n5s {\"t\":50}\ninput"
	if got := show(r); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestWhatFailsIsShownWithItsRow(t *testing.T) {
	q := compile(t, "SELECT t, upper FROM boiler JOIN limits ON limits.d = boiler.d")
	r, err := trial.Pasted(q, streamsql.Options{}, 0, []trial.Input{{Source: "boiler", Rows: []byte(`{"t":1,"d":1} {"t":2}`)}}, trial.Bounds{Failures: 1})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := show(r), "0s ! look up limits: there is no such table {\"d\":1,\"t\":1}\ninput"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestALateRowIsShown(t *testing.T) {
	q := compile(t, "SELECT t FROM boiler")
	late := trial.New(q, streamsql.Options{EventTime: true}, 0, trial.Bounds{})
	for _, at := range []int64{5e9, 1e9} {
		b := tag.NewBuilder(schema(t), 1)
		b.Row(at)[0] = tag.IntOf(at)
		late.Push(0, 0, b.Batch())
	}
	r := late.Finish(0)
	if got := show(r); !strings.Contains(got, trial.ErrLate.Error()+` {"t":1000000000}`) || r.Stats.Late != 1 {
		t.Error(got)
	}
}

func schema(t *testing.T) *tag.Schema {
	t.Helper()
	s, err := tag.NewSchema(tag.StreamID{}, "boiler", tag.Field{Name: "t"})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestATrialEndsAtItsBounds(t *testing.T) {
	three := func() *tag.Batch {
		b := tag.NewBuilder(schema(t), 3)
		for i := range 3 {
			b.Row(0)[0] = tag.IntOf(int64(i))
		}
		return b.Batch()
	}
	for _, test := range []struct {
		bounds trial.Bounds
		ended  trial.Reason
		rows   uint64
	}{
		{trial.Bounds{Rows: 4}, trial.OutputFull, 6},
		{trial.Bounds{Input: 5}, trial.InputFull, 5},
		{trial.Bounds{Duration: 5 * time.Second}, trial.TimeIsUp, 15},
	} {
		run := trial.New(compile(t, "SELECT t FROM boiler"), streamsql.Options{}, 0, test.bounds)
		now := int64(0)
		for run.Push(now, 0, three()) {
			now += 1e9
		}
		r := run.Finish(now)
		if r.Ended != test.ended || r.Stats.RowsIn != test.rows {
			t.Errorf("%+v: ended for %s after %d rows", test.bounds, r.Ended, r.Stats.RowsIn)
		}
		shown := 0
		for _, e := range r.Emissions {
			shown += e.Rows.Len()
		}
		if test.bounds.Rows > 0 && shown != test.bounds.Rows {
			t.Errorf("%d rows are shown", shown)
		}
	}
}

func TestALiveTrialTicksUntilItsTimeIsUp(t *testing.T) {
	run := trial.New(compile(t, "SELECT count(*) AS n FROM boiler GROUP BY tumble('2s')"), streamsql.Options{}, 1e9, trial.Bounds{Duration: 3 * time.Second})
	if got := run.NextTick(); got != 4e9 {
		t.Errorf("without rows the first tick is at %d", got)
	}
	b := tag.NewBuilder(schema(t), 1)
	b.Row(0)
	if !run.Push(1e9, 0, b.Batch()) || run.NextTick() != 2e9 || !run.Tick(2e9) || run.Tick(4e9) {
		t.Error("the trial ended too soon or too late")
	}
	if got := show(run.Finish(4e9)); got != "2s {\"n\":1}\ntime" {
		t.Error(got)
	}
}

func TestInputsThatCannotBeReadAreRefused(t *testing.T) {
	for _, test := range []struct{ query, source, rows, time, want string }{
		{"SELECT t FROM boiler", "oven", "[]", "", "read rows of oven: the query does not read it: it reads boiler"},
		{"SELECT t FROM boiler", "boiler", "[1]", "", "read rows of boiler: row 1: want an object"},
		{"SELECT x FROM fixed", "fixed", `{"y":1}`, "", "read rows of fixed: row 1: fixed has no column y"},
		{"SELECT t FROM boiler", "boiler", `{"ts":"noon"}`, "ts", "read rows of boiler: row 1: field ts holds no time"},
		{"SELECT t FROM boiler", "boiler", `{"ts":9000000000000000000}`, "ts", "read rows of boiler: row 1: field ts holds no time"},
	} {
		_, err := trial.Pasted(compile(t, test.query), streamsql.Options{}, 0, []trial.Input{{Source: test.source, Rows: []byte(test.rows), Time: test.time}}, trial.Bounds{})
		if err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("got %v, want %s", err, test.want)
		}
	}
}
