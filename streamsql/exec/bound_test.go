package exec_test

import (
	"runtime"
	"strings"
	"testing"
	"time"
	"weak"

	"github.com/holdfast-edge/holdfast/streamsql"
	"github.com/holdfast-edge/holdfast/tag"
)

// ever is a batch of rows of ever new values.
func ever(s *tag.Schema, from, rows int) *tag.Batch {
	b := tag.NewBuilder(s, rows)
	for i := range rows {
		out := b.Row(0)
		out[0], out[2] = tag.IntOf(int64(from+i)), tag.IntOf(1)
	}
	return b.Batch()
}

// A sender of ever new values must not use up the memory: what is beyond the
// bound is an error of its row, and the rest goes on.
func TestASenderOfEverNewValuesIsBounded(t *testing.T) {
	const bound = 1000
	for _, text := range []string{
		"SELECT device, count(*) AS c FROM plant GROUP BY device, tumble('1d')",
		"SELECT count(*) AS c FROM plant GROUP BY tumble('1d') OVER (PARTITION BY device)",
		"SELECT count(DISTINCT device) AS c FROM plant GROUP BY tumble('1d')",
	} {
		q, err := streamsql.Compile(text, streamsql.Sources{"plant": {}})
		if err != nil {
			t.Fatal(err)
		}
		e := q.New(streamsql.Options{States: bound})
		e.Push(0, 0, ever(plantSchema(t), 0, bound+10), func(*tag.Batch) {})
		s := e.Stats()
		if s.Failed != 10 || s.Last == nil || !strings.Contains(s.Last.Err.Error(), "more than 1000 different values") {
			t.Errorf("%s: %d rows failed: %+v", text, s.Failed, s.Last)
		}
		e.Push(0, 0, ever(plantSchema(t), 5, 1), func(*tag.Batch) {})
		if got := e.Stats().Failed; got != 10 {
			t.Errorf("%s: a value that is known fails: %d", text, got)
		}
		kept := len(e.Snapshot())
		e.Push(0, 0, ever(plantSchema(t), 2*bound, 1000), func(*tag.Batch) {})
		if got := len(e.Snapshot()); got > kept+1000 {
			t.Errorf("%s: of a thousand more values it keeps %d octets", text, got-kept)
		}
	}
}

// Orders come with ever new names for years: the state of the one without a row
// for longest makes room.
func TestThePartitionThatIsUnusedForLongestIsForgotten(t *testing.T) {
	const bound = 1000
	q, err := streamsql.Compile("SELECT lag(n) OVER (PARTITION BY device) AS l FROM plant", streamsql.Sources{"plant": {}})
	if err != nil {
		t.Fatal(err)
	}
	told := 0
	options := streamsql.Options{States: bound, Forgot: func() { told++ }}
	e := q.New(options)
	known := func(from, rows int) (n int) {
		e.Push(0, 0, ever(plantSchema(t), from, rows), func(b *tag.Batch) {
			for i := range b.Len() {
				if !b.Row(i)[0].IsNull() {
					n++
				}
			}
		})
		return n
	}
	known(0, bound)
	if got := known(0, 10); got != 10 {
		t.Errorf("%d of the first ten are known", got)
	}
	if got := known(bound, 20); got != 0 { // instead of those from 10 on
		t.Errorf("%d of twenty new ones are known", got)
	}
	snapshot := e.Snapshot()
	if s := e.Stats(); s.Failed != 0 || s.Forgotten != 20 || told != 20 {
		t.Errorf("%+v, told of %d", s, told)
	}
	e = q.New(options)
	if err := e.Restore(snapshot); err != nil {
		t.Fatal(err)
	}
	if got := known(0, 10) + known(30, 5) + known(bound, 20); got != 35 {
		t.Errorf("behind a restart %d of those that stayed are known", got)
	}
	if got := known(10, 5); got != 0 { // instead of 35 to 39
		t.Errorf("%d of those that went are known", got)
	}
	if got := known(40, 5); got != 5 {
		t.Errorf("behind a restart the wrong ones go: %d are known", got)
	}
}

