package taosd

import (
	"slices"
	"strings"
	"sync"
	"time"
)

// store is what the server has.
type store struct {
	keep time.Duration

	mu        sync.Mutex
	databases map[string]*database
}

func newStore(keep time.Duration) *store {
	return &store{keep: keep, databases: map[string]*database{}}
}

// database is the super-tables and tables of one name.
type database struct {
	name      string
	precision string
	stables   map[string]*stable
	tables    map[string]*table
}

// perTick is the nanoseconds in a tick of the database's times.
func (d *database) perTick() int64 {
	switch d.precision {
	case "ns":
		return 1
	case "us":
		return 1e3
	default:
		return 1e6
	}
}

// stable is a super-table; its columns only ever get more.
type stable struct {
	name    string
	columns []column
	tags    []column
	version int
}

func (s *stable) column(name string) int {
	return slices.IndexFunc(s.columns, func(c column) bool { return c.name == name })
}

func (s *stable) tag(name string) int {
	return slices.IndexFunc(s.tags, func(c column) bool { return c.name == name })
}

// composite is the index of the column that is in the key with the time, -1 for
// none.
func (s *stable) composite() int {
	return slices.IndexFunc(s.columns, func(c column) bool { return c.key })
}

// table is the rows of one source.
type table struct {
	name string
	of   *stable
	tags []any
	rows map[rowKey][]any
}

// rowKey is what a row is upserted under.
type rowKey struct {
	time  int64
	extra any
}

// rowBytesMax is the longest row (TDengine 3.0.5 and later).
const rowBytesMax = 65531

// result is the answer to a statement.
type result struct {
	update    bool
	affected  int
	columns   []column
	rows      [][]any
	precision int // 0 ms, 1 us, 2 ns
}

// run executes a statement.
func (s *store) run(db, sql string) (*result, error) {
	tokens, err := lex(sql)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p := &parser{tokens: tokens}
	switch {
	case p.accept("create", "database"):
		return s.createDatabase(p)
	case p.accept("create", "stable"):
		return s.createStable(p, db)
	case p.accept("alter", "stable"):
		return s.alterStable(p, db)
	case p.accept("insert", "into"):
		return s.insert(p, db)
	case p.accept("describe"):
		return s.describe(p, db)
	case p.accept("use"):
		return &result{update: true}, nil
	case p.accept("select"):
		return s.selects(p, db)
	default:
		return nil, p.wrong("this statement is not known here")
	}
}

func (s *store) database(name string) (*database, error) {
	if d := s.databases[name]; d != nil {
		return d, nil
	}
	return nil, faultf(codeNoDatabase, "Database not exist: %s", name)
}

func (s *store) stable(db, name string) (*database, *stable, error) {
	d, err := s.database(db)
	if err != nil {
		return nil, nil, err
	}
	st := d.stables[name]
	if st == nil {
		return d, nil, faultf(codeNoTable, "Table does not exist: %s", name)
	}
	return d, st, nil
}

// table finds a table or makes it below a super-table.
func (d *database) table(name string, of *stable, tags []any) *table {
	t := d.tables[name]
	if t == nil {
		t = &table{name: name, of: of, tags: tags, rows: map[rowKey][]any{}}
		d.tables[name] = t
	}
	return t
}

// upsert puts a row in, over the one with its key. A NULL does not take away
// what is there.
func (s *store) upsert(d *database, t *table, row []any) error {
	at, ok := row[0].(int64)
	if !ok {
		return faultf(codeSyntax, "the time is NULL")
	}
	if s.keep > 0 && time.Unix(0, at*d.perTick()).Before(time.Now().Add(-s.keep)) {
		return faultf(codeTimeRange, "Timestamp data out of range")
	}
	size := 0
	for i, c := range t.of.columns {
		switch {
		case !c.isVariable():
			size += c.width
		case i < len(row) && row[i] != nil:
			size += len(textOf(row[i])) + 2
		}
	}
	if size > rowBytesMax {
		return faultf(codeRowTooLong, "Row length exceeds max length")
	}
	key := rowKey{time: at}
	if i := t.of.composite(); i >= 0 {
		if row[i] == nil {
			return faultf(codeSyntax, "the primary key is NULL")
		}
		key.extra = row[i]
	}
	for i, old := range t.rows[key] {
		if i < len(row) && row[i] == nil {
			row[i] = old
		}
	}
	t.rows[key] = row
	return nil
}

func textOf(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case []byte:
		return string(v)
	default:
		return ""
	}
}

// sorted returns the rows of a table in the order of their keys.
func (t *table) sorted() [][]any {
	rows := make([][]any, 0, len(t.rows))
	for _, r := range t.rows {
		rows = append(rows, r)
	}
	extra := t.of.composite()
	slices.SortFunc(rows, func(a, b []any) int {
		if c := compare(a[0], b[0]); c != 0 || extra < 0 {
			return c
		}
		return compare(a[extra], b[extra])
	})
	return rows
}

// compare orders cells; NULL is first.
func compare(a, b any) int {
	if a == nil || b == nil {
		switch {
		case a == nil && b == nil:
			return 0
		case a == nil:
			return -1
		default:
			return 1
		}
	}
	if x, ok := a.(int64); ok {
		if y, ok := b.(int64); ok {
			switch {
			case x < y:
				return -1
			case x > y:
				return 1
			default:
				return 0
			}
		}
	}
	x, xOK := number(a)
	y, yOK := number(b)
	if xOK && yOK {
		switch {
		case x < y:
			return -1
		case x > y:
			return 1
		default:
			return 0
		}
	}
	return strings.Compare(textOf(a), textOf(b))
}
