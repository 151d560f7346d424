package tdengine

import (
	"database/sql/driver"
	"errors"
	"fmt"

	commonstmt "github.com/taosdata/driver-go/v3/common/stmt"

	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/tag"
)

// errTooLong says that a text is longer than a column gets.
var errTooLong = errors.New("the text has more bytes than a column of TDengine holds")

// ours is how many columns stand before those of a group: time and sequence.
const ours = 2

// bind makes the columns of every table of a group.
func (p *poster) bind(t *superTable, g *group) ([]*commonstmt.TaosStmt2BindData, error) {
	columns := p.snapshot(t, g)
	data := make([]*commonstmt.TaosStmt2BindData, 0, len(g.tables))
	for _, child := range g.tables {
		item := &commonstmt.TaosStmt2BindData{TableName: child.name, Cols: make([][]driver.Value, ours+len(columns))}
		first := child.runs[0]
		for _, tag := range first.plan.tags {
			item.Tags = append(item.Tags, string(tag.AppendRow(nil, first.batch.Row(first.from))))
		}
		cells := make([]driver.Value, len(item.Cols)*child.rows) // one allocation for all columns
		for i := range item.Cols {
			item.Cols[i], cells = cells[:child.rows:child.rows], cells[child.rows:]
		}
		at := 0
		for _, r := range child.runs {
			p.bindOurs(item.Cols, at, r)
			for slot, column := range g.slots[r.plan] {
				if column == noColumn {
					continue
				}
				if err := columns[column].bindSlot(item.Cols[ours+column][at:], r, slot, p.perTick); err != nil {
					return nil, &sinks.Failure{Permanent: true, Err: err}
				}
			}
			at += r.to - r.from
		}
		data = append(data, item)
	}
	return data, nil
}

// snapshot copies the columns of a group as the server has them.
func (p *poster) snapshot(t *superTable, g *group) []column {
	p.mu.Lock()
	defer p.mu.Unlock()
	columns := make([]column, len(g.columns))
	for i, c := range g.columns {
		columns[i] = *t.columns[c.name]
	}
	return columns
}

// bindOurs puts what is told of rows into the columns, from row at on.
func (p *poster) bindOurs(cols [][]driver.Value, at int, r run) {
	first := r.batch.Identity(r.from)
	var incarnation, historical driver.Value = int64(first.Incarnation), r.batch.Origin() == tag.Backfill
	for i := r.from; i < r.to; i++ {
		cols[0][at], cols[1][at] = r.batch.Time(i)/p.perTick, int64(first.Sequence)+int64(i-r.from)
		cols[ours+atIncarnation][at], cols[ours+atHistorical][at] = incarnation, historical
		if q := qualityOf(r, i); q != nil {
			cols[ours+atQuality][at] = string(q)
		}
		at++
	}
}

// bindSlot puts the values of one slot into cells.
func (c column) bindSlot(cells []driver.Value, r run, slot int, perTick int64) error {
	for i := r.from; i < r.to; i++ {
		v := r.batch.Row(i)[slot]
		if v.IsNull() {
			continue
		}
		bound, err := c.bind(v, perTick)
		if err == nil && c.width > 0 && lengthOf(v) > c.width {
			err = errTooLong
		}
		if err != nil {
			return fmt.Errorf("field %s of %s: %w", r.plan.schema.Field(slot).Name, r.batch.Identity(i), err)
		}
		cells[i-r.from] = bound
	}
	return nil
}
