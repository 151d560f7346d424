package parse_test

import (
	"database/sql"
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"

	_ "modernc.org/sqlite"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/parse"
	"github.com/holdfast-edge/holdfast/streamsql/streamsqltest/gen"
)

// The long form: go test ./streamsql/parse -run SQLite -expressions 100000 -queries 10000
var (
	expressions = flag.Int("expressions", 1000, "random expressions to compare with SQLite")
	queries     = flag.Int("queries", 200, "random queries to compare with SQLite")
	firstSeed   = flag.Uint64("seed", 1, "seed of the first of them; the next ones count up")
)

// seedsPerDatabase is how many texts meet the same tables.
const seedsPerDatabase = 250

func TestSQLiteReadsAnExpressionAsOurTreeSays(t *testing.T) {
	eachSeed(t, *expressions, func(db *database, seed uint64) { db.compareExpr(t, seed) })
}

func TestSQLiteReadsAQueryAsOurTreeSays(t *testing.T) {
	eachSeed(t, *queries, func(db *database, seed uint64) { db.compareQuery(t, seed) })
}

func FuzzSQLiteReadsAnExpressionAsOurTreeSays(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(func(t *testing.T, seed uint64) { openDatabase(t, seed).compareExpr(t, seed) })
}

func FuzzSQLiteReadsAQueryAsOurTreeSays(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(func(t *testing.T, seed uint64) { openDatabase(t, seed).compareQuery(t, seed) })
}

func eachSeed(t *testing.T, n int, compare func(*database, uint64)) {
	if testing.Short() {
		n = min(n, seedsPerDatabase)
	}
	for first := 0; first < n && !t.Failed(); first += seedsPerDatabase {
		db := openDatabase(t, *firstSeed+uint64(first))
		for i := first; i < min(n, first+seedsPerDatabase); i++ {
			compare(db, *firstSeed+uint64(i))
		}
	}
}

// database is an SQLite in memory with the tables of a seed.
type database struct {
	*sql.DB
	tables []gen.Table
}

func openDatabase(t *testing.T, seed uint64) *database {
	t.Helper()
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1) // a database in memory lives in its connection
	t.Cleanup(func() { _ = db.Close() })
	tables := gen.New(seed).Tables()
	for _, table := range tables {
		for _, statement := range table.Schema() {
			if _, err := db.Exec(statement); err != nil {
				t.Fatalf("%s: %v", statement, err)
			}
		}
	}
	return &database{DB: db, tables: tables}
}

// compareExpr has SQLite evaluate a text and what our tree of it says with
// every parenthesis: the values differ where we read another structure.
func (db *database) compareExpr(t *testing.T, seed uint64) {
	t.Helper()
	text := gen.New(seed).Expr(db.tables[0].Columns, 3)
	e, err := parse.Expr(text, ast.Standard)
	if err != nil {
		t.Errorf("seed %d: %s\n%v", seed, text, err)
		return
	}
	original := gen.Query{Text: "SELECT " + text + " FROM t"}
	db.compare(t, seed, original, "SELECT "+ast.Parenthesized(e)+" FROM t")
	db.compare(t, seed, original, "SELECT "+ast.Text(e)+" FROM t")
}

// compareQuery has SQLite run a text, and what our tree of it says.
func (db *database) compareQuery(t *testing.T, seed uint64) {
	t.Helper()
	original := gen.New(seed).Query(db.tables)
	q, err := parse.Query(original.Text, ast.Standard)
	if err != nil {
		t.Errorf("seed %d: %s\n%v", seed, original.Text, err)
		return
	}
	db.compare(t, seed, original, ast.Text(q))
	db.compare(t, seed, original, ast.Parenthesized(q))
}

func (db *database) compare(t *testing.T, seed uint64, original gen.Query, canonical string) {
	t.Helper()
	want, wantErr := db.rows(original.Text)
	got, err := db.rows(canonical)
	if ofRows(err) != ofRows(wantErr) {
		return // whether it is met hangs on what is evaluated first
	}
	if !original.Ordered {
		slices.Sort(want)
		slices.Sort(got)
	}
	if (err == nil) != (wantErr == nil) || !slices.Equal(got, want) {
		t.Errorf("seed %d:\n%s\ngives %v, error %v; our tree\n%s\ngives %v, error %v",
			seed, original.Text, want, wantErr, canonical, got, err)
	}
	if wantErr != nil && strings.Contains(wantErr.Error(), "syntax error") {
		t.Errorf("seed %d: SQLite does not read %s: %v", seed, original.Text, wantErr)
	}
}

// ofRows reports whether an error is of what a row holds, and not of the text.
func ofRows(err error) bool {
	return err != nil && slices.ContainsFunc([]string{"ESCAPE", "overflow", "malformed JSON", "JSON path"}, func(part string) bool {
		return strings.Contains(err.Error(), part)
	})
}

// rows returns the rows of a query, each as a text that tells types apart.
func (db *database) rows(query string) ([]string, error) {
	rows, err := db.Query(query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	values := make([]any, len(columns))
	into := make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	var all []string
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		all = append(all, fmt.Sprintf("%#v", values))
	}
	return all, rows.Err()
}
