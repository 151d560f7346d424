package exec_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/streamsql"
	"github.com/holdfast-edge/holdfast/tag"
)

// bounded starts a query that may hold a mebibyte.
func bounded(t *testing.T, text string, eventTime bool) *streamsql.Exec {
	t.Helper()
	q, err := streamsql.Compile(text, streamsql.Sources{"plant": {}, "silent": {}})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return q.New(streamsql.Options{Held: 1 << 20, States: 1000, EventTime: eventTime})
}

// longTexts is a batch of rows whose devices have names of four kibibytes, all
// different.
func longTexts(s *tag.Schema, from, rows int) *tag.Batch {
	b := tag.NewBuilder(s, rows)
	for i := range rows {
		row := b.Row(int64(from + i))
		row[0], row[2] = tag.StringOf(fmt.Sprintf("%04096d", from+i)), tag.IntOf(int64(from+i))
	}
	return b.Batch()
}

// Groups are few, and their names long: what they take is bounded as what rows take.
func TestTheGroupsOfOpenWindowsAreBoundedInOctets(t *testing.T) {
	for _, test := range []struct {
		text  string
		fit   int // groups: each has its key and a row that stands for it
		times int // that each is given
	}{
		{"SELECT count(*) AS c FROM plant GROUP BY device, tumble('1s')", 123, 1},
		{"SELECT count(*) AS c FROM plant GROUP BY device, hop('1s', '500ms')", 123, 2},
		{"SELECT count(*) AS c FROM plant GROUP BY device || device, tumble('1s') OVER (PARTITION BY n % 2)", 83, 1},
	} {
		e, out := bounded(t, test.text, false), 0
		count := func(b *tag.Batch) { out += b.Len() }
		for window := range int64(3) {
			e.Push(window*10e9, 0, longTexts(plantSchema(t), int(window)*1000, 200), count)
			e.Push(window*10e9, 0, longTexts(plantSchema(t), int(window)*1000, 10), count) // known
			out = 0
			if e.Tick(window*10e9+1e9, count); out != test.times*test.fit {
				t.Errorf("%s: window %d has %d groups, want %d", test.text, window, out, test.times*test.fit)
			}
			e.Tick(window*10e9+2e9, count)
		}
		if s := e.Stats(); s.Failed != uint64(3*(200-test.fit)) || !strings.Contains(s.Last.Err.Error(), "the groups that windows keep have more than 1 MiB") {
			t.Errorf("%s: %d failed: %v", test.text, s.Failed, s.Last.Err)
		}
	}
}

// What stands for a group may become larger, too.
func TestTheRowThatStandsForAGroupIsBoundedInOctets(t *testing.T) {
	e, longest := bounded(t, "SELECT n, length(device) AS l, max(t) AS m FROM plant GROUP BY n, tumble('1s')", false), int64(0)
	for round := range 30 {
		b := tag.NewBuilder(plantSchema(t), 50)
		for n := range int64(50) {
			row := b.Row(0)
			row[0], row[1], row[2] = tag.StringOf(strings.Repeat("x", round<<10)), tag.IntOf(int64(round)), tag.IntOf(n)
		}
		e.Push(0, 0, b.Batch(), func(*tag.Batch) {})
	}
	e.Tick(1e9, func(b *tag.Batch) {
		for i := range b.Len() {
			l, _ := b.Row(i)[1].Int()
			longest += l
		}
	})
	if s := e.Stats(); longest > 1<<20 || longest < 900<<10 || s.Failed == 0 || s.RowsOut != 50 {
		t.Errorf("%d octets, %+v", longest, s)
	}
}

func TestTheDifferentValuesOfAnAggregateAreBoundedInOctets(t *testing.T) {
	e := bounded(t, "SELECT count(DISTINCT device) AS c FROM plant GROUP BY tumble('1s')", false)
	for window := range int64(8) {
		e.Push(window*10e9, 0, longTexts(plantSchema(t), 0, 200), func(*tag.Batch) {})
		e.Tick(window*10e9+1e9, func(b *tag.Batch) {
			if c, _ := b.Row(0)[0].Int(); c != 125 {
				t.Errorf("window %d has %d different values", window, c)
			}
		})
	}
	if s := e.Stats(); s.Failed != 8*75 || !strings.Contains(s.Last.Err.Error(), "the different values and groups that windows keep have more than 1 MiB") {
		t.Errorf("%d failed: %v", s.Failed, s.Last.Err)
	}
}

// A sliding window makes room by its oldest rows, for the keys of groups too.
func TestASlidingWindowMakesRoomForItsGroups(t *testing.T) {
	e, groups := bounded(t, "SELECT count(*) AS c FROM plant GROUP BY device || device, slide('1h')", false), 0
	e.Push(0, 0, longTexts(plantSchema(t), 0, 200), func(b *tag.Batch) { groups = b.Len() })
	if s := e.Stats(); groups < 80 || groups > 90 || s.Failed != uint64(200-groups) {
		t.Errorf("%d groups, %+v", groups, s)
	}
}

