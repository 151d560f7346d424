package tdengine

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/tag"
)

// Post writes a request: its rows, by super-table, then the gaps among them.
func (p *poster) Post(ctx context.Context, ds []sinks.Delivery) error {
	write := p.stmt2
	if p.bySQL {
		write = p.text
	}
	for _, g := range p.groups(ds) {
		if err := write(ctx, g); err != nil {
			return err
		}
	}
	for _, d := range ds {
		if d.Gap == nil {
			continue
		}
		if err := p.gap(ctx, d.Gap); err != nil {
			return err
		}
	}
	return nil
}

// gapTable is the super-table of gaps.
const gapTable = "hf_gaps"

// gap upserts the record of a gap under its time and first sequence.
func (p *poster) gap(ctx context.Context, g *tag.Gap) error {
	if err := p.ensureGaps(ctx); err != nil {
		return err
	}
	name := tableName("hf_gaps_" + g.First.Site + "_" + g.First.Stream.String())
	sql := "INSERT INTO " + p.qualified(name) + " USING " + p.qualified(gapTable) +
		" TAGS (" + literal(g.First.Site) + ", " + literal(g.First.Stream.String()) + ") (`ts`, `hf_seq`, `hf_incarnation`, `count`, `cause`) VALUES (" +
		strings.Join([]string{
			strconv.FormatInt(g.At/p.perTick, 10), strconv.FormatUint(g.First.Sequence, 10), strconv.FormatUint(g.First.Incarnation, 10),
			strconv.FormatUint(g.Count, 10), literal(g.Cause.String()),
		}, ", ") + ")"
	if err := p.exec(ctx, sql); err != nil {
		return fmt.Errorf("write gap %s: %w", g, refusal(err))
	}
	return nil
}

// ensureGaps makes the super-table of gaps, once a connection.
func (p *poster) ensureGaps(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.tables[gapTable] != nil {
		return nil
	}
	if p.options.Create {
		sql := "CREATE STABLE IF NOT EXISTS " + p.qualified(gapTable) + " (`ts` TIMESTAMP, `hf_seq` BIGINT PRIMARY KEY, `hf_incarnation` BIGINT, " +
			"`count` BIGINT, `cause` VARCHAR(64)) TAGS (`site` VARCHAR(192), `stream_id` VARCHAR(36))"
		if err := p.exec(ctx, sql); err != nil {
			return fmt.Errorf("create super-table %s: %w", gapTable, refusal(err))
		}
	}
	p.tables[gapTable] = &superTable{name: gapTable}
	return nil
}
