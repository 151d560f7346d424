package tdengine

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/taosdata/driver-go/v3/ws/unified"

	"github.com/holdfast-edge/holdfast/sinks"
)

var _ sinks.Noter = (*poster)(nil)

// choose finds out how rows are to be written on this connection. A server that
// refuses prepared statements is given SQL text in their place; the next
// connection asks again, since it may be to another one.
func (p *poster) choose(ctx context.Context, logger *slog.Logger) error {
	if p.options.Method == bySQL {
		p.bySQL = true
		return nil
	}
	err := p.line.do(ctx, func() error {
		s, err := p.line.client.InitStmt(0)
		if err != nil {
			return err
		}
		return s.Close(0)
	})
	if err == nil {
		return nil
	}
	if codeOf(err) == 0 || unified.IsConnectionRelatedError(err) {
		return fmt.Errorf("ask for a prepared statement: %w", err)
	}
	p.bySQL, p.note = true, fmt.Sprintf("as SQL text, since the server refuses prepared statements (%v)", err)
	logger.Warn("the server refuses prepared statements: rows are written as SQL text", "error", err)
	return nil
}

// Note says that rows are written as SQL text against the configuration.
func (p *poster) Note() string { return p.note }