// What a pane had in the window before takes no place in the next one.
func TestOnlyGroupsOfTheSameWindowAreBounded(t *testing.T) {
	q, err := streamsql.Compile("SELECT device, count(*) AS c FROM plant GROUP BY device, tumble('1s')", streamsql.Sources{"plant": {}})
	if err != nil {
		t.Fatal(err)
	}
	e := q.New(streamsql.Options{States: 1000})
	for window := range 3 {
		e.Push(int64(window)*1e9, 0, ever(plantSchema(t), window*600, 600), func(*tag.Batch) {})
	}
	e.Tick(9e9, func(*tag.Batch) {})
	if s := e.Stats(); s.Failed != 0 || s.RowsOut != 1800 {
		t.Errorf("600 other groups in each window: %d failed, %d came out", s.Failed, s.RowsOut)
	}
}

// Orders, parts and batches come with ever new names, and end.
func TestPartitionsThatHaveNothingOpenAreForgotten(t *testing.T) {
	for _, window := range []string{"SESSIONWINDOW(ss, 10, 2)", "tumble('1s')", "slide('1s')", "slide('1s', '1s')"} {
		q, err := streamsql.Compile("SELECT count(*) AS c FROM plant GROUP BY "+window+" OVER (PARTITION BY device)", streamsql.Sources{"plant": {}})
		if err != nil {
			t.Fatal(err)
		}
		e := q.New(streamsql.Options{States: 1000})
		for i := range 3 {
			e.Push(int64(i)*100e9, 0, ever(plantSchema(t), i*600, 600), func(*tag.Batch) {})
		}
		if s := e.Stats(); s.Failed != 0 {
			t.Errorf("%s: of 600 new partitions after 100 s each %d rows failed: %v", window, s.Failed, s.Last.Err)
		}
		e.Tick(400e9, func(*tag.Batch) {})
		if n := len(e.Snapshot()); n > 600 {
			t.Errorf("%s: long after the last row it keeps %d octets", window, n)
		}
	}
}

func TestNoPartitionWaitsForAClockThatWasSetBack(t *testing.T) {
	q, err := streamsql.Compile("SELECT device, count(*) AS c FROM plant GROUP BY device, tumble('1s') OVER (PARTITION BY device)",
		streamsql.Sources{"plant": {}})
	if err != nil {
		t.Fatal(err)
	}
	const hour = 3600e9
	for _, restart := range []bool{false, true} {
		e := q.New(streamsql.Options{})
		e.Push(10*hour, 0, ever(plantSchema(t), 1, 2), func(*tag.Batch) {})
		if restart {
			snapshot := e.Snapshot()
			e = q.New(streamsql.Options{})
			if err := e.Restore(snapshot); err != nil {
				t.Fatal(err)
			}
		}
		rows := 0
		for at := range int64(5) {
			e.Push(5*hour+at*1e9, 0, ever(plantSchema(t), 2, 2), func(b *tag.Batch) { rows += b.Len() })
			if next, ok := e.NextTick(); !ok || next > 5*hour+at*1e9+1e9 {
				t.Errorf("restart %v: the next window closes at %d", restart, next)
			}
		}
		if rows < 8 {
			t.Errorf("restart %v: within five seconds only %d windows closed", restart, rows)
		}
	}
}

// In event time rows wait for the slowest stream, which may be dead.
func TestNoMoreRowsWaitForAStreamThatIsSilentThanIsBearable(t *testing.T) {
	if testing.Short() {
		t.Skip("it has a hundred thousand rows wait")
	}
	const bound = 100_000
	q, err := streamsql.Compile("SELECT a.n AS n FROM plant a LEFT JOIN silent b ON a.n = b.n GROUP BY tumble('1s')",
		streamsql.Sources{"plant": {}, "silent": {}})
	if err != nil {
		t.Fatal(err)
	}
	e := q.New(streamsql.Options{EventTime: true})
	push := func(source int, at int64, rows int) {
		b := tag.NewBuilder(plantSchema(t), rows)
		for i := range rows {
			out := b.Row((at + int64(i)) * 1e9)
			out[0], out[2] = tag.IntOf(1), tag.IntOf(1)
		}
		e.Push(0, source, b.Batch(), func(*tag.Batch) {})
	}
	push(0, 0, bound)
	if got := e.Stats().RowsOut; got != 0 {
		t.Fatalf("%d rows did not wait", got)
	}
	push(0, bound, 500)
	if got := e.Stats(); got.RowsOut < 490 || got.RowsOut > 510 || got.Late != 0 {
		t.Errorf("500 rows beyond the bound: %+v", got)
	}
	push(1, 10, 1)
	if got := e.Stats().Late; got != 1 {
		t.Errorf("%d rows are late behind those that could wait no longer", got)
	}
}

