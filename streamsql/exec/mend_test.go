package exec_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/streamsql"
	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/supervisor"
	"github.com/holdfast-edge/holdfast/tag"
)

var errBoom = errors.New("boom")

// booming compiles with a function that returns its argument, and for 2 an
// error, or panics.
func booming(panics bool) streamsql.Compiler {
	boom := &fn.Func{
		Name: "boom", Family: "user", Params: []fn.Param{{Name: "x", Type: fn.Any}}, Returns: fn.Any, Doc: "Booms.",
		Scalar: func(_ *fn.Context, args []tag.Value) (tag.Value, error) {
			if n, ok := args[0].Int(); ok && n == 2 {
				if panics {
					panic(errBoom)
				}
				return tag.Value{}, errBoom
			}
			return args[0], nil
		},
	}
	return streamsql.Compiler{Catalog: streamsql.Sources{"plant": {}}, Functions: []*fn.Func{boom}}
}

// poisoned runs rules over batches in a group, whose panics are mended.
func poisoned(t *testing.T, rules []string, batches []*tag.Batch, panics bool) (given []string, stats []streamsql.Stats) {
	t.Helper()
	g, compiler := streamsql.NewGroup(), booming(panics)
	all := make([]strings.Builder, len(rules))
	var execs []*streamsql.Exec
	for i, rule := range rules {
		q, err := compiler.Compile(rule)
		if err != nil {
			t.Fatalf("%s: %v", rule, err)
		}
		e := q.New(streamsql.Options{Rule: fmt.Sprint(i)})
		execs = append(execs, e)
		g.Add(e, 0, func(b *tag.Batch) {
			for row := range b.Len() {
				all[i].Write(append(tag.AppendRowJSON(nil, b, row), '\n'))
			}
		})
	}
	for i, b := range batches {
		work := func() { g.Push(int64(i)*1e9, b) }
		for cause := supervisor.Guard(work); cause != nil; cause = supervisor.Guard(work) {
			if lost := g.Mend(cause); len(lost) > 0 {
				t.Fatalf("%d members cannot be mended", len(lost))
			}
			work = g.Continue
		}
	}
	for i := range all {
		given = append(given, all[i].String())
		stats = append(stats, execs[i].Stats())
	}
	return given, stats
}

func TestARowOnWhichAFunctionPanicsCostsThatRowOnly(t *testing.T) {
	rules := []string{
		"SELECT boom(n) AS b, t FROM plant",
		"SELECT n, t FROM plant WHERE boom(n) = 1",
		"SELECT t, device FROM plant WHERE boom(n) = 1",
		"SELECT t FROM plant WHERE device = 'd1' AND boom(n) >= 0",
		"SELECT t, lag(t) AS before FROM plant WHERE boom(n) < 2",
		"SELECT device, count(*) AS c FROM plant WHERE boom(n) < 2 GROUP BY device, tumble('3s')",
		"SELECT count(*) AS c FROM plant WHERE boom(n) < 2 GROUP BY COUNTWINDOW(3)",
		"SELECT device, sum(n) AS s FROM plant WHERE boom(n) < 2 GROUP BY device, tumble('3s')",
		"SELECT max(n) AS c FROM plant WHERE boom(n) < 2 GROUP BY COUNTWINDOW(3) HAVING c >= 0",
		"SELECT *, n + 1 AS m FROM plant WHERE t > 1",
		"SELECT n FROM plant WHERE n = 2",
	}
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 2))
		var batches []*tag.Batch
		for i := range 6 {
			batches = append(batches, randomBatch(r, plantSchema(t), 8, int64(i)))
		}
		failing, failingStats := poisoned(t, rules, batches, false)
		panicking, panickingStats := poisoned(t, rules, batches, true)
		for i := range rules {
			if failing[i] != panicking[i] {
				t.Fatalf("seed %d: %s\nwith errors it gives\n%s\nwith panics\n%s", seed, rules[i], failing[i], panicking[i])
			}
			a, b := failingStats[i], panickingStats[i]
			if a.RowsIn != b.RowsIn || a.RowsOut != b.RowsOut || a.Failed != b.Failed {
				t.Fatalf("seed %d: %s: counted %+v with errors, %+v with panics", seed, rules[i], a, b)
			}
			if b.Failed > 0 && (!errors.Is(b.Last.Err, errBoom) || b.Last.Row == nil) {
				t.Fatalf("seed %d: %s: the sample is %+v", seed, rules[i], b.Last)
			}
		}
	}
}

func TestAMemberThatIsRemovedBehindAPanicLeavesTheOthersAlone(t *testing.T) {
	g, compiler := streamsql.NewGroup(), booming(true)
	add := func(sql string, emit streamsql.Emit) {
		q, err := compiler.Compile(sql)
		if err != nil {
			t.Fatal(err)
		}
		g.Add(q.New(streamsql.Options{}), 0, emit)
	}
	rows := 0
	count := func(b *tag.Batch) { rows += b.Len() }
	add("SELECT n FROM plant", count)
	add("SELECT boom(n) AS b FROM plant", func(*tag.Batch) {})
	add("SELECT count(*) AS c, sum(boom(n)) AS s FROM plant GROUP BY COUNTWINDOW(1)", func(*tag.Batch) {})
	add("SELECT n AS m FROM plant", count)
	b := tag.NewBuilder(plantSchema(t), 3)
	for range 3 {
		b.Row(0)[2] = tag.IntOf(2)
	}
	batch := b.Batch()
	work := func() { g.Push(0, batch) }
	for cause := supervisor.Guard(work); cause != nil; cause = supervisor.Guard(work) {
		for _, m := range g.InHand() {
			g.Remove(m)
		}
		work = g.Continue
	}
	if rows != 6 || g.Len() != 2 {
		t.Errorf("%d rows of the others, %d members left", rows, g.Len())
	}
}
