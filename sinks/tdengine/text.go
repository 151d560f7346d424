package tdengine

import (
	"context"
	"database/sql/driver"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// longestSQL is where a statement is divided: a server takes 1 MB.
const longestSQL = 900 << 10

// text writes a group as SQL text.
func (p *poster) text(ctx context.Context, g *group) error {
	t, err := p.ensure(ctx, g.superTable, g.columns)
	if err != nil {
		return err
	}
	data, err := p.bind(t, g)
	if err != nil {
		return err
	}
	names := []string{quote(columnTime), quote(columnSequence)}
	for _, c := range g.columns {
		names = append(names, quote(c.name))
	}
	sql := []byte("INSERT INTO")
	start := len(sql)
	for _, item := range data {
		head := p.tableHead(item.TableName, g.superTable, item.Tags, names)
		sql = append(sql, head...)
		for i := range item.Cols[0] {
			sql = appendRow(sql, item.Cols, i)
			if len(sql) < longestSQL {
				continue
			}
			if err := p.insert(ctx, g, sql); err != nil {
				return err
			}
			sql = sql[:start]
			if i+1 < len(item.Cols[0]) {
				sql = append(sql, head...)
			}
		}
	}
	if len(sql) == start {
		return nil
	}
	return p.insert(ctx, g, sql)
}

func (p *poster) insert(ctx context.Context, g *group, sql []byte) error {
	if err := p.exec(ctx, string(sql)); err != nil {
		return fmt.Errorf("write to super-table %s: %w", g.superTable, refusal(err))
	}
	return nil
}

// tableHead is what stands before the rows of one table.
func (p *poster) tableHead(name, superTable string, tags []driver.Value, columns []string) string {
	var literals, names []string
	for i, name := range p.options.tagNames() {
		names = append(names, quote(name))
		literals = append(literals, literalOf(tags[i]))
	}
	return " " + p.qualified(name) + " USING " + p.qualified(superTable) + " (" + strings.Join(names, ",") + ") TAGS (" + strings.Join(literals, ",") +
		") (" + strings.Join(columns, ",") + ") VALUES "
}

func appendRow(dst []byte, cols [][]driver.Value, i int) []byte {
	for c := range cols {
		if c == 0 {
			dst = append(dst, '(')
		} else {
			dst = append(dst, ',')
		}
		dst = append(dst, literalOf(cols[c][i])...)
	}
	return append(dst, ')')
}

// literalOf writes a bound value. Floats keep every digit.
func literalOf(v driver.Value) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case float32:
		return strconv.FormatFloat(float64(v), 'g', -1, 32)
	case string:
		return literal(v)
	case []byte:
		return `'\x` + hex.EncodeToString(v) + "'"
	default:
		return fmt.Sprint(v)
	}
}

// literal quotes a text for SQL.
func literal(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(text) + "'"
}