// A window may never close, or keep more until it does than there is memory.
func TestTheOldestRowsOfWindowsGoWhereTheyAreTooMany(t *testing.T) {
	const size, fit = 64 << 10, 255 // of 16 MiB
	options := streamsql.Options{Held: 16 << 20}
	for _, test := range []struct{ window, last string }{
		{"STATEWINDOW(other)", ""},
		{"STATEWINDOW(true, n = 270)", "16"},
		{"STATEWINDOW(true, n = 270) OVER (PARTITION BY other)", "16"},
		{"SESSIONWINDOW(hh, 100, 1)", ""},
		{"COUNTWINDOW(270)", "16"},
		{"COUNTWINDOW(270, 90)", "9"}, // the first two of three steps are the largest
		{"tumble('1h')", ""},
		{"hop('1h', '30m')", ""},
		{"slide('1h') OVER (WHEN n = 270)", "16"},
	} {
		q, err := streamsql.Compile("SELECT n, device FROM plant GROUP BY "+test.window, streamsql.Sources{"plant": {}})
		if err != nil {
			t.Fatal(err)
		}
		e := q.New(options)
		rows, first, before := 0, "", uint64(0) // a restart
		text := strings.Repeat("x", size)
		push := func(n int64) {
			b := tag.NewBuilder(plantSchema(t), 1)
			row := b.Row(n)
			row[0], row[2] = tag.StringOf(text), tag.IntOf(n)
			e.Push(n, 0, b.Batch(), func(out *tag.Batch) {
				rows, first = out.Len(), string(tag.AppendJSON(nil, out.Row(0)[0]))
			})
		}
		for n := range int64(270) {
			push(n + 1)
			if n == 260 && strings.HasPrefix(test.window, "slide") {
				snapshot, failed := e.Snapshot(), e.Stats().Failed
				e = q.New(options)
				if err := e.Restore(snapshot); err != nil || failed != 261-fit {
					t.Fatal(failed, err)
				}
				before = failed
			}
		}
		if s := e.Stats(); before+s.Failed != 270-fit || !strings.Contains(s.Last.Err.Error(), "more than 16 MiB") {
			t.Errorf("%s: %d rows failed: %+v", test.window, s.Failed, s.Last)
		}
		if test.last != "" && (rows != fit || first != test.last) {
			t.Errorf("%s: %d rows came out, from %s on", test.window, rows, first)
		}
		if test.last == "" {
			continue
		}
		text = "y"
		for n := range int64(600) {
			push(n + 3600e9)
		}
		if got := before + e.Stats().Failed; got != 270-fit {
			t.Errorf("%s: when the window has closed there is no room for %d rows", test.window, got-(270-fit))
		}
	}
}

func TestAStreamThatIsSilentHoldsTheOthersUpForAWhile(t *testing.T) {
	q, err := streamsql.Compile("SELECT window_end() AS till, a.n AS n, b.n AS m FROM plant a LEFT JOIN silent b ON a.n = b.n GROUP BY tumble('1s')",
		streamsql.Sources{"plant": {}, "silent": {}})
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	e := q.New(streamsql.Options{EventTime: true, Lateness: time.Second, Idle: 10 * time.Second})
	row := func(source int, at int64) string {
		out.Reset()
		b := tag.NewBuilder(plantSchema(t), 1)
		b.Row(at * 1e9)[2] = tag.IntOf(1)
		e.Push(0, source, b.Batch(), emitTo(&out))
		return out.String()
	}
	if got := row(0, 1) + row(0, 12); got != "" {
		t.Errorf("eleven seconds, of which one may be late, did not wait: %s", got)
	}
	if got := row(0, 13); got != "{\"till\":2000,\"n\":1}\n-" {
		t.Errorf("a stream that has not been heard of for ten seconds: %q", got)
	}
	if row(1, 1); e.Stats().Late != 1 {
		t.Error("its row from before is not late")
	}
	if row(1, 12); e.Stats().Late != 1 {
		t.Error("its row of the window that is open is late")
	}
	if got := row(0, 24); !strings.Contains(got, "{\"till\":13000,\"n\":1,\"m\":1}") {
		t.Errorf("it is back and not joined: %q", got)
	}
}

