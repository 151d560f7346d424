package streamsqltest_test

import (
	"database/sql"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	_ "modernc.org/sqlite"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/exec"
	"github.com/holdfast-edge/holdfast/streamsql/parse"
	"github.com/holdfast-edge/holdfast/streamsql/plan"
	"github.com/holdfast-edge/holdfast/streamsql/streamsqltest/gen"
	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// The long form:
//
//	go test ./streamsql/streamsqltest -run SQLite -expressions 100000 -queries 10000
var (
	expressions = flag.Int("expressions", 2000, "random expressions to compare with SQLite")
	queries     = flag.Int("queries", 400, "random queries to compare with SQLite")
	firstSeed   = flag.Uint64("seed", 1, "seed of the first of them; the next ones count up")
)

// seedsPerDatabase is how many texts meet the same tables.
const seedsPerDatabase = 100

func TestExpressionsGiveWhatSQLiteGives(t *testing.T) {
	eachSeed(t, *expressions, func(db *database, seed uint64) { db.compareExpr(t, seed) })
}

func TestQueriesGiveWhatSQLiteGives(t *testing.T) {
	eachSeed(t, *queries, func(db *database, seed uint64) { db.compareQuery(t, seed) })
}

func FuzzExpressionsGiveWhatSQLiteGives(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(func(t *testing.T, seed uint64) { openDatabase(t, seed).compareExpr(t, seed) })
}

func FuzzQueriesGiveWhatSQLiteGives(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(func(t *testing.T, seed uint64) { openDatabase(t, seed).compareQuery(t, seed) })
}

func eachSeed(t *testing.T, n int, compare func(*database, uint64)) {
	t.Helper()
	for first := 0; first < n && !t.Failed(); first += seedsPerDatabase {
		db := openDatabase(t, *firstSeed+uint64(first))
		for i := first; i < min(n, first+seedsPerDatabase); i++ {
			compare(db, *firstSeed+uint64(i))
		}
	}
}

// database is the tables of a seed, in an SQLite in memory and as batches.
type database struct {
	*sql.DB
	tables  []gen.Table
	catalog finite
	batches map[string]*tag.Batch
}

// finite is a catalog of streams that end.
type finite struct{ plan.Sources }

func (finite) Bounded() bool { return true }

func openDatabase(t *testing.T, seed uint64) *database {
	t.Helper()
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1) // a database in memory lives in its connection
	t.Cleanup(func() { _ = db.Close() })
	d := &database{
		DB: db, tables: gen.New(seed).Tables(),
		catalog: finite{plan.Sources{}}, batches: make(map[string]*tag.Batch),
	}
	for _, table := range d.tables {
		for _, statement := range table.Schema() {
			if _, err := db.Exec(statement); err != nil {
				t.Fatalf("%s: %v", statement, err)
			}
		}
		d.load(t, table)
	}
	return d
}

func (db *database) load(t *testing.T, table gen.Table) {
	t.Helper()
	fields := make([]tag.Field, len(table.Columns))
	for i, c := range table.Columns {
		fields[i].Name = c.Name
	}
	schema, err := tag.NewSchema(tag.StreamID{}, table.Name, fields...)
	if err != nil {
		t.Fatal(err)
	}
	b := tag.NewBuilder(schema, len(table.Rows))
	for i, row := range table.Rows {
		copy(b.Row(int64(i)), row)
	}
	db.catalog.Sources[table.Name] = plan.Source{Schema: schema}
	db.batches[table.Name] = b.Batch()
}

func (db *database) compareExpr(t *testing.T, seed uint64) {
	t.Helper()
	e := gen.New(seed).Expr(db.tables[0].Columns, 3)
	db.compare(t, seed, gen.Query{Text: "SELECT (" + e + ") AS c1 FROM t"})
}

func (db *database) compareQuery(t *testing.T, seed uint64) {
	t.Helper()
	db.compare(t, seed, gen.New(seed).Query(db.tables))
}

