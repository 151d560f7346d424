package plan_test

import (
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/streamsql/plan"
)

func shareKey(t *testing.T, text string) string { return build(t, text).Arms[0].ShareKey }

func TestWindowsThatHoldTheSameHaveOneKey(t *testing.T) {
	base := shareKey(t, "SELECT y, sum(x) AS s FROM open WHERE x > 1 GROUP BY y, tumble('10s')")
	if base == "" {
		t.Fatal("a plain window is not shared")
	}
	for _, text := range []string{
		"SELECT avg(x) AS a, y AS z FROM open WHERE x>1 GROUP BY y, TUMBLINGWINDOW(ss, 10) HAVING a > 2 ORDER BY z LIMIT 1",
		"SELECT DISTINCT y, lag(sum(x)) AS l FROM open WHERE (x > 1) GROUP BY y, tumble('10000ms')",
	} {
		if shareKey(t, text) != base {
			t.Errorf("%s has a key of its own", text)
		}
	}
	for _, text := range []string{
		"SELECT y, sum(x) AS s FROM open WHERE x > 2 GROUP BY y, tumble('10s')",
		"SELECT y, sum(x) AS s FROM open GROUP BY y, tumble('10s')",
		"SELECT y, sum(x) AS s FROM open WHERE x > 1 GROUP BY y, tumble('11s')",
		"SELECT y, sum(x) AS s FROM open WHERE x > 1 GROUP BY y, z, tumble('10s')",
		"SELECT sum(x) AS s FROM open WHERE x > 1 GROUP BY tumble('10s')",
		"SELECT y, sum(x) AS s FROM open WHERE x > 1 GROUP BY y, tumble('10s') FILTER (WHERE z)",
		"SELECT y, sum(x) AS s FROM open AS o WHERE x > 1 GROUP BY y, tumble('10s')",
		"SELECT y, z, max(x) AS s FROM open WHERE x > 1 GROUP BY y, tumble('10s')",
		"SELECT y, x FROM open WHERE x > 1 GROUP BY tumble('10s')",
	} {
		if key := shareKey(t, text); key == base || key == "" {
			t.Errorf("%s has the key %q", text, key)
		}
	}
}

func TestWhatOnlyOneQueryKnowsIsNotShared(t *testing.T) {
	for _, text := range []string{
		"SELECT x FROM open",
		"SELECT x AS y, sum(z) AS s FROM open GROUP BY y, tumble('10s')",
		"SELECT x AS y, sum(z) AS s FROM open GROUP BY 1, tumble('10s')",
		"SELECT z AS y, sum(y) AS s FROM open GROUP BY tumble('10s')",
		"SELECT z AS y, sum(x) AS s FROM open WHERE y > 1 GROUP BY tumble('10s')",
		"SELECT z AS y, sum(x) AS s FROM open GROUP BY slide('1s') OVER (WHEN y > 1)",
		"SELECT sum(x) AS s FROM open WHERE last_hit_count() < 3 GROUP BY tumble('10s')",
		"SELECT sum(lag(x)) AS s FROM open GROUP BY tumble('10s')",
		"SELECT max(age(x)) AS s FROM open GROUP BY tumble('10s')",
		"SELECT sum(x) AS s FROM open WHERE x IN (SELECT id FROM names) GROUP BY tumble('10s')",
		"SELECT sum(open.x) AS s FROM open JOIN other ON open.k = other.k GROUP BY tumble('10s')",
		"SELECT sum(x) AS s FROM (SELECT x FROM open) AS inside GROUP BY tumble('10s')",
	} {
		if key := shareKey(t, text); key != "" {
			t.Errorf("%s has the key %q", text, key)
		}
	}
}

func TestAUnionHasTheAggregatesAndColumnsOfAll(t *testing.T) {
	var list []*plan.Select
	for _, text := range []string{
		"SELECT y, sum(x) AS s FROM open WHERE x > 1 GROUP BY y, tumble('10s')",
		"SELECT y, w, avg(z) AS a, sum(x) AS b FROM open WHERE x > 1 GROUP BY y, tumble('10s')",
		"SELECT * FROM open WHERE x > 1 GROUP BY y, tumble('10s')",
	} {
		list = append(list, build(t, text).Arms[0])
	}
	two, err := plan.Union(list[:2])
	if err != nil {
		t.Fatal(err)
	}
	union := two.Arms[0]
	var columns []string
	for _, c := range union.Columns {
		columns = append(columns, c.Name)
	}
	if len(union.Aggregates) != 2 || strings.Join(columns, " ") != "x y z w" || union.Keeps() != plan.AddUp || !union.Grouped {
		t.Errorf("%d aggregates, columns %v, %s", len(union.Aggregates), columns, union.Keeps())
	}
	if !union.Covers(list[0]) || !union.Covers(list[1]) || union.Covers(list[2]) {
		t.Error("the union of two has what two need, and not all columns")
	}
	if i := union.AggregateOf("avg(z)"); i < 0 || union.AggregateOf("avg(x)") >= 0 {
		t.Errorf("avg(z) stands at %d", i)
	}
	all, err := plan.Union(list)
	if err != nil || !all.Arms[0].Covers(list[2]) {
		t.Errorf("the union of all does not cover the star: %v", err)
	}
}
