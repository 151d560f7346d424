package tables

import (
	"errors"
	"fmt"
	"strconv"
	"sync"

	"modernc.org/sqlite/vtab"
)

// module is how SQLite comes to our tables. It finds the session of a query by
// the number that the table was made with.
type module struct {
	mu       sync.Mutex
	next     int
	sessions map[int]*session
}

func newModule() *module { return &module{sessions: map[int]*session{}} }

func (m *module) enter(s *session) (id int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.next++
	m.sessions[m.next] = s
	return m.next
}

func (m *module) leave(id int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.sessions, id)
}

var (
	_ vtab.Module = (*module)(nil)
	_ vtab.Table  = (*table)(nil)
)

// Create is called for CREATE VIRTUAL TABLE, with the module, the schema, the
// name, and our session and relation.
func (m *module) Create(ctx vtab.Context, args []string) (vtab.Table, error) {
	if len(args) != 5 {
		return nil, errors.New("want a session and a relation")
	}
	id, err := strconv.Atoi(args[3])
	if err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(args[4])
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	s := m.sessions[id]
	m.mu.Unlock()
	if s == nil || n >= len(s.relations) {
		return nil, fmt.Errorf("no session %d with relation %d", id, n)
	}
	r := s.relations[n]
	return &table{session: s, relation: r}, ctx.Declare(r.declare())
}

// Connect is Create: there is nothing that lasts.
func (m *module) Connect(ctx vtab.Context, args []string) (vtab.Table, error) {
	return m.Create(ctx, args)
}

// relation is a kind of table.
type relation interface {
	name() string
	streams() []string // whose rows it shows
	declare() string   // CREATE TABLE
	shape() shape
	open(*session) source
}

// source hands out the rows of one scan after the other.
type source interface {
	begin(filter) error
	next() error
	done() bool
	column(int) (vtab.Value, error)
	rowid() int64 // the same for a row in every scan, and another for every other
}

// table is a relation in a connection.
type table struct {
	session  *session
	relation relation
}

// BestIndex says which of the constraints we take on.
func (t *table) BestIndex(info *vtab.IndexInfo) error { return t.relation.shape().plan(info) }

// Open begins with scans.
func (t *table) Open() (vtab.Cursor, error) {
	return &cursor{session: t.session, shape: t.relation.shape(), source: t.relation.open(t.session)}, nil
}

// Disconnect has nothing to let go of.
func (t *table) Disconnect() error { return nil }

// Destroy has nothing to let go of.
func (t *table) Destroy() error { return nil }

// cursor is a source as SQLite sees it. What fails is kept in the session,
// since SQLite has no room for more than a text.
type cursor struct {
	session *session
	shape   shape
	source  source
}

// Filter begins a scan.
func (c *cursor) Filter(_ int, plan string, values []vtab.Value) error {
	whole := c.session.span
	if c.shape.summed {
		whole.from = c.session.sums
	}
	f, err := c.shape.filter(plan, values, whole, c.session.options.Now())
	if err != nil {
		return c.session.failed(err)
	}
	return c.session.failed(c.source.begin(f))
}

// Next goes on.
func (c *cursor) Next() error {
	return c.session.failed(c.source.next())
}

// Eof reports whether the scan is at its end.
func (c *cursor) Eof() bool { return c.source.done() } //nolint:revive,staticcheck // the name is that of vtab.Cursor

// Column returns a value of the row.
func (c *cursor) Column(col int) (vtab.Value, error) { return c.source.column(col) }

// Rowid tells rows apart, as SQLite does that looks in several ways for what OR
// puts together.
func (c *cursor) Rowid() (int64, error) { return c.source.rowid(), nil }

// Close has nothing to let go of.
func (c *cursor) Close() error { return nil }
