package streamsqltest_test

import (
	"fmt"
	"testing"

	"github.com/holdfast-edge/holdfast/streamsql/streamsqltest/gen"
)

// Queries that a random one has once found a difference with, or that none makes.
var queriesOfOld = []string{
	// one column of two sources
	"SELECT a.id AS c1, b.id AS c2, n AS c3 FROM t AS a %s t AS b USING (n)",
	"SELECT n, c3, c4 FROM (SELECT id AS c3, n FROM t) AS a %s (SELECT k AS n, uid AS c4 FROM u) AS b USING (n) WHERE n IS NOT 1",
	"SELECT * FROM t AS a %s (SELECT k AS n, uid FROM u) AS b USING (n)",
	"SELECT n, count(*) AS c2 FROM t %s (SELECT k AS n, uid FROM u) AS b USING (n) GROUP BY n ORDER BY n",
	"SELECT n, c.g AS c2 FROM t %[1]s (SELECT k AS n FROM u) AS b USING (n) %[1]s (SELECT w AS n, v AS g FROM u) AS c USING (n)",
	"SELECT DISTINCT b.v AS c1, c.uid AS c2 FROM u AS a %[1]s u AS b ON a.y = b.y %[1]s u AS c ON b.uid = c.uid + 3",
	// places of columns
	"SELECT id AS c1, n FROM t UNION ALL SELECT uid, k FROM u ORDER BY 2, 1",
	"SELECT * FROM t ORDER BY 2 DESC, 1 LIMIT 3",
	"SELECT t.*, id + 1 AS c1 FROM t ORDER BY 6 DESC",
	// queries in FROM that hang on the row around them
	"SELECT (SELECT q.n FROM (SELECT n FROM u) AS q) AS c1 FROM t",
	"SELECT id, (SELECT max(q.c) FROM (SELECT count(*) AS c FROM u WHERE k <> t.n GROUP BY v) AS q) AS c1 FROM t",
	"SELECT id, (SELECT count(*) FROM (SELECT r.k FROM (SELECT k FROM u WHERE uid < t.id) AS r) AS q) AS c1 FROM t",
	"SELECT row_number() OVER (ORDER BY (SELECT count(*) FROM (SELECT row_number() OVER (ORDER BY uid) AS p FROM u) AS q WHERE q.p > t.n), id) AS c1 FROM t",
	// JSON of all rows
	"SELECT json_group_array(n) AS c1, json_group_array(s) AS c2, json_group_object(s, n) AS c3, json_group_object(id, x) AS c4 FROM t",
	"SELECT json_group_array(n) FILTER (WHERE n > 99) AS c1, json_group_object(s, n) FILTER (WHERE n > 99) AS c2 FROM t",
	// octets that are no UTF-8
	"SELECT upper(x'ff61') AS c1, lower(CAST(x'41ff' AS TEXT)) AS c2, hex(substr(CAST(x'61ff62' AS TEXT), 2, 1)) AS c3, substr('aüb', 2, 1) AS c4, substr('aüb', -1, -2) AS c5 FROM t",
	// affinities of columns of unions
	"SELECT q.a FROM (SELECT 1 AS a FROM t UNION ALL SELECT 2 AS a FROM u) AS q WHERE q.a < CAST(1 AS TEXT)",
	"SELECT q.a FROM (SELECT n AS a FROM t UNION ALL SELECT k AS a FROM u) AS q WHERE q.a < CAST(1 AS TEXT)",
	// whole numbers and floats together
	"SELECT sum(n) + sum(x) AS c1, sum(CASE WHEN id % 2 THEN x ELSE n END) AS c2, total(CASE WHEN id % 2 THEN x ELSE -n END) AS c3 FROM t",
	"SELECT sum(q) AS c1, avg(q) AS c2 FROM (SELECT -3 AS q FROM t WHERE id = 0 UNION ALL SELECT 'a' AS q FROM u WHERE uid = 0) AS d",
	"SELECT avg(big) AS c1, total(big) AS c2 FROM e WHERE big > 0 AND big < 4611686018427387904",
	"SELECT avg(9223372036854775807 - n) AS c1, total(-9223372036854775807 + id) AS c2 FROM t",
}

func TestQueriesThatOnceDifferedGiveWhatSQLiteGives(t *testing.T) {
	for seed := range uint64(20) {
		db := openDatabase(t, seed)
		for _, text := range queriesOfOld {
			for _, join := range []string{"JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"} {
				query := text
				if fmt.Sprintf(text, join) != text+"%!(EXTRA string="+join+")" {
					query = fmt.Sprintf(text, join)
				}
				db.compare(t, seed, gen.Query{Text: query})
			}
		}
		if t.Failed() {
			return
		}
	}
}

// Formats that random queries do not have: what they give hangs on the kinds of
// what they are given.
var formats = []string{
	"'%*d|%-*d|%*d|%.*f|%.*f', 5, 1, 5, 2, -5, 3, 2, 3.14159, -2, 3.14159",
	"'a%cb%3cd%.3ce%-3cf%5.2c|', 'x', 'y', 'z', 'w', 'v'",
	"'%c%c', 'üa', 'b'",
	"'%-08.2f|%08.2f|%+08.2f|% 08.1e|%010g', 1.5, -1.5, 1.5, 1.5, -0.5",
	"'%.2f|%.1f|%.0f|%.3f|%.2f|%.0f', 1.005, 0.25, 0.5, 2.0005, 0.125, 1.5",
	"'%.30f|%.30e|%.30g|%!.19g', 0.1, 0.1, 0.1, 0.1",
	"'%f|%e|%g|%.0f', 1.7976931348623157e308, 5e-324, 5e-324, 5e-324",
	"'%#.1f|%#+.1f|%.1f|%#g|%#.3g|%#.0e', -0.01, -0.01, -0.01, 1.5, 100, 1",
	"'%.3Q|%.3q|%10Q|%!.2w', NULL, NULL, NULL, 'a\"bc'",
	"'%p|%lld|%llu|%li', 255, 2, -1, 4",
	"'%5%|%-5%|%05%'",
	"'%,f|%,.2f|%,e|%,g|%,d', 1234567.891, 123456, 12345.678, 123456, -9223372036854775808",
	"'%9.3d|%-9.3d|%+.3d|%09d|%-09d|%x|%#X', -7, -7, 7, -7, -7, -1, -1",
}

func TestFormatsGiveWhatSQLiteGives(t *testing.T) {
	db := openDatabase(t, 1)
	for _, format := range formats {
		db.compare(t, 0, gen.Query{Text: "SELECT printf(" + format + ") AS c1 FROM t LIMIT 1"})
	}
}
