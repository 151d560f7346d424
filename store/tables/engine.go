package tables

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"time"

	"modernc.org/sqlite"

	"github.com/holdfast-edge/holdfast/store/catalog"
	"github.com/holdfast-edge/holdfast/store/history"
	"github.com/holdfast-edge/holdfast/store/walk"
)

// Source is where the rows are: a *history.History.
type Source interface {
	walk.Source
	Buckets(ctx context.Context, stream, field string, from, to, step int64) ([]history.Bucket, history.Watermark, error)
	Span() (history.Span, error)
}

// Options are the settings of an Engine.
type Options struct {
	Source  Source
	Catalog catalog.Source
	Now     func() time.Time // nil: time.Now

	// Concurrent is how many queries run at a time; others wait for their turn.
	Concurrent int // 2
	// MaxBytes bounds what SQLite takes for the queries of the process, for
	// sorting and grouping.
	MaxBytes int64 // 64 MB
}

// Engine answers queries. It may be used concurrently.
type Engine struct {
	options Options
	module  *module
	db      *sql.DB
	turns   chan struct{}
}

// The bounds of a query that names none, and the widest that it may name.
const (
	DefaultRows    = 100_000
	MaxRows        = 10_000_000
	DefaultTimeout = 30 * time.Second
	MaxTimeout     = 10 * time.Minute
	MaxText        = 64 << 10 // octets of SQL
)

// moduleName is how SQLite knows our virtual tables.
const moduleName = "holdfast"

// New returns an engine. Close lets it go.
func New(o Options) (*Engine, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Concurrent <= 0 {
		o.Concurrent = 2
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = 64 << 20
	}
	e := &Engine{options: o, module: newModule(), turns: make(chan struct{}, o.Concurrent)}
	d := &sqlite.Driver{}
	if err := errors.Join(boundMemory(o.MaxBytes), d.RegisterModule(moduleName, e.module), registerFunctions(d, o.Now)); err != nil {
		return nil, fmt.Errorf("open SQL over the history: %w", err)
	}
	e.db = sql.OpenDB(connector{driver: d, dsn: ":memory:?_pragma=temp_store(2)&_pragma=trusted_schema(0)"})
	e.db.SetMaxIdleConns(0)
	return e, nil
}

// connector opens connections of one driver, which is known to nobody else.
type connector struct {
	driver *sqlite.Driver
	dsn    string
}

func (c connector) Connect(context.Context) (driver.Conn, error) { return c.driver.Open(c.dsn) }
func (c connector) Driver() driver.Driver                        { return c.driver }

// Close ends what idles. Rows that are open stay open.
func (e *Engine) Close() error { return e.db.Close() }

// Query is a question and its bounds.
type Query struct {
	SQL     string
	MaxRows int           // 0: DefaultRows
	Timeout time.Duration // 0: DefaultTimeout
}

func (q Query) bounded() Query {
	if q.MaxRows <= 0 {
		q.MaxRows = DefaultRows
	}
	if q.Timeout <= 0 {
		q.Timeout = DefaultTimeout
	}
	q.MaxRows, q.Timeout = min(q.MaxRows, MaxRows), min(q.Timeout, MaxTimeout)
	return q
}

// Query begins to answer a query. The error is an *Error where the query is
// wrong. Rows must be closed.
func (e *Engine) Query(ctx context.Context, q Query) (*Rows, error) {
	if len(q.SQL) > MaxText {
		return nil, &Error{Text: fmt.Sprintf("the query has %d octets: at most %d are read", len(q.SQL), MaxText)}
	}
	q = q.bounded()
	ctx, cancel := context.WithTimeout(ctx, q.Timeout)
	r := &Rows{engine: e, query: q, cancel: cancel, left: q.MaxRows}
	if err := e.takeTurn(ctx); err != nil {
		cancel()
		return nil, err
	}
	r.hasTurn = true
	if err := r.open(ctx); err != nil {
		if over := r.over(ctx); over != nil { // whatever it was doing then
			err = over
		}
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// takeTurn waits for a turn, where there is none at once.
func (e *Engine) takeTurn(ctx context.Context) error {
	select {
	case e.turns <- struct{}{}:
		return nil
	default:
	}
	select {
	case e.turns <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for a turn: %d queries are running: %w", cap(e.turns), ctx.Err())
	}
}

// open finds the tables and starts the statement.
func (r *Rows) open(ctx context.Context) error {
	text, err := r.read()
	if err != nil {
		return err
	}
	if r.conn, err = r.engine.db.Conn(ctx); err != nil {
		return fmt.Errorf("open a connection: %w", err)
	}
	r.session.ctx = ctx
	r.id = r.engine.module.enter(r.session)
	if err := r.session.create(ctx, r.conn, r.id); err != nil {
		return fmt.Errorf("make the tables: %w", err)
	}
	if err := secure(r.conn); err != nil {
		return fmt.Errorf("secure the connection: %w", err)
	}
	if r.rows, err = r.conn.QueryContext(ctx, text.sql); err != nil { //nolint:gocritic,rowserrcheck // Rows checks and closes them
		return r.explain(ctx, text, err)
	}
	return r.describe()
}

// read takes the query apart, and gets ready the tables that it names.
func (r *Rows) read() (*text, error) {
	known, err := r.engine.options.Catalog()
	if err != nil {
		return nil, fmt.Errorf("list what the history has: %w", err)
	}
	t, err := parse(r.query.SQL, known)
	if err != nil {
		return nil, err
	}
	r.session, err = newSession(r.engine.options, known, t)
	return t, err
}

// explain says where the query is wrong, or which bound it met.
func (r *Rows) explain(ctx context.Context, t *text, err error) error {
	if over := r.over(ctx); over != nil {
		return over
	}
	if r.session.failure != nil {
		return r.session.failure
	}
	return t.locate(ctx, r.conn, clean(err), r.engine.options.MaxBytes)
}

// over says that the query's time is up, or that nobody waits for it any more; nil where neither is so.
func (r *Rows) over(ctx context.Context) error {
	switch {
	case ctx.Err() == nil:
		return nil
	case errors.Is(context.Cause(ctx), context.DeadlineExceeded):
		return &Error{Text: fmt.Sprintf("it took more than %s: narrow the time range, ask buckets, or give it more time", r.query.Timeout)}
	default:
		return ctx.Err()
	}
}

// clean takes off what SQLite's driver puts around a message.
func clean(err error) string {
	said := err.Error()
	said = strings.TrimPrefix(said, "SQL logic error: ")
	if i := strings.LastIndex(said, " ("); i > 0 && strings.HasSuffix(said, ")") {
		said = said[:i]
	}
	return said
}