// A device whose clock is set to the end of the century must not make all
// others late until then.
func TestARowOfTheFarFutureFailsAndMovesNoWatermark(t *testing.T) {
	const now = 1_800_000_000
	for _, together := range []bool{false, true} {
		g := streamsql.NewGroup()
		var execs []*streamsql.Exec
		var out strings.Builder
		for range 2 {
			q, err := streamsql.Compile("SELECT count(*) AS c FROM plant GROUP BY tumble('1s')", streamsql.Sources{"plant": {}})
			if err != nil {
				t.Fatal(err)
			}
			e := q.New(streamsql.Options{EventTime: true, Ahead: time.Hour})
			execs = append(execs, e)
			if together {
				g.Add(e, 0, emitTo(&out))
			}
		}
		for i, at := range []int64{now + 3601, now, now + 86400*365, now + 2, now + 3602} { // the last an hour ahead of a row before
			b := tag.NewBuilder(plantSchema(t), 1)
			b.Row(at * 1e9)
			if together {
				g.Push((now+int64(i))*1e9, b.Batch())
			} else {
				execs[0].Push((now+int64(i))*1e9, 0, b.Batch(), emitTo(&out))
			}
		}
		if s := execs[0].Stats(); s.Failed != 2 || s.Late != 0 || s.RowsOut != 2 || !strings.Contains(s.Last.Err.Error(), "ahead of the clock") {
			t.Errorf("together %v: %+v, %s", together, s, out.String())
		}
	}
}

func TestSchemasThatAreGoneAreForgotten(t *testing.T) {
	q, err := streamsql.Compile("SELECT * FROM plant", streamsql.Sources{"plant": {}})
	if err != nil {
		t.Fatal(err)
	}
	e := q.New(streamsql.Options{})
	push := func() weak.Pointer[tag.Schema] {
		schema := plantSchema(t)
		b := tag.NewBuilder(schema, 1)
		b.Row(0)[0] = tag.StringOf("a")
		e.Push(0, 0, b.Batch(), func(*tag.Batch) {})
		return weak.Make(schema)
	}
	first := push()
	for range 100 {
		push()
	}
	runtime.GC()
	if first.Value() != nil {
		t.Error("the first of a hundred schemas is still kept")
	}
	runtime.KeepAlive(e)
}

func TestTheJoinOfOneWindowIsBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("it joins a million rows")
	}
	q, err := streamsql.Compile("SELECT a.n AS n FROM plant a JOIN plant b ON a.n = b.n GROUP BY tumble('1s')", streamsql.Sources{"plant": {}})
	if err != nil {
		t.Fatal(err)
	}
	e, out := q.New(streamsql.Options{}), 0
	e.Push(0, 0, ever(plantSchema(t), 0, 1100), func(b *tag.Batch) { out += b.Len() })
	e.Tick(1e9, func(b *tag.Batch) { out += b.Len() })
	s := e.Stats()
	if out != 0 || s.Failed != 1 || !strings.Contains(s.Last.Err.Error(), "the join of one window has more than 1000000 rows") {
		t.Errorf("%d rows, %+v", out, s)
	}
}

func TestOnlyOneRowInASecondIsCopiedAsASample(t *testing.T) {
	q, err := streamsql.CompileEKuiper("SELECT device * 2 AS d FROM plant", streamsql.Sources{"plant": {}})
	if err != nil {
		t.Fatal(err)
	}
	e := q.New(streamsql.Options{})
	bad := func(text string) *tag.Batch {
		b := tag.NewBuilder(plantSchema(t), 1)
		b.Row(0)[0] = tag.StringOf(text)
		return b.Batch()
	}
	for _, step := range []struct {
		now  int64
		text string
		last string
	}{{0, "first", "first"}, {999e6, "second", "first"}, {1e9, "third", "third"}, {5e8, "clock went back", "clock went back"}} {
		e.Push(step.now, 0, bad(step.text), func(*tag.Batch) {})
		if got := e.Stats().Last.Row.Row(0)[0].Str(); got != step.last {
			t.Errorf("at %d the sample is %q, want %q", step.now, got, step.last)
		}
	}
	if e.Stats().Failed != 4 {
		t.Errorf("%d are counted", e.Stats().Failed)
	}
}
