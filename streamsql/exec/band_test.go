package exec_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/streamsql"
	"github.com/holdfast-edge/holdfast/tag"
)

// pick returns one of several.
func pick(r *rand.Rand, of ...string) string { return of[r.IntN(len(of))] }

// randomWindowRule is a query with a window that others are likely to have too.
func randomWindowRule(r *rand.Rand) string {
	window := pick(
		r, "tumble('2s')", "tumble('2s')", "hop('3s', '1s')", "hop('5s', '2s')", "slide('2s')", "slide('1s', '1s')",
		"SLIDINGWINDOW(ss, 2) OVER (WHEN n = 1)", "COUNTWINDOW(5)", "COUNTWINDOW(6, 4)", "session('4s', '1s')", "STATEWINDOW(n)",
		"STATEWINDOW(n = 1, n = 2)", "tumble('3s') FILTER (WHERE n > 0)", "COUNTWINDOW(3) OVER (PARTITION BY device)",
	)
	where := pick(r, "", "", " WHERE n > 0", " WHERE t > 1 AND n < 2")
	if r.IntN(4) == 0 {
		return "SELECT " + pick(r, "*", "device, t", "n, last_hit_count() AS hits") + " FROM plant" + where + " GROUP BY " + window
	}
	items := []string{pick(r, "count(*) AS c", "sum(t) AS c", "device, count(DISTINCT n) AS c", "window_end() AS e, avg(t) AS c", "last_hit_count() AS h, sum(n) AS c")}
	for i := range r.IntN(3) {
		items = append(items, pick(r, "min(t)", "max(t)", "sum(n) FILTER (WHERE t > 2)", "avg(t)", "sum(t * 2)", "median(n)", "lag(sum(n))", "collect(n)", "sum(c)")+fmt.Sprintf(" AS x%d", i))
	}
	group := pick(r, "", "device, ", "device, n, ", "1 + n, ")
	having := pick(r, "", "", "", " HAVING c > 1")
	return "SELECT " + strings.Join(items, ", ") + " FROM plant" + where + " GROUP BY " + group + window + having + pick(r, "", " ORDER BY c DESC", " LIMIT 1")
}

// twins are a query alone and the same one in a group.
type twins struct {
	rule    string
	query   *streamsql.Query
	options streamsql.Options
	execs   [2]*streamsql.Exec
	given   [2]strings.Builder
	member  *streamsql.Member // nil: it is not in the group at present
}

func (w *twins) emit(i int) streamsql.Emit { return emitTo(&w.given[i]) }

func (w *twins) join(g *streamsql.Group) { w.member = g.Add(w.execs[1], 0, w.emit(1)) }

// restart goes on from snapshots, each from its own.
func (w *twins) restart(t *testing.T) {
	t.Helper()
	for i := range w.execs {
		snapshot := w.execs[i].Snapshot()
		w.execs[i] = w.query.New(w.options)
		if err := w.execs[i].Restore(snapshot); err != nil {
			t.Fatalf("%s: %v", w.rule, err)
		}
	}
}

// TestWindowsThatAreSharedGiveWhatTheyGiveAlone runs random rules that come, go
// and are restarted, and compares what they give, count and remember.
func TestWindowsThatAreSharedGiveWhatTheyGiveAlone(t *testing.T) {
	shared := 0
	for seed := range uint64(15) {
		shared += runTwins(t, seed)
		if t.Failed() {
			return
		}
	}
	if shared < 1000 {
		t.Errorf("windows were shared %d times: the test does not test them", shared)
	}
}

func newTwins(t *testing.T, r *rand.Rand, options streamsql.Options) *twins {
	t.Helper()
	for {
		w := &twins{rule: randomWindowRule(r), options: options}
		q, err := streamsql.Compile(w.rule, streamsql.Sources{"plant": {}})
		if err != nil {
			continue // such as an aggregate over an alias of one
		}
		w.query = q
		w.execs = [2]*streamsql.Exec{q.New(options), q.New(options)}
		return w
	}
}