// Rows that a window holds are in order by what is computed of them, which is more
// than they are.
func TestWhatAWindowIsSortedByIsBoundedInOctets(t *testing.T) {
	for text, want := range map[string]int{
		"SELECT n FROM plant GROUP BY tumble('1s') ORDER BY device, n":                                      200,
		"SELECT n FROM plant GROUP BY tumble('1s') ORDER BY device || device DESC":                          127,
		"SELECT n, row_number() OVER (ORDER BY device || 'x') AS r FROM plant GROUP BY tumble('1s')":        200,
		"SELECT n, row_number() OVER (PARTITION BY device || device) AS r FROM plant GROUP BY tumble('1s')": 127,
		"SELECT DISTINCT device || device || device AS d FROM plant GROUP BY tumble('1s')":                  84,
	} {
		e, out := bounded(t, text, false), 0
		e.Push(0, 0, longTexts(plantSchema(t), 0, 200), func(*tag.Batch) {})
		e.Tick(1e9, func(b *tag.Batch) { out += b.Len() })
		s := e.Stats()
		if out != want || s.Failed != uint64(200-want) {
			t.Errorf("%s: %d rows, want %d: %+v", text, out, want, s)
		}
		if s.Failed > 0 && !strings.Contains(s.Last.Err.Error(), "sorted, numbered or told apart by has more than 1 MiB") {
			t.Errorf("%s: %v", text, s.Last.Err)
		}
	}
}

func TestTheRowsThatWaitForAStreamThatIsSilentAreBoundedInOctets(t *testing.T) {
	e := bounded(t, "SELECT a.n AS n FROM plant a LEFT JOIN silent b ON a.n = b.n AND a.device = b.device GROUP BY tumble('1ms')", true)
	rows := 0
	for from := range 300 {
		e.Push(0, 0, longTexts(plantSchema(t), from*1_000_000, 1), func(b *tag.Batch) { rows += b.Len() })
	}
	if rows < 40 || rows > 60 || e.Stats().Failed != 0 {
		t.Errorf("%d of 300 rows do not wait, %+v", rows, e.Stats())
	}
}

// Orders come with ever new names for years, and some of them never get to their
// last row: the window of the one without a row for longest makes room.
func TestWindowsThatOnlyRowsCloseAreForgottenForNewOnes(t *testing.T) {
	const bound = 1000
	for _, text := range []string{
		"SELECT count(*) AS c FROM plant GROUP BY COUNTWINDOW(2) OVER (PARTITION BY device)",
		"SELECT device, n FROM plant GROUP BY COUNTWINDOW(2) OVER (PARTITION BY device)",
		"SELECT count(*) AS c FROM plant GROUP BY STATEWINDOW(t) OVER (PARTITION BY device)",
		"SELECT count(*) AS c FROM plant GROUP BY STATEWINDOW(t = 1, t = 2) OVER (PARTITION BY device)",
	} {
		q, err := streamsql.Compile(text, streamsql.Sources{"plant": {}})
		if err != nil {
			t.Fatal(err)
		}
		told := 0
		options := streamsql.Options{States: bound, Forgot: func() { told++ }}
		e := q.New(options)
		// closes pushes a row for each of some devices, and returns how many windows close.
		closes := func(from, rows int, state int64) (n int) {
			b := tag.NewBuilder(plantSchema(t), rows)
			for i := range rows {
				row := b.Row(0)
				row[0], row[1] = tag.IntOf(int64(from+i)), tag.IntOf(state)
			}
			e.Push(0, 0, b.Batch(), func(*tag.Batch) { n++ })
			return n
		}
		closes(0, bound, 1)
		if got := closes(0, 10, 2); got != 10 {
			t.Errorf("%s: %d of the first ten have a window", text, got)
		}
		closes(0, 10, 1)     // those again
		closes(bound, 20, 1) // instead of those from 10 on
		snapshot := e.Snapshot()
		if s := e.Stats(); s.Failed != 0 || s.Forgotten != 20 || told != 20 {
			t.Errorf("%s: %+v, told of %d", text, s, told)
		}
		e = q.New(options)
		if err := e.Restore(snapshot); err != nil {
			t.Fatal(err)
		}
		if got := closes(0, 10, 2) + closes(bound, 20, 2); got != 30 {
			t.Errorf("%s: behind a restart %d of thirty windows are there", text, got)
		}
		if got := closes(10, 20, 2); got != 0 {
			t.Errorf("%s: %d of those that were forgotten have a window", text, got)
		}
	}
}

func TestACountWindowThatHasClosedIsNotForgotten(t *testing.T) {
	e := bounded(t, "SELECT count(*) AS c FROM plant GROUP BY COUNTWINDOW(1) OVER (PARTITION BY device)", false)
	e.Push(0, 0, ever(plantSchema(t), 0, 1500), func(*tag.Batch) {})
	if s := e.Stats(); s.Failed != 0 || s.Forgotten != 0 || s.RowsOut != 1500 {
		t.Errorf("%+v", s)
	}
}

func TestWithoutAnOptionThereAreAHundredThousandStates(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes a hundred thousand groups")
	}
	q, err := streamsql.Compile("SELECT count(*) AS c FROM plant GROUP BY device, tumble('1d')", streamsql.Sources{"plant": {}})
	if err != nil {
		t.Fatal(err)
	}
	e := q.New(streamsql.Options{})
	e.Push(0, 0, ever(plantSchema(t), 0, 100_010), func(*tag.Batch) {})
	if s := e.Stats(); s.Failed != 10 || !strings.Contains(s.Last.Err.Error(), "more than 100000 different values") {
		t.Errorf("%+v", s)
	}
}
