package node

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/link/wire"
	"github.com/holdfast-edge/holdfast/console"
	"github.com/holdfast-edge/holdfast/console/export"
	"github.com/holdfast-edge/holdfast/store/tables"
)

// Rows of an answer to the cloud, at most. They share the connection with commands; who wants more has the telemetry.
const (
	queryRows     = 1000
	mostQueryRows = 20_000
)

// query asks the history in SQL. The answer is the document that GET /api/v1/query gives, in parts.
func (p *plant) query(ctx context.Context, q *wire.Query, part func([]byte) error) error {
	switch l := q.GetLanguage(); l {
	case "", "sql":
	case "promql":
		return p.promQL(ctx, q, part)
	default:
		return fmt.Errorf("this node answers the cloud in sql and promql, not in %q", link.Cut(l))
	}
	if p.n.tables == nil {
		return errors.New("this node keeps no history to ask")
	}
	limit := queryRows
	if q.GetLimit() > 0 {
		limit = int(min(q.GetLimit(), mostQueryRows))
	}
	ctx, cancel := context.WithCancel(ctx) // a query ends with its asker
	defer cancel()
	rows, err := p.n.tables.Query(ctx, tables.Query{SQL: q.GetText(), MaxRows: limit})
	if err != nil {
		return err
	}
	return errors.Join(sendRows(rows, part), rows.Close())
}

// promQL evaluates an expression. The answer is the document that GET /prometheus/api/v1/query gives, or query_range.
func (p *plant) promQL(ctx context.Context, q *wire.Query, part func([]byte) error) error {
	asked := console.PromQuestion{Text: q.GetText(), Start: moment(q.GetStartMs()), End: moment(q.GetEndMs()), Step: time.Duration(q.GetStepMs()) * time.Millisecond}
	buffer := bufio.NewWriterSize(parts(part), link.MaxChunk)
	if err := p.n.console.PromQL(ctx, asked, buffer); err != nil {
		return err
	}
	return buffer.Flush()
}

// moment is a time on the wire, where 0 is none.
func moment(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

// sendRows writes the rows as one JSON document. What ends it early is the error of the whole.
func sendRows(rows *tables.Rows, part func([]byte) error) error {
	buffer := bufio.NewWriterSize(parts(part), link.MaxChunk)
	out, err := export.New("json", buffer)
	if err != nil {
		return err
	}
	if err := out.Begin(rows.Columns()); err != nil {
		return err
	}
	for rows.Next() {
		if err := out.Row(rows.Values()); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if err := out.End(export.Summary{Watermark: rows.Watermark(), Truncated: rows.Truncated()}); err != nil {
		return err
	}
	return buffer.Flush()
}

// parts is the parts of an answer as a writer. The buffer before it is used again, and a part is sent later.
type parts func([]byte) error

func (p parts) Write(b []byte) (int, error) {
	if err := p(append([]byte(nil), b...)); err != nil {
		return 0, err
	}
	return len(b), nil
}
