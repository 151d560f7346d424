package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/tag"
)

// Post writes a request in one transaction. What is missing for it is made before, and is no part of the transaction, which
// may be refused for one row: what goes wrong there is about the table, and refuses no row unless it says so itself.
func (p *poster) Post(ctx context.Context, ds []sinks.Delivery) error {
	c, err := p.take(ctx)
	if err != nil {
		return err
	}
	groups, err := p.groups(ctx, c, ds)
	if err == nil {
		err = refusal(p.write(ctx, c, groups, ds))
	}
	if f, ok := errors.AsType[*sinks.Failure](err); err != nil && (!ok || !f.Permanent || c.IsClosed()) {
		abandon(c)
	} else {
		p.rest(c)
	}
	return err
}

func (p *poster) write(ctx context.Context, c *pgx.Conn, groups []*group, ds []sinks.Delivery) error {
	return pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
		for i, g := range groups {
			if err := p.insert(ctx, tx, g, i); err != nil {
				return fmt.Errorf("write to table %s: %w", g.table, err)
			}
		}
		return p.gaps(ctx, tx, ds)
	})
}

// groups divides a request by table, and makes what is missing for it.
func (p *poster) groups(ctx context.Context, c *pgx.Conn, ds []sinks.Delivery) (all []*group, err error) {
	byTable := map[string]*group{}
	gaps := false
	for _, d := range ds {
		if d.Batch == nil {
			gaps = true
			continue
		}
		plan := p.plan(d.Batch.Schema(), cmp.Or(d.Batch.Identity(0).Site, p.site))
		g := byTable[plan.table]
		if g == nil {
			g = &group{table: plan.table}
			byTable[plan.table] = g
			all = append(all, g)
		}
		g.add(plan, d.Batch)
	}
	for _, g := range all {
		t, err := p.ensure(ctx, c, g.table, g.columns)
		if err != nil {
			return nil, err
		}
		for i := range g.columns {
			g.columns[i] = t.columns[g.columns[i].name]
		}
	}
	if gaps {
		err = p.ensureGaps(ctx, c)
	}
	return all, err
}

// insert copies rows into a temporary table, and from there those that are new.
func (p *poster) insert(ctx context.Context, tx pgx.Tx, g *group, number int) error {
	var names []string
	for _, c := range own() {
		names = append(names, c.name)
	}
	for _, c := range g.columns {
		names = append(names, c.name)
	}
	var quoted []string
	for _, n := range names {
		quoted = append(quoted, quote(n))
	}
	list := strings.Join(quoted, ", ")
	to, from := quote(p.options.Schema, g.table), fmt.Sprintf("hf_new_%d", number)
	if _, err := tx.Exec(ctx, "CREATE TEMPORARY TABLE "+from+" ON COMMIT DROP AS SELECT "+list+" FROM "+to+" WITH NO DATA"); err != nil {
		return err
	}
	rows := &source{site: p.site, group: g, row: -1}
	if _, err := tx.CopyFrom(ctx, pgx.Identifier{from}, names, rows); err != nil {
		if rows.err != nil {
			return rows.err
		}
		return err
	}
	_, err := tx.Exec(ctx, "INSERT INTO "+to+" ("+list+") SELECT "+list+" FROM "+from+" ON CONFLICT ("+key+") DO NOTHING")
	return err
}

// source is the rows of a group, as COPY reads them.
type source struct {
	site  string
	group *group
	run   int
	row   int
	err   error
}

// Next goes to the next row.
func (s *source) Next() bool {
	s.row++
	for s.run < len(s.group.runs) && s.row >= s.group.runs[s.run].batch.Len() {
		s.run, s.row = s.run+1, 0
	}
	return s.err == nil && s.run < len(s.group.runs)
}

// Values are those of the row, our own first.
func (s *source) Values() ([]any, error) {
	r := s.group.runs[s.run]
	id := r.batch.Identity(s.row)
	values := make([]any, len(own())+len(s.group.columns))
	copy(values, []any{
		time.Unix(0, r.batch.Time(s.row)).UTC(), id.Site, [16]byte(id.Stream), int64(id.Incarnation), int64(id.Sequence),
		qualities(r, s.row), r.batch.Origin() == tag.Backfill,
	})
	for slot, v := range r.batch.Row(s.row) {
		bound, err := s.group.columns[r.at[slot]].bind(v)
		if err != nil {
			s.err = &sinks.Failure{Permanent: true, Err: fmt.Errorf("field %s of %s: %w", r.plan.schema.Field(slot).Name, id, err)}
			return nil, s.err
		}
		values[len(own())+r.at[slot]] = bound
	}
	return values, nil
}

// Err is what Values failed with.
func (s *source) Err() error { return s.err }

// qualities is NULL where all is Good, else a JSON object of the values that are
// not.
func qualities(r run, i int) any {
	var text []byte
	for slot, v := range r.batch.Row(i) {
		if v.Kind() == tag.Absent || v.Quality() == tag.Good {
			continue
		}
		text = append(text, ",{"[btoi(text == nil)])
		text = append(tag.AppendJSONString(text, r.plan.schema.Field(slot).Name), ':')
		text = tag.AppendJSONString(text, v.Quality().String())
	}
	if text == nil {
		return nil
	}
	return string(append(text, '}'))
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// gapTable is where gaps are told.
const gapTable = "hf_gaps"

func (p *poster) ensureGaps(ctx context.Context, c *pgx.Conn) error {
	if !p.options.Create {
		return nil
	}
	sql := "CREATE SCHEMA IF NOT EXISTS " + quote(p.options.Schema) + "; CREATE TABLE IF NOT EXISTS " + quote(p.options.Schema, gapTable) +
		" (time timestamptz NOT NULL, hf_site text NOT NULL, hf_stream uuid NOT NULL, hf_incarnation bigint NOT NULL, hf_seq bigint NOT NULL, " +
		"count bigint NOT NULL, cause text NOT NULL, PRIMARY KEY (hf_stream, hf_incarnation, hf_seq))"
	if _, err := c.Exec(ctx, sql); err != nil && !isMadeByAnother(err) {
		return fmt.Errorf("create table %s: %w", gapTable, err)
	}
	return nil
}

func (p *poster) gaps(ctx context.Context, tx pgx.Tx, ds []sinks.Delivery) error {
	for _, d := range ds {
		if d.Gap == nil {
			continue
		}
		g := d.Gap
		_, err := tx.Exec(ctx, "INSERT INTO "+quote(p.options.Schema, gapTable)+" VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
			time.Unix(0, g.At).UTC(), g.First.Site, [16]byte(g.First.Stream), int64(g.First.Incarnation), int64(g.First.Sequence), int64(g.Count), g.Cause.String())
		if err != nil {
			return fmt.Errorf("write gap %s: %w", g, err)
		}
	}
	return nil
}