func runTwins(t *testing.T, seed uint64) (shared int) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 2))
	options := streamsql.Options{Rule: "r", EventTime: seed%3 == 0, Lateness: time.Duration(seed%2) * time.Second}
	var all []*twins
	for range 25 {
		all = append(all, newTwins(t, r, options))
	}
	g := streamsql.NewGroup()
	now, schema := int64(0), plantSchema(t)
	for range 60 {
		for _, w := range all {
			w.comeOrGo(t, r, g)
		}
		now += int64(r.IntN(4)) * 300e6
		if r.IntN(4) == 0 {
			g.Tick(now)
			for _, w := range all {
				w.execs[0].Tick(now, w.emit(0))
				if w.member == nil {
					w.execs[1].Tick(now, w.emit(1))
				}
			}
			continue
		}
		b := halves(r, schema, now)
		g.Push(now, b)
		for _, w := range all {
			w.execs[0].Push(now, 0, b, w.emit(0))
			if w.member == nil {
				w.execs[1].Push(now, 0, b, w.emit(1))
			}
		}
		for _, s := range g.Sharing() {
			if s.What == "window" {
				shared += len(s.Rules)
			}
		}
		for _, w := range all {
			w.compare(t, seed)
		}
	}
	return shared
}

// comeOrGo sometimes moves the query into the group, out of it, or into a new
// life.
func (w *twins) comeOrGo(t *testing.T, r *rand.Rand, g *streamsql.Group) {
	t.Helper()
	switch n := r.IntN(30); {
	case w.member == nil && n < 10:
		w.join(g)
	case w.member != nil && n == 0:
		g.Remove(w.member)
		w.member = nil
	case w.member != nil && n == 1:
		g.Remove(w.member)
		w.restart(t)
		w.join(g)
	}
}

func (w *twins) compare(t *testing.T, seed uint64) {
	t.Helper()
	if a, b := w.given[0].String(), w.given[1].String(); a != b {
		t.Fatalf("seed %d: %s\nalone gives\n%s\nin a group\n%s", seed, w.rule, a, b)
	}
	a, b := w.execs[0].Stats(), w.execs[1].Stats()
	if a.RowsIn != b.RowsIn || a.RowsOut != b.RowsOut || a.Late != b.Late || a.Failed != b.Failed {
		t.Fatalf("seed %d: %s: counted %+v alone, %+v in a group", seed, w.rule, a, b)
	}
	if !bytes.Equal(w.execs[0].Snapshot(), w.execs[1].Snapshot()) {
		t.Fatalf("seed %d: %s: the snapshots differ:\n%q\n%q", seed, w.rule, w.execs[0].Snapshot(), w.execs[1].Snapshot())
	}
}

// halves makes rows of numbers that add up exactly, with times around now.
func halves(r *rand.Rand, s *tag.Schema, now int64) *tag.Batch {
	n := 1 + r.IntN(6)
	b := tag.NewBuilder(s, n)
	for range n {
		out := b.Row(now - int64(r.IntN(3))*400e6)
		out[0] = tag.StringOf(fmt.Sprintf("d%d", r.IntN(3)))
		out[1] = []tag.Value{tag.IntOf(int64(r.IntN(6))), tag.FloatOf(float64(r.IntN(12)) / 2), tag.NullOf(tag.BadTimeout), {}}[r.IntN(4)]
		out[2] = tag.IntOf(int64(r.IntN(3)))
	}
	return b.Batch()
}

func TestAPanicInOneRuleThatSharesAWindowIsNotThatOfTheOthers(t *testing.T) {
	rules := []string{
		"SELECT count(*) AS c FROM plant GROUP BY tumble('2s')",
		"SELECT boom(count(*)) AS c FROM plant GROUP BY tumble('2s')",
		"SELECT sum(n) AS s FROM plant GROUP BY tumble('2s')",
		"SELECT count(*) AS c FROM plant GROUP BY COUNTWINDOW(2)",
		"SELECT boom(count(*)) AS c FROM plant GROUP BY COUNTWINDOW(2)",
		"SELECT n FROM plant",
	}
	var batches []*tag.Batch
	for i := range 7 {
		b := tag.NewBuilder(plantSchema(t), 3)
		for row := range 1 + i%3 {
			b.Row(int64(i))[2] = tag.IntOf(int64(i*10 + row))
		}
		batches = append(batches, b.Batch())
	}
	panicking, stats := poisoned(t, rules, batches, true)
	without, _ := poisoned(t, []string{rules[0], rules[2], rules[3], rules[5]}, batches, false)
	for i, rule := range []int{0, 2, 3, 5} {
		if panicking[rule] != without[i] {
			t.Errorf("%s gives\n%s\nbeside one that panics, and\n%s\nwithout", rules[rule], panicking[rule], without[i])
		}
	}
	// Windows of 3, 4 and 5 rows; the one that has 2 rows would panic.
	if panicking[1] == "" || stats[1].RowsIn != 13 {
		t.Errorf("the rule that panics gives %s, %+v", panicking[1], stats[1])
	}
	if panicking[4] != "" || stats[4].Failed == 0 {
		t.Errorf("the rule that always panics gives %s, %+v", panicking[4], stats[4])
	}
}
