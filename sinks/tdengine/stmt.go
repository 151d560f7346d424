package tdengine

import (
	"context"
	"fmt"
	"strings"

	"github.com/taosdata/driver-go/v3/ws/unified"

	"github.com/holdfast-edge/holdfast/sinks"
)

// statement is a prepared INSERT into a super-table.
type statement struct {
	stmt    *unified.Stmt
	version int // of the super-table that it was prepared for
}

// stmt2 writes a group with a prepared statement.
func (p *poster) stmt2(ctx context.Context, g *group) error {
	t, err := p.ensure(ctx, g.superTable, g.columns)
	if err != nil {
		return err
	}
	data, err := p.bind(t, g)
	if err != nil {
		return err
	}
	s, err := p.statement(ctx, t, g)
	if err != nil {
		return err
	}
	err = p.line.do(ctx, func() error {
		if err := s.stmt.Bind(data); err != nil {
			return err
		}
		_, err := s.stmt.Exec(0)
		return err
	})
	if err != nil {
		p.discard(ctx, s)
		return fmt.Errorf("write to super-table %s: %w", g.superTable, p.stmtFault(err))
	}
	p.rest(ctx, g, s)
	return nil
}

// stmtFault adds to refusal what the driver refuses before it asks the server.
func (p *poster) stmtFault(err error) error {
	if unified.IsErrorType(err, unified.ErrorTypeInvalidState) && !unified.IsConnectionRelatedError(err) && codeOf(err) == 0 {
		return &sinks.Failure{Permanent: true, Err: err}
	}
	return refusal(err)
}

// statement takes a prepared one that is at rest, or prepares one.
func (p *poster) statement(ctx context.Context, t *superTable, g *group) (*statement, error) {
	p.mu.Lock()
	version := t.version
	var found *statement
	var stale []*statement
	for key := g.key(); len(p.stmts[key]) > 0 && found == nil; {
		resting := p.stmts[key]
		s := resting[len(resting)-1]
		p.stmts[key] = resting[:len(resting)-1]
		if s.version == version {
			found = s
		} else {
			stale = append(stale, s)
		}
	}
	p.mu.Unlock()
	for _, s := range stale {
		p.discard(ctx, s)
	}
	if found != nil {
		return found, nil
	}
	return p.prepareStmt(ctx, t.name, g, version)
}

// key names the statements that bind the columns of a group, in their order.
func (g *group) key() string {
	var key strings.Builder
	key.WriteString(g.superTable)
	for _, c := range g.columns {
		key.WriteByte(0)
		key.WriteString(c.name)
	}
	return key.String()
}

func (p *poster) prepareStmt(ctx context.Context, table string, g *group, version int) (*statement, error) {
	names := []string{"tbname"}
	for _, name := range p.options.tagNames() {
		names = append(names, quote(name))
	}
	names = append(names, quote(columnTime), quote(columnSequence))
	s := &statement{version: version}
	for _, c := range g.columns {
		names = append(names, quote(c.name))
	}
	sql := "INSERT INTO " + p.qualified(table) + " (" + strings.Join(names, ", ") + ") VALUES (?" + strings.Repeat(", ?", len(names)-1) + ")"
	err := p.line.do(ctx, func() (err error) {
		if s.stmt, err = p.line.client.InitStmt(0); err != nil {
			return err
		}
		return s.stmt.Prepare(0, sql)
	})
	if err != nil {
		if s.stmt != nil {
			p.discard(ctx, s)
		}
		return nil, fmt.Errorf("prepare the insert into super-table %s: %w", table, refusal(err))
	}
	return s, nil
}

// restingMax bounds the statements that are kept, each of which holds memory of
// the server.
const restingMax = 256

// rest keeps a statement for the next request.
func (p *poster) rest(ctx context.Context, g *group, s *statement) {
	p.mu.Lock()
	kept := len(p.stmts) < restingMax
	if key := g.key(); kept {
		p.stmts[key] = append(p.stmts[key], s)
	}
	p.mu.Unlock()
	if !kept {
		p.discard(ctx, s)
	}
}

// discard closes a statement; what the server says of that changes nothing.
func (p *poster) discard(ctx context.Context, s *statement) {
	_ = p.line.do(ctx, func() error { return s.stmt.Close(0) })
}
