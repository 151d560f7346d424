package plan_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/expr"
	"github.com/holdfast-edge/holdfast/streamsql/parse"
	"github.com/holdfast-edge/holdfast/streamsql/plan"
	"github.com/holdfast-edge/holdfast/tag"
)

func catalog(t testing.TB) plan.Sources {
	t.Helper()
	schema, err := tag.NewSchema(tag.StreamID{}, "boiler", tag.Field{Name: "Temperature", Kind: tag.Float}, tag.Field{Name: "humidity", Kind: tag.Int})
	if err != nil {
		t.Fatal(err)
	}
	return plan.Sources{"boiler": {Schema: schema}, "open": {}, "other": {}, "names": {Kind: plan.TableSource}}
}

func build(t testing.TB, text string) *plan.Query {
	t.Helper()
	q, err := parse.Query(text, ast.Standard)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	p, err := plan.Build(q, catalog(t), nil)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return p
}

func TestOnlyTheColumnsInUseAreInTheLayout(t *testing.T) {
	p := build(t, "SELECT temperature + temperature AS t FROM boiler WHERE HUMIDITY > 1")
	s := p.Arms[0]
	if len(s.Columns) != 2 || s.Columns[0].Name != "humidity" || s.Columns[1].Name != "Temperature" {
		t.Errorf("%+v", s.Columns)
	}
	uses := p.Uses()
	if len(uses) != 1 || uses[0].All || strings.Join(uses[0].Columns, " ") != "humidity Temperature" {
		t.Errorf("%+v", uses)
	}
}

func TestTheOutputIsKnownWhereTheInputsAre(t *testing.T) {
	for text, want := range map[string]string{
		"SELECT * FROM boiler":                                             "Temperature humidity",
		"SELECT *, 1 AS humidity FROM boiler":                              "Temperature humidity",
		"SELECT upper('x'), 1 + 2 FROM open":                               "upper 1 + 2",
		"SELECT a.b.c, x[0] AS first FROM open":                            "c first",
		"SELECT b.* FROM boiler AS b JOIN open ON 1 GROUP BY tumble('1s')": "Temperature humidity",
		"SELECT * FROM open":                                               "<nil>",
	} {
		fields := build(t, text).Arms[0].Fields
		names := make([]string, len(fields))
		for i, f := range fields {
			names[i] = f.Name
		}
		got := strings.Join(names, " ")
		if fields == nil {
			got = "<nil>"
		}
		if got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func TestAStreamThatStandsTwiceIsUsedOnce(t *testing.T) {
	p := build(t, "SELECT a.x AS x, b.y AS y FROM open a JOIN open b ON a.k = b.k WHERE a.x IN (SELECT id FROM names) GROUP BY tumble('1s')")
	uses := p.Uses()
	if len(uses) != 2 || uses[0].Name != "names" || uses[1].Name != "open" || strings.Join(uses[1].Columns, " ") != "k x y" {
		t.Errorf("%+v", uses)
	}
}

func TestEqualitiesOfAJoinAreKeys(t *testing.T) {
	j := build(t, "SELECT a.x AS x FROM open a JOIN other b ON a.k = b.k AND b.l = a.l + 1 AND a.m > b.m AND a.x = 3 GROUP BY tumble('1s')").Arms[0].Joins[0]
	if len(j.Keys) != 2 || j.On == nil {
		t.Errorf("%d keys, rest %v", len(j.Keys), j.On)
	}
}

func TestEqualAggregatesAreComputedOnce(t *testing.T) {
	s := build(t, "SELECT sum(x) AS a, sum(x) + 1 AS b, avg(x) AS c FROM open GROUP BY tumble('1s') HAVING sum(x) > 1 ORDER BY avg(x)").Arms[0]
	if len(s.Aggregates) != 2 {
		t.Errorf("%d aggregates", len(s.Aggregates))
	}
}

func TestFiltersThatMeanTheSameHaveOneKey(t *testing.T) {
	key := func(text string) string { return build(t, text).Arms[0].FilterKey }
	if key("SELECT x FROM open WHERE x > 1 AND y = 2") != key("SELECT y AS z FROM open WHERE x>1 AND (y = 2)") {
		t.Error("equal filters have different keys")
	}
	if key("SELECT x * 2 AS y FROM open WHERE y > 1") != "" {
		t.Error("a filter over an alias has a key, though another query's alias means something else")
	}
	if key("SELECT x FROM open AS a WHERE a.x > 1") == key("SELECT x FROM open WHERE a.x > 1") {
		t.Error("column x of stream a is field x of column a")
	}
}

func TestAliasesOfAliasesAreRefusedBeforeTheyGrowBeyondMeasure(t *testing.T) {
	items := []string{"x AS a0"}
	for i := range 200 {
		items = append(items, fmt.Sprintf("a%d + a%d AS a%d", i, i, i+1))
	}
	q, err := parse.Query("SELECT "+strings.Join(items, ", ")+" FROM open", ast.Standard)
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if _, err = plan.Build(q, catalog(t), nil); err == nil || !strings.Contains(err.Error(), "too large an expression") {
		t.Errorf("%v after %v", err, time.Since(start))
	}
}

func TestAnAliasMeansTheColumnInItsOwnDefinition(t *testing.T) {
	s := build(t, "SELECT x + 1 AS x, y AS z FROM open").Arms[0]
	if len(s.Columns) != 2 {
		t.Errorf("%+v", s.Columns)
	}
}

// FuzzBuild plans whatever parses, in both dialects: no panic, no hang.
func FuzzBuild(f *testing.F) {
	for _, seed := range []string{
		"SELECT a, b.c FROM open WHERE a > 1", "SELECT *, sum(x) AS s FROM boiler GROUP BY humidity, tumble('1s') HAVING s > 1 ORDER BY 1",
		"SELECT * EXCEPT (a) REPLACE (b AS c) FROM open JOIN names ON open.a = names.b",
		"SELECT lag(a) OVER (PARTITION BY b WHEN c) AS d, unnest(e) FROM open UNION ALL SELECT 1, 2 FROM other LIMIT 3",
		"SELECT a AS b, b AS a FROM (SELECT count(*) AS n FROM open GROUP BY COUNTWINDOW(2)) AS x WHERE a IN (SELECT id FROM names WHERE names.x = a)",
		"SELECT changed_cols('', TRUE, *), meta(a.b), CASE a WHEN b THEN c END FROM open a",
	} {
		f.Add(seed, false)
		f.Add(seed, true)
	}
	sources := catalog(f)
	f.Fuzz(func(t *testing.T, text string, ekuiper bool) {
		d := ast.Standard
		if ekuiper {
			d = ast.EKuiper
		}
		q, err := parse.Query(text, d)
		if err != nil || len(text) > 2000 {
			return
		}
		p, err := plan.Build(q, sources, nil)
		if err != nil {
			var meaning *expr.Error
			if !errors.As(err, &meaning) || meaning.Reason == "" {
				t.Fatalf("%s: an error without a place: %v", text, err)
			}
			return
		}
		p.Uses()
		p.Explain(false)
	})
}
