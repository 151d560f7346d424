package plan_test

import (
	"testing"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/parse"
	"github.com/holdfast-edge/holdfast/streamsql/plan"
)

// What the planner refuses, with the place and the fix.
func TestWhatHasNoMeaningIsRefusedWithItsPlace(t *testing.T) {
	for text, want := range map[string]string{
		"SELECT 1 AS x":                                                                                "1:1: SELECT without FROM: want the stream that it reads",
		"SELECT x FROM nosuch":                                                                         "1:15: no stream is called nosuch",
		"SELECT boiler.nosuch AS x FROM boiler":                                                        "1:15: boiler has no column nosuch",
		"SELECT x FROM open a JOIN other a ON 1":                                                       "1:27: two sources are called a: give one of them an alias",
		"SELECT count(*) FROM names GROUP BY tumble('1s')":                                             "1:1: no stream is read: a table alone gives no rows",
		"SELECT x FROM names":                                                                          "1:1: no stream is read: a table alone gives no rows",
		"SELECT sum(x) AS s FROM open":                                                                 "1:1: groups over a stream never end: want a window in GROUP BY, such as tumble('10s')",
		"SELECT x FROM open GROUP BY y":                                                                "1:1: groups over a stream never end: want a window in GROUP BY, such as tumble('10s')",
		"SELECT open.x AS x FROM open JOIN other ON 1":                                                 "1:1: a join of streams never ends: want a window in GROUP BY, such as tumble('10s')",
		"SELECT x FROM open WHERE sum(x) > 1":                                                          "1:26: sum is an aggregate, which cannot stand here; a condition on groups stands in HAVING",
		"SELECT sum(sum(x)) AS s FROM open GROUP BY tumble('1s')":                                      "1:12: sum is an aggregate, which cannot stand here; a condition on groups stands in HAVING",
		"SELECT sum(x) OVER (PARTITION BY y) AS s FROM open GROUP BY tumble('1s')":                     "1:21: OVER is for analytic functions; sum is an aggregate",
		"SELECT abs(x) OVER (PARTITION BY y) AS s FROM open":                                           "1:21: OVER is for analytic functions; abs is a scalar function",
		"SELECT abs(x) FILTER (WHERE y) AS s FROM open":                                                "1:29: FILTER is for aggregates; abs is a scalar function",
		"SELECT abs(DISTINCT x) AS s FROM open":                                                        "1:8: DISTINCT is for aggregates; abs is a scalar function",
		"SELECT x FROM open GROUP BY 3, tumble('1s')":                                                  "1:29: column 3: the select list has 1",
		"SELECT *, x AS y FROM open GROUP BY 1, tumble('1s')":                                          "1:37: column 1 stands behind a star: name the column",
		"SELECT x FROM open LIMIT y":                                                                   "1:26: want a constant whole number",
		"SELECT x FROM open LIMIT 'a'":                                                                 "1:26: want a constant whole number",
		"SELECT x FROM open UNION ALL SELECT x, y FROM other":                                          "1:30: this SELECT has 2 columns, the first one of the UNION ALL has 1",
		"SELECT unnest(x), unnest(y) FROM open":                                                        "1:19: a second function that gives rows: one is allowed",
		"SELECT nosuch.* FROM open":                                                                    "1:8: no source is called nosuch",
		"SELECT lag(a.x, 1, b.x) AS l FROM open a JOIN other b ON 1 GROUP BY tumble('1s')":             "1:8: lag is about columns of several sources: want those of one",
		"SELECT x FROM open WHERE x IN (SELECT x FROM other)":                                          "1:32: a query in an expression can read tables; other is a stream",
		"SELECT x FROM open WHERE row_number() > 1":                                                    "1:26: row_number can only stand in the select list; to go by it, put the query into FROM (SELECT …)",
		"SELECT nosuch(x) AS s FROM open":                                                              "1:8: no function is called nosuch",
		"SELECT abs() AS s FROM open":                                                                  "1:8: abs has 0 arguments: want abs(x any) number",
		"SELECT temperature AS t, humidity AS t FROM boiler":                                           "1:26: two columns of the output are called t: name one of them with AS",
		"SELECT humidity FROM boiler a JOIN boiler b ON a.humidity = b.humidity GROUP BY tumble('1s')": "1:8: humidity is a column of two sources: write a.humidity or b.humidity",
	} {
		q, err := parse.Query(text, ast.Standard)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		_, err = plan.Build(q, catalog(t), nil)
		if err == nil || err.Error() != want {
			t.Errorf("%q: %q,", text, err)
		}
	}
}
