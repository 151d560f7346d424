package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/holdfast-edge/holdfast/sinks"
)

// table is a table as it is on the server. Its columns only ever get more.
type table struct {
	name    string
	columns map[string]column
}

// key is what rows are told apart by.
const key = `"time", "hf_stream", "hf_incarnation", "hf_seq"`

// ensure makes what is missing for columns and returns a copy of the table.
func (p *poster) ensure(ctx context.Context, c *pgx.Conn, name string, wanted []column) (table, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.tables[name]
	if t == nil {
		found, err := p.find(ctx, c, name, wanted)
		if err != nil {
			return table{}, err
		}
		t, p.tables[name] = found, found
	}
	for _, w := range wanted {
		if _, ok := t.columns[w.name]; ok {
			continue
		}
		if !p.options.Create {
			return table{}, &sinks.Failure{Permanent: true, Err: fmt.Errorf("table %s has no column %s, and create is false", name, w.name)}
		}
		sql := "ALTER TABLE " + quote(p.options.Schema, name) + " ADD COLUMN IF NOT EXISTS " + quote(w.name) + " " + w.kind
		if _, err := c.Exec(ctx, sql); err != nil {
			return table{}, fmt.Errorf("add column %s to table %s: %w", w.name, name, err)
		}
		t.columns[w.name] = w
	}
	return table{name: name, columns: copyOf(t.columns)}, nil
}

func copyOf(columns map[string]column) map[string]column {
	c := make(map[string]column, len(columns))
	for name, one := range columns {
		c[name] = one
	}
	return c
}

// find reads a table, or makes it.
func (p *poster) find(ctx context.Context, c *pgx.Conn, name string, wanted []column) (*table, error) {
	t, err := p.read(ctx, c, name)
	if err != nil || len(t.columns) > 0 {
		return t, err
	}
	if !p.options.Create {
		return nil, fmt.Errorf("table %s is not there, and create is false", name)
	}
	if err := p.create(ctx, c, name, wanted); err != nil {
		return nil, fmt.Errorf("create table %s: %w", name, err)
	}
	return p.read(ctx, c, name)
}

func (p *poster) read(ctx context.Context, c *pgx.Conn, name string) (*table, error) {
	rows, err := c.Query(ctx, "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = $1 AND table_name = $2", p.options.Schema, name)
	if err != nil {
		return nil, fmt.Errorf("read table %s: %w", name, err)
	}
	t := &table{name: name, columns: map[string]column{}}
	var one column
	_, err = pgx.ForEachRow(rows, []any{&one.name, &one.kind}, func() error { t.columns[one.name] = one; return nil })
	if err != nil {
		return nil, fmt.Errorf("read table %s: %w", name, err)
	}
	if len(t.columns) == 0 {
		return t, nil
	}
	for _, o := range own() {
		if _, ok := t.columns[o.name]; !ok {
			return nil, &sinks.Failure{Permanent: true, Err: fmt.Errorf("table %s is there and has no column %s: name another table", name, o.name)}
		}
	}
	return t, nil
}

func (p *poster) create(ctx context.Context, c *pgx.Conn, name string, wanted []column) error {
	var defs []string
	for _, o := range slices.Concat(own(), wanted) {
		def := quote(o.name) + " " + o.kind
		if !slices.Contains([]string{columnQuality}, o.name) && slices.Contains(own(), o) {
			def += " NOT NULL"
		}
		defs = append(defs, def)
	}
	at := quote(p.options.Schema, name)
	statements := []string{
		"CREATE SCHEMA IF NOT EXISTS " + quote(p.options.Schema),
		"CREATE TABLE IF NOT EXISTS " + at + " (" + strings.Join(defs, ", ") + ", PRIMARY KEY (" + key + "))",
	}
	if p.options.Hypertable {
		statements = append(statements, "SELECT create_hypertable('"+strings.ReplaceAll(at, "'", "''")+"', 'time', if_not_exists => TRUE)")
	}
	for _, sql := range statements {
		if _, err := c.Exec(ctx, sql); err != nil && !isMadeByAnother(err) {
			return err
		}
	}
	return nil
}

// isMadeByAnother tells that somebody else has made the same at the same time, such as a line of another node, or a
// connection that was cut and still ends its work: IF NOT EXISTS looks before it makes, and PostgreSQL then tells of a
// unique index of its catalog, or of the name.
func isMadeByAnother(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (e.Code == "23505" || e.Code == "42P06" || e.Code == "42P07" || e.Code == "42710")
}
