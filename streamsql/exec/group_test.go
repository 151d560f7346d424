package exec_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/streamsql"
	"github.com/holdfast-edge/holdfast/tag"
)

// plantSchema is that of the rows of these tests.
func plantSchema(t testing.TB) *tag.Schema {
	t.Helper()
	s, err := tag.NewSchema(
		tag.NewStreamID("test", "plant"), "plant",
		tag.Field{Name: "device"}, tag.Field{Name: "t"}, tag.Field{Name: "n"},
	)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// randomBatch makes rows of few values, so that rules often meet them.
func randomBatch(r *rand.Rand, s *tag.Schema, rows int, at int64) *tag.Batch {
	b := tag.NewBuilder(s, rows)
	for range rows {
		out := b.Row(at)
		out[0] = tag.StringOf(fmt.Sprintf("d%d", r.IntN(4)))
		out[1] = []tag.Value{
			tag.IntOf(int64(r.IntN(6))), tag.FloatOf(float64(r.IntN(12)) / 2), tag.StringOf("3"),
			tag.NullOf(tag.BadTimeout),
			{},
			tag.BoolOf(true), tag.FloatOf(2).WithQuality(tag.Bad),
		}[r.IntN(7)]
		out[2] = tag.IntOf(int64(r.IntN(3)))
	}
	return b.Batch()
}

// randomRule is a query with a filter that others may have too.
func randomRule(r *rand.Rand) string {
	terms := []string{
		fmt.Sprintf("t > %d", r.IntN(5)), fmt.Sprintf("t <= %d.5", r.IntN(5)), fmt.Sprintf("%d < t", r.IntN(5)),
		fmt.Sprintf("device = 'd%d'", r.IntN(5)), fmt.Sprintf("t = %d", r.IntN(5)), "t <> 3", "n IN (1, 2)",
		"t IS NULL", fmt.Sprintf("t >= %d", r.IntN(5)), "t < '4'", "n + 1 > 2", "t BETWEEN 1 AND 3", "last_hit_count() < 3", "m > 1",
	}
	where := ""
	for i := range r.IntN(3) {
		where += []string{" WHERE ", " AND ", " OR "}[min(i, 1)+r.IntN(2)*min(i, 1)] + terms[r.IntN(len(terms))]
	}
	items := []string{"*", "device, t * 2 AS m", "n AS m, device", "t, lag(t) AS before"}
	return "SELECT " + items[r.IntN(len(items))] + " FROM plant" + where
}

// outputs runs queries over batches and returns what each gives.
func outputs(t *testing.T, rules []string, batches []*tag.Batch, grouped bool) (given []string, stats []streamsql.Stats) {
	t.Helper()
	g := streamsql.NewGroup()
	catalog := streamsql.Sources{"plant": {}}
	all := make([]strings.Builder, len(rules))
	var execs []*streamsql.Exec
	for i, rule := range rules {
		q, err := streamsql.Compile(rule, catalog)
		if err != nil {
			t.Fatalf("%s: %v", rule, err)
		}
		e := q.New(streamsql.Options{Rule: fmt.Sprint(i)})
		execs = append(execs, e)
		g.Add(e, 0, emitTo(&all[i]))
	}
	for _, b := range batches {
		if grouped {
			g.Push(0, b)
			continue
		}
		for i, e := range execs {
			e.Push(0, 0, b, emitTo(&all[i]))
		}
	}
	for i := range all {
		given = append(given, all[i].String())
		stats = append(stats, execs[i].Stats())
	}
	return given, stats
}

func emitTo(w *strings.Builder) streamsql.Emit {
	return func(b *tag.Batch) {
		for i := range b.Len() {
			w.Write(append(tag.AppendRowJSON(nil, b, i), '\n'))
		}
		w.WriteByte('-')
	}
}

func TestAGroupGivesWhatItsMembersGiveAlone(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 1))
		var rules []string
		for range 40 {
			rules = append(rules, randomRule(r))
		}
		var batches []*tag.Batch
		for i := range 5 {
			batches = append(batches, randomBatch(r, plantSchema(t), 8, int64(i)))
		}
		alone, aloneStats := outputs(t, rules, batches, false)
		grouped, groupedStats := outputs(t, rules, batches, true)
		for i := range rules {
			if alone[i] != grouped[i] {
				t.Fatalf("seed %d: %s\nalone gives\n%s\nin a group\n%s", seed, rules[i], alone[i], grouped[i])
			}
			a, b := aloneStats[i], groupedStats[i]
			if grouped[i] != "" && (a.RowsOut != b.RowsOut || b.RowsIn != 40) {
				t.Fatalf("seed %d: %s: counted %+v alone, %+v in a group", seed, rules[i], a, b)
			}
		}
	}
}

