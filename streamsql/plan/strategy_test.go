package plan_test

import (
	"testing"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/expr"
	"github.com/holdfast-edge/holdfast/streamsql/parse"
	"github.com/holdfast-edge/holdfast/streamsql/plan"
)

func buildEKuiper(t testing.TB, text string) *plan.Select {
	t.Helper()
	q, err := parse.Query(text, ast.EKuiper)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	p, err := plan.Build(q, catalog(t), nil)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return p.Arms[0]
}

func TestWindowsKeepAsLittleAsTheyCan(t *testing.T) {
	for text, want := range map[string]plan.Keeping{
		"SELECT x FROM open GROUP BY tumble('1s')":                                               plan.KeepRows,
		"SELECT sum(x) AS s FROM open GROUP BY tumble('1s')":                                     plan.AddUp,
		"SELECT sum(x) AS s, y FROM open GROUP BY y, hop('2s', '1s')":                            plan.AddUp,
		"SELECT count(*) AS s FROM open GROUP BY COUNTWINDOW(3)":                                 plan.AddUp,
		"SELECT sum(x) AS s FROM open GROUP BY slide('1s')":                                      plan.AddAndRemove,
		"SELECT max(x) AS s FROM open GROUP BY slide('1s')":                                      plan.AddAndRemove,
		"SELECT max(x) AS s, y FROM open GROUP BY slide('1s')":                                   plan.KeepRows, // the row of the greatest stands for the group
		"SELECT count(DISTINCT x) AS s FROM open GROUP BY slide('1s')":                           plan.KeepRows,
		"SELECT median(x) AS s FROM open GROUP BY slide('1s')":                                   plan.AddAndRemove,
		"SELECT sum(open.x) AS s FROM open JOIN other ON open.k = other.k GROUP BY tumble('1s')": plan.KeepRows,
	} {
		if got := build(t, text).Arms[0].Keeps(); got != want {
			t.Errorf("%s: %s, want: %s", text, got, want)
		}
	}
}

func TestWhereComesBeforeTheWindowWhereItCan(t *testing.T) {
	for text, want := range map[string]bool{
		"SELECT x FROM open WHERE x > 1":                                                      true,
		"SELECT x FROM open WHERE x > 1 GROUP BY COUNTWINDOW(2)":                              true,
		"SELECT open.x AS x FROM open JOIN other ON 1 WHERE open.x > 1 GROUP BY tumble('1s')": false,
	} {
		if got := build(t, text).Arms[0].FiltersEarly(false); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
	for text, want := range map[string]bool{
		"SELECT x FROM open WHERE x > 1 GROUP BY TUMBLINGWINDOW(ss, 1)": true,
		"SELECT x FROM open WHERE x > 1 GROUP BY COUNTWINDOW(2)":        false,
		"SELECT x FROM open WHERE x > 1 GROUP BY SLIDINGWINDOW(ss, 1)":  false,
		"SELECT x FROM open WHERE x > 1 GROUP BY STATEWINDOW(x, y)":     false,
	} {
		if got := buildEKuiper(t, text).FiltersEarly(false); got != want {
			t.Errorf("eKuiper's %s: %v", text, got)
		}
	}
	session := buildEKuiper(t, "SELECT x FROM open WHERE x > 1 GROUP BY SESSIONWINDOW(ss, 10, 1)")
	if !session.FiltersEarly(false) || session.FiltersEarly(true) {
		t.Error("eKuiper's SESSIONWINDOW goes on with rows that WHERE rejects in event time only")
	}
}

func TestAFilterIsFoundByAnEqualityBeforeAThreshold(t *testing.T) {
	for text, want := range map[string]struct {
		column string
		op     expr.Relation
		rest   bool
	}{
		"x > 1":                {"x", expr.Greater, false},
		"1 >= x":               {"x", expr.Less | expr.Equal, false},
		"x > 1 AND y = 'a'":    {"y", expr.Equal, true},
		"y = 'a' AND x > 1":    {"y", expr.Equal, true},
		"x > 1 AND z < 2":      {"x", expr.Greater, true},
		"x <> 1":               {},
		"x > 'a'":              {},
		"x > 1 OR y = 2":       {},
		"x > y":                {},
		"x <> 1 AND y IS NULL": {},
	} {
		s := build(t, "SELECT x FROM open WHERE "+text).Arms[0]
		key, rest := s.IndexKey()
		switch {
		case key == nil && want.column != "":
			t.Errorf("%s: is not found by an index", text)
		case key != nil && (s.Columns[key.Column].Name != want.column || key.Op != want.op || (rest != nil) != want.rest):
			t.Errorf("%s: found by %s %v, rest %v", text, s.Columns[key.Column].Name, key.Op, rest != nil)
		}
	}
}

func TestOnlyFiltersOfTheRowAloneAreShared(t *testing.T) {
	for text, want := range map[string]bool{
		"SELECT x FROM open": true,
		"SELECT x + 1 AS y FROM open WHERE upper(x) = 'A'":       true,
		"SELECT x FROM open WHERE last_hit_count() < 3":          false,
		"SELECT lag(x) AS y FROM open":                           false,
		"SELECT x FROM open WHERE x IN (SELECT id FROM names)":   false,
		"SELECT sum(x) AS s FROM open GROUP BY tumble('1s')":     false,
		"SELECT x FROM (SELECT x FROM open) AS inside":           false,
		"SELECT open.x AS x FROM open JOIN names ON open.x = id": false,
	} {
		if got := build(t, text).Arms[0].Shares(); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}
