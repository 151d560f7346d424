package exec_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/streamsql"
	"github.com/holdfast-edge/holdfast/tag"
)

// group returns a group of rules, which are called r0, r1 …
func group(t *testing.T, rules ...string) *streamsql.Group {
	t.Helper()
	g := streamsql.NewGroup()
	for i, rule := range rules {
		q, err := streamsql.Compile(rule, streamsql.Sources{"plant": {}})
		if err != nil {
			t.Fatalf("%s: %v", rule, err)
		}
		g.Add(q.New(streamsql.Options{Rule: fmt.Sprintf("r%d", i)}), 0, func(*tag.Batch) {})
	}
	return g
}

func TestAGroupTellsWhatItsRulesShare(t *testing.T) {
	g := group(
		t,
		"SELECT t FROM plant WHERE t > 3", "SELECT device FROM plant WHERE t > 3", "SELECT * FROM plant",
		"SELECT t FROM plant WHERE t = 3 AND n <> 2", "SELECT t FROM plant WHERE n <> 2", "SELECT lag(t) AS b FROM plant",
		"SELECT device, sum(t) AS s FROM plant WHERE n > 0 GROUP BY device, tumble('2s')",
		"SELECT device, avg(t) AS s, sum(t) AS u FROM plant WHERE n > 0 GROUP BY device, tumble('2s') HAVING u > 1",
		"SELECT device, sum(t) AS s FROM plant GROUP BY device, tumble('2s')",
		"SELECT * FROM plant GROUP BY COUNTWINDOW(2)", "SELECT n FROM plant GROUP BY COUNTWINDOW(2)",
		"SELECT n AS t, sum(t) AS s FROM plant GROUP BY t, tumble('2s')", "SELECT n AS t, sum(t) AS s FROM plant GROUP BY 1, tumble('2s')",
	)
	want := `filter t > 3, found by an index over t: r0, r1
no filter: r2
filter t = 3 AND n <> 2, once for each row that an index over t finds: r3
filter n <> 2, once for each row: r4
window device, TUMBLINGWINDOW(ss, 2) where n > 0, added up once, with 2 aggregates: r6, r7
window COUNTWINDOW(2), kept once: r9, r10
alone: r5
alone: r8
alone: r11
alone: r12
`
	if got := g.Explain(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// The same name is a column of one stream and a field of a column in another.
func TestWindowsOverOtherNamesOfAStreamAreNotShared(t *testing.T) {
	g := streamsql.NewGroup()
	var given [2]strings.Builder
	for i, text := range []string{
		"SELECT sum(t.a) AS x FROM plant t GROUP BY tumble('1s')",
		"SELECT sum(t.a) AS x FROM plant u GROUP BY tumble('1s')",
	} {
		q, err := streamsql.Compile(text, streamsql.Sources{"plant": {}})
		if err != nil {
			t.Fatal(err)
		}
		g.Add(q.New(streamsql.Options{}), 0, emitTo(&given[i]))
	}
	b := tag.NewBuilder(plantSchema(t), 1)
	object, err := tag.ParseJSON([]byte(`{"a":5}`))
	if err != nil {
		t.Fatal(err)
	}
	b.Row(0)[1] = object
	g.Push(0, b.Batch())
	g.Tick(1e9)
	if a, b := given[0].String(), given[1].String(); a != "{\"x\":null}\n-" || b != "{\"x\":5}\n-" {
		t.Errorf("given %s and %s", a, b)
	}
}

func TestALongListOfRulesIsCut(t *testing.T) {
	rules := make([]string, 20)
	for i := range rules {
		rules[i] = "SELECT t FROM plant"
	}
	want := "no filter: r0, r1, r2, r3, r4, r5, r6, r7 and 12 more\n"
	if got := group(t, rules...).Explain(); got != want {
		t.Errorf("got %swant %s", got, want)
	}
}