func TestMembersComeAndGo(t *testing.T) {
	catalog := streamsql.Sources{"plant": {}}
	q, err := streamsql.Compile("SELECT n FROM plant WHERE n = 1", catalog)
	if err != nil {
		t.Fatal(err)
	}
	b := tag.NewBuilder(plantSchema(t), 1)
	b.Row(0)[2] = tag.IntOf(1)
	batch := b.Batch()
	g := streamsql.NewGroup()
	var counts [2]int
	first, second := q.New(streamsql.Options{}), q.New(streamsql.Options{})
	m := g.Add(first, 0, func(b *tag.Batch) { counts[0] += b.Len() })
	g.Push(0, batch)
	g.Add(second, 0, func(b *tag.Batch) { counts[1] += b.Len() })
	g.Push(0, batch)
	g.Remove(m)
	g.Push(0, batch)
	if counts != [2]int{2, 2} || g.Len() != 1 {
		t.Fatalf("%v rows, %d members", counts, g.Len())
	}
	if first.Stats().RowsIn != 2 || second.Stats().RowsIn != 2 {
		t.Fatalf("%+v, %+v", first.Stats(), second.Stats())
	}
	first.Push(0, 0, batch, func(b *tag.Batch) { counts[0] += b.Len() })
	if counts[0] != 3 || first.Stats().RowsIn != 3 {
		t.Fatal("a member that left does not go on")
	}
}

func TestAnErrorOfASharedFilterIsThatOfEachMember(t *testing.T) {
	g := streamsql.NewGroup()
	failed := 0
	for range 3 {
		q, err := streamsql.CompileEKuiper("SELECT n FROM plant WHERE t > 1", streamsql.Sources{"plant": {}})
		if err != nil {
			t.Fatal(err)
		}
		g.Add(q.New(streamsql.Options{Failed: func(streamsql.Failure) { failed++ }}), 0, func(*tag.Batch) { t.Error("a row was given") })
	}
	b := tag.NewBuilder(plantSchema(t), 1)
	b.Row(0)[1] = tag.StringOf("x")
	g.Push(0, b.Batch())
	if failed != 3 {
		t.Fatalf("%d failures, want 3", failed)
	}
}

func TestRulesThatARowDoesNotMeetCostNothing(t *testing.T) {
	g := streamsql.NewGroup()
	for i := range 2000 {
		q, err := streamsql.Compile(fmt.Sprintf("SELECT t FROM plant WHERE device = 'x%d' AND t > 1", i), streamsql.Sources{"plant": {}})
		if err != nil {
			t.Fatal(err)
		}
		g.Add(q.New(streamsql.Options{}), 0, func(*tag.Batch) {})
	}
	r := rand.New(rand.NewPCG(1, 1))
	b := randomBatch(r, plantSchema(t), 100, 0)
	g.Push(0, b)
	if n := testing.AllocsPerRun(10, func() { g.Push(0, b) }); n > 0 {
		t.Errorf("%v allocations for a batch that meets no rule", n)
	}
}
