package tdengine

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/holdfast-edge/holdfast/sinks"
)

// widestText is the most that a column of text is widened to: four of them make
// a row of 64 KB, which is all that TDengine takes.
const widestText = 16384

// superTable is a super-table as it is on the server. Its columns only ever get
// more, or wider.
type superTable struct {
	name    string
	columns map[string]*column
	version int // changes when a statement has to be prepared again
}

// describe reads the columns of a super-table, or makes it.
func (p *poster) describe(ctx context.Context, name string, wanted []column) (*superTable, error) {
	t, err := p.read(ctx, name)
	if codeOf(err) != codeTableMissing && codeOf(err) != codeNoTable || !p.options.Create {
		return t, err
	}
	if err := p.exec(ctx, p.createTable(name, wanted)); err != nil {
		return nil, fmt.Errorf("create super-table %s: %w", name, refusal(err))
	}
	return p.read(ctx, name)
}

// createTable is the statement that makes a super-table. The sequence in the key
// lets two rows of the same time be.
func (p *poster) createTable(name string, wanted []column) string {
	defs := []string{quote(columnTime) + " TIMESTAMP", quote(columnSequence) + " BIGINT"}
	if p.options.SameTime == keepBoth {
		defs[1] += " PRIMARY KEY"
	}
	for _, c := range wanted {
		defs = append(defs, c.definition())
	}
	var tags []string
	for _, name := range p.options.tagNames() {
		tags = append(tags, quote(name)+" VARCHAR(192)")
	}
	return "CREATE STABLE IF NOT EXISTS " + p.qualified(name) + " (" + strings.Join(defs, ", ") + ") TAGS (" + strings.Join(tags, ", ") + ")"
}

func (p *poster) qualified(table string) string {
	return quote(p.options.Database) + "." + quote(table)
}

// read asks the server for the columns.
func (p *poster) read(ctx context.Context, name string) (*superTable, error) {
	rows, err := p.query(ctx, "DESCRIBE "+p.qualified(name))
	if err != nil {
		return nil, fmt.Errorf("describe super-table %s: %w", name, err)
	}
	t := &superTable{name: name, columns: map[string]*column{}}
	for i, row := range rows {
		if len(row) < 4 {
			return nil, fmt.Errorf("describe super-table %s: %d columns in the answer", name, len(row))
		}
		c := &column{name: textIn(row[0]), kind: textIn(row[1]), isTag: textIn(row[3]) == "TAG"}
		c.inKey = i == 0 || !c.isTag && strings.Contains(textIn(row[3]), "KEY")
		if width, ok := row[2].(int32); ok && (c.isText() || c.kind == "VARBINARY") {
			c.width = int(width)
		}
		t.columns[c.name] = c
	}
	return t, p.fits(t)
}

// fits refuses a table that rows cannot be put into as the options say.
func (p *poster) fits(t *superTable) error {
	sequence := t.columns[columnSequence]
	if p.options.SameTime == keepBoth && (sequence == nil || !sequence.inKey) {
		return &sinks.Failure{Permanent: true, Err: fmt.Errorf(
			"super-table %s has the time alone as its key: write same_time: replace, or name another super_table", t.name)}
	}
	return nil
}

// textIn is a text in an answer.
func textIn(v driver.Value) string {
	switch v := v.(type) {
	case string:
		return v
	case []byte:
		return string(v)
	default:
		return fmt.Sprint(v)
	}
}

// ensure makes what is missing for columns, each as wide as it has to be.
func (p *poster) ensure(ctx context.Context, name string, wanted []column) (*superTable, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.tables[name]
	if t == nil {
		made, err := p.describe(ctx, name, wanted)
		if err != nil {
			return nil, err
		}
		t, p.tables[name] = made, made
	}
	for _, c := range wanted {
		if err := p.alter(ctx, t, c); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// alter adds or widens one column.
func (p *poster) alter(ctx context.Context, t *superTable, c column) error {
	have := t.columns[c.name]
	var change string
	switch {
	case have == nil:
		change = "ADD COLUMN " + c.definition()
	case have.isTag:
		return &sinks.Failure{Permanent: true, Err: fmt.Errorf("%s is a tag of super-table %s, not a column", c.name, t.name)}
	case (have.isText() || have.kind == "VARBINARY") && c.width > have.width:
		c.kind = have.kind
		change = "MODIFY COLUMN " + c.definition()
	default:
		return nil
	}
	if !p.options.Create {
		return &sinks.Failure{Permanent: true, Err: fmt.Errorf("super-table %s needs %s, and create is false", t.name, change)}
	}
	if err := p.exec(ctx, "ALTER STABLE "+p.qualified(t.name)+" "+change); err != nil {
		if again, readErr := p.read(ctx, t.name); readErr == nil && again.has(c) {
			t.columns = again.columns // somebody else was faster
			t.version++
			return nil
		}
		return fmt.Errorf("%s in super-table %s: %w", strings.ToLower(change), t.name, refusal(err))
	}
	t.columns[c.name] = &c
	t.version++
	return nil
}

func (t *superTable) has(c column) bool {
	have := t.columns[c.name]
	return have != nil && !have.isTag && have.width >= c.width
}

// exec runs a statement.
func (p *poster) exec(ctx context.Context, sql string) error {
	return p.line.do(ctx, func() error {
		_, err := p.line.client.Exec(0, sql)
		return err
	})
}

// rowsMax bounds an answer: what is asked here is short.
const rowsMax = 10_000

// query returns the rows of an answer.
func (p *poster) query(ctx context.Context, sql string) (rows [][]driver.Value, err error) {
	err = p.line.do(ctx, func() error {
		result, err := p.line.client.Query(0, sql)
		if err != nil || result == nil {
			return err
		}
		defer result.Close()
		for len(rows) < rowsMax {
			row := make([]driver.Value, len(result.Columns()))
			if err := result.Next(row); err != nil {
				if errors.Is(err, io.EOF) {
					return nil
				}
				return err
			}
			rows = append(rows, row)
		}
		return nil
	})
	return rows, err
}