func (db *database) compare(t *testing.T, seed uint64, q gen.Query) {
	t.Helper()
	if different, _ := db.differs(q); different {
		want, _ := db.theirs(q.Text)
		got, err := db.ours(q.Text)
		t.Errorf("seed %d:\n%s\nSQLite gives %v\nwe give      %v, error %v\nsmaller:     %s", seed, q.Text, want, got, err, db.shrunk(q))
	}
}

// differs reports whether the engines give different rows, and with which error ours
// fails, its place left out.
func (db *database) differs(q gen.Query) (different bool, failure string) {
	want, err := db.theirs(q.Text)
	if err != nil {
		return false, "" // an error is no result: whether it is met hangs on what is evaluated first
	}
	got, err := db.ours(q.Text)
	if !q.Ordered {
		slices.Sort(want)
		slices.Sort(got)
	}
	if err != nil && strings.Contains(err.Error(), "ESCAPE") {
		return false, "" // likewise
	}
	if err != nil {
		return true, strings.TrimLeft(err.Error(), "0123456789: ")
	}
	return !slices.Equal(got, want), ""
}

// ours returns the rows that this engine gives, each as a text that tells types
// apart.
func (db *database) ours(text string) ([]string, error) {
	q, err := parse.Query(text, ast.Standard)
	if err != nil {
		return nil, err
	}
	p, err := plan.Build(q, db.catalog, nil)
	if err != nil {
		return nil, err
	}
	var failed error
	e := exec.New(p, exec.Options{Failed: func(f exec.Failure) { failed = f.Err }})
	var rows []string
	emit := func(b *tag.Batch) {
		for i := range b.Len() {
			rows = append(rows, show(b.Row(i)))
		}
	}
	for i, use := range p.Uses() {
		if b := db.batches[use.Name]; b != nil {
			e.Push(0, i, b, emit)
		}
	}
	e.End(0, emit)
	return rows, failed
}

// show writes values as SQLite types them: a Bool is an integer. Integers and
// floats of one value are shown alike, since DISTINCT and GROUP BY may keep
// either.
func show(values []tag.Value) string {
	var s strings.Builder
	for _, v := range values {
		s.WriteString(showOne(v) + " ")
	}
	return s.String()
}

func showOne(v tag.Value) string {
	if v.IsNull() {
		return "NULL"
	}
	switch v.Kind() {
	case tag.String:
		return showText(v.Str())
	case tag.Bytes:
		return fmt.Sprintf("x%x", v.Bytes())
	case tag.Array, tag.ObjectKind:
		return showText(value.Text(v))
	case tag.Float:
		f, _ := v.Float()
		return showFloat(f)
	default:
		i, _ := v.Int()
		return fmt.Sprint(i)
	}
}

func showFloat(f float64) string {
	if f == math.Trunc(f) && math.Abs(f) < 1<<63 {
		return fmt.Sprint(int64(f))
	}
	return fmt.Sprint(f)
}

// showText writes an array or object of JSON, which is a text to SQLite and a value
// here, in one way.
func showText(s string) string {
	var v any
	if strings.HasPrefix(s, "[") || strings.HasPrefix(s, "{") {
		if json.Unmarshal([]byte(s), &v) == nil {
			return fmt.Sprint(v)
		}
	}
	return fmt.Sprintf("%q", s)
}

// theirs returns the rows that SQLite gives.
func (db *database) theirs(query string) ([]string, error) {
	rows, err := db.Query(query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	values, into := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	var all []string
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		all = append(all, showAny(values))
	}
	return all, rows.Err()
}

func showAny(values []any) string {
	var s strings.Builder
	for _, v := range values {
		switch v := v.(type) {
		case nil:
			s.WriteString("NULL ")
		case string:
			s.WriteString(showText(v) + " ")
		case []byte:
			fmt.Fprintf(&s, "x%x ", v)
		case float64:
			s.WriteString(showFloat(v) + " ")
		default:
			fmt.Fprintf(&s, "%v ", v)
		}
	}
	return s.String()
}
