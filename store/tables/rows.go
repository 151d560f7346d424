package tables

import (
	"context"
	"database/sql"
	"errors"
)

// Column is a column of an answer.
type Column struct {
	Name string `json:"name"`
	Type string `json:"type,omitempty" doc:"As the table declares it; empty for an expression."`
}

// Rows are the answer to a query, made while they are read. They are for one
// goroutine. Close must be called.
type Rows struct {
	engine  *Engine
	query   Query
	cancel  context.CancelFunc
	session *session
	id      int
	hasTurn bool
	conn    *sql.Conn
	rows    *sql.Rows

	columns   []Column
	values    []any
	targets   []any
	left      int
	truncated bool
	err       error
}

func (r *Rows) describe() error {
	types, err := r.rows.ColumnTypes()
	if err != nil {
		return err
	}
	r.columns = make([]Column, len(types))
	r.values, r.targets = make([]any, len(types)), make([]any, len(types))
	for i, t := range types {
		r.columns[i] = Column{Name: t.Name(), Type: t.DatabaseTypeName()}
		r.targets[i] = &r.values[i]
	}
	return nil
}

// Columns returns the columns of the answer.
func (r *Rows) Columns() []Column { return r.columns }

// Next goes to the next row, and reports whether there is one. It ends after as
// many as the query may have.
func (r *Rows) Next() bool {
	if r.err != nil || r.truncated || !r.rows.Next() {
		return false
	}
	if r.left == 0 {
		r.truncated = true
		return false
	}
	r.left--
	r.err = r.rows.Scan(r.targets...)
	return r.err == nil
}

// Values returns the row: nil, int64, float64, string or []byte each. They are
// the caller's until Next.
func (r *Rows) Values() []any { return r.values }

// Truncated reports whether there were more rows than the query may have.
func (r *Rows) Truncated() bool { return r.truncated }

// Err returns why the rows ended early: an *Error where a bound was met.
func (r *Rows) Err() error {
	if r.err != nil {
		return r.err
	}
	if err := r.rows.Err(); err != nil {
		return r.explain(r.session.ctx, &text{}, err)
	}
	return nil
}

// Watermark returns, by stream of the tables that the query names, the time of
// the newest row that it could see, in nanoseconds since the Unix epoch; none
// of a stream that had no row since the node started.
func (r *Rows) Watermark() map[string]int64 { return r.session.watermark() }

// Close ends the query and lets go of what it had.
func (r *Rows) Close() error {
	r.cancel()
	var errs []error
	if r.rows != nil {
		errs = append(errs, r.rows.Close())
	}
	if r.conn != nil {
		errs = append(errs, r.conn.Close())
	}
	if r.session != nil {
		r.engine.module.leave(r.id)
	}
	if r.hasTurn {
		r.hasTurn = false
		<-r.engine.turns
	}
	return errors.Join(errs...)
}
