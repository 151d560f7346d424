package tables_test

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"

	_ "modernc.org/sqlite"

	"github.com/holdfast-edge/holdfast/store/tables"
)

// realTables has what the history has in tables of SQLite's own.
func realTables(t *testing.T, e *tables.Engine) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = db.Close() })
	for table, columns := range map[string]string{"boiler.climate": "temperature, humidity, pump", "boiler.state": "mode, pressure", "boiler": "temperature, humidity, pump, mode, pressure"} {
		if _, err := db.Exec(fmt.Sprintf(`CREATE TABLE %q(ts TEXT, ts_ns INTEGER, %s)`, table, columns)); err != nil {
			t.Fatal(err)
		}
		rows, _, err := answer(t, e, tables.Query{SQL: fmt.Sprintf("SELECT ts, ts_ns, %s FROM %q", columns, table), Timeout: tables.MaxTimeout})
		if err != nil || len(rows) < 100 {
			t.Fatalf("%s: %d rows, %v", table, len(rows), err)
		}
		insert := fmt.Sprintf(`INSERT INTO %q VALUES(?%s)`, table, strings.Repeat(",?", strings.Count(columns, ",")+2))
		tx, err := db.Begin()
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			if _, err := tx.Exec(insert, r...); err != nil {
				t.Fatal(err)
			}
		}
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
	}
	return db
}

// seed is where the random questions begin. They are the same each time: HOLDFAST_SEED asks others.
func seed(t *testing.T) uint64 {
	t.Helper()
	asked := os.Getenv("HOLDFAST_SEED")
	if asked == "" {
		return 1
	}
	n, err := strconv.ParseUint(asked, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestOurTablesAnswerAsSQLitesOwn asks both a few hundred random questions.
func TestOurTablesAnswerAsSQLitesOwn(t *testing.T) {
	e := engine(t)
	db := realTables(t, e)
	seed := seed(t)
	random := rand.New(rand.NewPCG(seed, 0))
	for range 300 {
		q := question(random)
		ours, _, err := answer(t, e, tables.Query{SQL: q, Timeout: tables.MaxTimeout})
		if err != nil {
			t.Fatalf("seed %d: %s: %v", seed, q, err)
		}
		theirs := all(t, db, q)
		if !strings.HasPrefix(q, "SELECT ts_ns") { // the order is anybody's
			sortRows(ours)
			sortRows(theirs)
		}
		if !reflect.DeepEqual(ours, theirs) {
			t.Fatalf("seed %d: %s:\nours   %d %v\ntheirs %d %v", seed, q, len(ours), head(ours), len(theirs), head(theirs))
		}
	}
}

func head(rows [][]any) [][]any { return rows[:min(len(rows), 5)] }

func sortRows(rows [][]any) {
	text := func(r []any) string { return fmt.Sprint(r...) }
	for i := range rows { // few enough
		for j := i; j > 0 && text(rows[j]) < text(rows[j-1]) && len(rows) < 500; j-- {
			rows[j], rows[j-1] = rows[j-1], rows[j]
		}
	}
}

func all(t *testing.T, db *sql.DB, q string) (found [][]any) {
	t.Helper()
	rows, err := db.Query(q)
	if err != nil {
		t.Fatalf("%s: %v", q, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		values, targets := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			targets[i] = &values[i]
		}
		if err := rows.Scan(targets...); err != nil {
			t.Fatal(err)
		}
		found = append(found, values)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return found
}

// question is a random query that SQLite answers in one way only.
func question(r *rand.Rand) string {
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	moment := func() string {
		return formatMoment(r.Int64N(3 * 3600 * 1000))
	}
	table, columns := pick(`"boiler.climate"`, `"boiler"`, `"boiler.state"`), []string{"temperature", "humidity", "pump"}
	switch table {
	case `"boiler"`:
		columns = append(columns, "mode", "pressure")
	case `"boiler.state"`:
		columns = []string{"mode", "pressure"}
	}
	var where []string
	for range r.IntN(3) {
		where = append(where, pick(
			fmt.Sprintf("ts %s '%s'", pick("<", "<=", ">", ">=", "=", "<>"), moment()),
			fmt.Sprintf("ts BETWEEN '%s' AND '%s'", moment(), moment()),
			fmt.Sprintf("(ts < '%s' OR ts > '%s')", moment(), moment()),
			fmt.Sprintf("%s %s %d", pick(columns...), pick("<", ">", "=", "IS NOT"), r.IntN(80)),
			fmt.Sprintf("%s IS %sNULL", pick(columns...), pick("", "NOT ")),
			fmt.Sprintf("ts IN (SELECT ts FROM %s WHERE ts > '%s' ORDER BY ts LIMIT 3)", table, moment()),
		))
	}
	condition := ""
	if len(where) > 0 {
		condition = " WHERE " + strings.Join(where, pick(" AND ", " AND ", " OR "))
	}
	a, b := pick(columns...), pick(columns...)
	return pick(
		fmt.Sprintf("SELECT ts_ns, %s, %s FROM %s%s ORDER BY ts %s LIMIT %d", a, b, table, condition, pick("ASC", "DESC"), r.IntN(40)),
		fmt.Sprintf("SELECT count(*), count(%s), min(%s), max(ts) FROM %s%s", a, b, table, condition),
		fmt.Sprintf("SELECT %s, count(*), max(ts_ns) FROM %s%s GROUP BY 1", a, table, condition),
		fmt.Sprintf("SELECT count(*) FROM %s x JOIN %s y ON x.ts = y.ts%s", table, table, strings.NewReplacer("ts", "x.ts", a, "x."+a).Replace("")),
		fmt.Sprintf("SELECT DISTINCT %s FROM %s%s", a, table, condition),
	)
}
