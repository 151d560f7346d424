package streamsqltest_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/holdfast-edge/holdfast/streamsql/streamsqltest/gen"
)

// The operands of comparisons between a query in an expression and something else:
// what SQLite converts hangs on what the query's column is made of.
var (
	queriesOfOne = []string{
		"(SELECT z.k FROM u AS z ORDER BY z.uid DESC LIMIT 1)",
		"(SELECT z.v FROM u AS z ORDER BY z.uid LIMIT 1)",
		"(SELECT CAST(z.k AS TEXT) FROM u AS z ORDER BY z.uid LIMIT 1)",
		"(SELECT CAST(z.v AS INTEGER) FROM u AS z ORDER BY z.uid LIMIT 1)",
		"(SELECT z.k + 0 FROM u AS z ORDER BY z.uid LIMIT 1)",
		"(SELECT max(z.k) FROM u AS z)",
		"(SELECT min(z.v) FROM u AS z)",
		"(SELECT t.s FROM u AS z LIMIT 1)",
		"(SELECT t.n FROM u AS z LIMIT 1)",
		"(SELECT CAST(t.n AS TEXT) FROM u AS z LIMIT 1)",
		"(SELECT CASE WHEN 1 THEN t.n END FROM u LIMIT 1)",
		"(SELECT * FROM (SELECT CAST(n AS TEXT) AS q FROM t ORDER BY id LIMIT 1))",
		"(SELECT q FROM (SELECT CAST(s AS INTEGER) AS q FROM t ORDER BY id LIMIT 1))",
		"(SELECT (SELECT z.k FROM u AS z ORDER BY z.uid LIMIT 1) FROM t LIMIT 1)",
	}
	otherOperands = []string{
		"s", "n", "CAST(s AS TEXT)", "CAST(s AS INTEGER)", "CAST(n AS TEXT)", "'5'", "5", "n + 0", "s || ''", "CAST('5' AS TEXT)",
		"coalesce(s, n)", "max(s, '')",
	}
	comparisons = []string{
		"%s >= %s", "%[2]s = %[1]s", "%s BETWEEN %s AND 'z'", "%[2]s BETWEEN %[1]s AND 7", "%s IN (%s)", "%[2]s IN (%[1]s, 3)",
		"%[2]s IN (SELECT %[1]s FROM u)", "CASE %s WHEN %s THEN 1 ELSE 0 END", "%s IS %s", "EXISTS (SELECT 1 FROM u AS zz WHERE %s = %s)",
	}
)

func TestQueriesInExpressionsAreComparedAsInSQLite(t *testing.T) {
	for seed := range uint64(1 + *queries/5000) {
		db := openDatabase(t, seed)
		for _, query := range queriesOfOne {
			for _, other := range slices.Concat(otherOperands, queriesOfOne) {
				for _, form := range comparisons {
					text := fmt.Sprintf(form, query, other)
					if db.compare(t, seed, gen.Query{Text: "SELECT " + text + " AS c1 FROM t"}); t.Failed() {
						return
					}
				}
			}
		}
	}
}
