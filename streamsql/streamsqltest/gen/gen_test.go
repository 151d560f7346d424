package gen

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/tag"
)

func TestTheSameSeedMakesTheSameTexts(t *testing.T) {
	for seed := range uint64(20) {
		a, b := New(seed), New(seed)
		tables := a.Tables()
		again := b.Tables()
		for i, table := range tables {
			if first, second := table.Schema(), again[i].Schema(); !slices.Equal(first, second) {
				t.Fatalf("seed %d: tables %v, then %v", seed, first, second)
			}
		}
		if x, y := a.Expr(tables[0].Columns, 3), b.Expr(tables[0].Columns, 3); x != y {
			t.Errorf("seed %d: %s, then %s", seed, x, y)
		}
		if x, y := a.Query(tables), b.Query(tables); x != y {
			t.Errorf("seed %d: %v, then %v", seed, x, y)
		}
	}
}

func TestEveryFormOfExpressionComesUp(t *testing.T) {
	wanted := []string{
		"NOT BETWEEN ", " IN (", " NOT IN (", " LIKE ", " GLOB ", " ESCAPE ", " ISNULL", " NOTNULL", " NOT NULL", " IS NOT TRUE",
		"NOT ", "~", "- ", "CASE WHEN ", " ELSE ", "CAST(", "x'61'", "date(", "strftime(", "json_extract(", " ->> ", "timediff(", "printf(", "[a-c]", " ESCAPE 'ü'", "1.7976931348623157e308", "x'ff'", "'subsec'", "'+0001-01-01'", "%#x", "9223372036854775806", "DECIMAL(10, 2)", "NULL", "9223372036854775808", "it''s", "coalesce(",
	}
	missing(t, append(wanted, infix...), func(seed uint64) string {
		g := New(seed)
		return g.Expr(g.Tables()[0].Columns, 3)
	})
}

func TestEveryFormOfQueryComesUp(t *testing.T) {
	wanted := []string{
		"DISTINCT ", " JOIN ", " LEFT JOIN ", " RIGHT JOIN ", " FULL JOIN ", " CROSS JOIN ", ", t AS b", "FROM t AS a JOIN t AS b", " AS c ON ", "(SELECT * FROM u",
		" WHERE ", " GROUP BY ", " GROUP BY 1", " GROUP BY c1", " HAVING ", " ORDER BY ", " DESC", " NULLS LAST", " DESC NULLS FIRST", " LIMIT ", " OFFSET ", " UNION ALL ", " ORDER BY 1", " ORDER BY c1",
		"EXISTS (SELECT ", " IN (SELECT ", "(SELECT max(z.w)", " LIMIT 1)", "HAVING count(*) > ", "coalesce(sum(", " LIMIT 2, ", " LIMIT -", "count(*)", "sum(", "avg(", "min(", "max(", "total(", "count(DISTINCT ", " FILTER (WHERE ",
		"row_number() OVER (ORDER BY ", "row_number() OVER (PARTITION BY ", " AS rn FROM ", ") AS a", ") AS b ON ", "count(*) AS c, ", "group_concat(", "string_agg(", " IN (SELECT max(k) FROM u GROUP BY v)", "UNION ALL SELECT y.n FROM t AS y",
		"FROM e", "json_type(json", " -> '$", "json_set(", "json_array_insert(", "json_patch(", "json_remove(", "JOIN t AS y ON z.k = y.n", "SELECT DISTINCT count(", "max(id) AS c1",
	}
	missing(t, wanted, func(seed uint64) string {
		g := New(seed)
		return g.Query(g.Tables()).Text
	})
}

// missing fails for what is in none of many texts.
func missing(t *testing.T, wanted []string, text func(seed uint64) string) {
	t.Helper()
	var all strings.Builder
	for seed := range uint64(2000) {
		all.WriteString(text(seed) + "\n")
	}
	for _, w := range wanted {
		if !strings.Contains(all.String(), w) {
			t.Errorf("%q is in no text", w)
		}
	}
}

func TestAGeneratorCallsOnlyTheFunctionsThatItWasGiven(t *testing.T) {
	for seed := range uint64(200) {
		g := New(seed)
		g.Functions, g.Special = []Function{{"abs", 1, 1}}, false
		text := g.Expr(nil, 4)
		for _, f := range Functions() {
			if f.Name != "abs" && strings.Contains(text, f.Name+"(") {
				t.Fatalf("seed %d: %s", seed, text)
			}
		}
		g.Functions = nil
		if text := g.Expr(nil, 4); strings.Contains(text, "abs(") {
			t.Fatalf("seed %d: %s", seed, text)
		}
	}
}

func TestAColumnHoldsItsKindOrNull(t *testing.T) {
	rows := 0
	for seed := range uint64(100) {
		for _, table := range New(seed).Tables() {
			rows += len(table.Rows)
			for _, row := range table.Rows {
				for i, v := range row {
					if k := v.Kind(); k != table.Columns[i].Kind && k != tag.Null {
						t.Fatalf("seed %d: %s.%s holds %v", seed, table.Name, table.Columns[i].Name, k)
					}
				}
			}
		}
	}
	if rows == 0 {
		t.Error("no table has a row")
	}
}

func TestTheSchemaMakesTheTableAndItsRows(t *testing.T) {
	table := Table{
		Name:    "t",
		Columns: []Column{{Name: "id", Kind: tag.Int}, {Name: "x", Kind: tag.Float}, {Name: "s", Kind: tag.String}},
		Rows:    [][]tag.Value{{tag.IntOf(-1), tag.FloatOf(-0.25), tag.StringOf("it's")}, {tag.IntOf(2), tag.NullOf(tag.Good), tag.StringOf("")}},
	}
	want := []string{
		"CREATE TABLE t (id, x, s)",
		"INSERT INTO t VALUES (-1, -2.5e-01, 'it''s')",
		"INSERT INTO t VALUES (2, NULL, '')",
	}
	if got := table.Schema(); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
