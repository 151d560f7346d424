package file

import (
	"bytes"
	encsv "encoding/csv"
	"fmt"

	"github.com/holdfast-edge/holdfast/sinks/rowjson"
	"github.com/holdfast-edge/holdfast/sinks/rowparquet"
	"github.com/holdfast-edge/holdfast/tag"
)

// form turns the rows of one schema into lines.
type form interface {
	// header is what a file begins with. Rows of another header begin a file of
	// their own.
	header() []byte
	// appendRow appends a row with its end of line.
	appendRow(dst []byte, b *tag.Batch, row int) ([]byte, error)
}

func (o *Options) form(schema *tag.Schema) (form, error) {
	switch o.Format {
	case csv:
		return newTable(schema, o.TimeFormat)
	case parquet:
		return newSpool(schema)
	}
	return objects{rowjson.New(schema, o.TimeFormat)}, nil
}

// objects is a JSON object a line, which needs no header.
type objects struct{ rows *rowjson.Form }

func (objects) header() []byte { return nil }

func (f objects) appendRow(dst []byte, b *tag.Batch, row int) ([]byte, error) {
	return append(f.rows.AppendRow(dst, b, row), '\n'), nil
}

// columns are those of a table: the fields, and ours around them, which give way
// to fields of the same name.
type columns struct {
	names []string // ts, id, the fields, quality, historical
}

func newColumns(schema *tag.Schema) columns {
	free := func(name string) string {
		for {
			if _, taken := schema.Slot(name); !taken {
				return name
			}
			name = "_" + name
		}
	}
	names := []string{free("ts"), free("id")}
	for slot := range schema.Len() {
		names = append(names, schema.Field(slot).Name)
	}
	return columns{append(names, free("quality"), free("historical"))}
}

// appendQuality appends {"field":"BadTimeout"} for the values that are not Good,
// and nothing where all are.
func appendQuality(dst []byte, b *tag.Batch, row int) []byte {
	from := len(dst)
	for slot, v := range b.Row(row) {
		if v.Kind() == tag.Absent || v.Quality() == tag.Good {
			continue
		}
		separator := byte(',')
		if len(dst) == from {
			separator = '{'
		}
		dst = append(tag.AppendJSONString(append(dst, separator), b.Schema().Field(slot).Name), ':')
		dst = tag.AppendJSONString(dst, v.Quality().String())
	}
	if len(dst) > from {
		dst = append(dst, '}')
	}
	return dst
}

// table is CSV, as RFC 4180 has it but with a line feed alone. A NULL is an empty
// cell.
type table struct {
	columns
	timeFormat string
	first      []byte
	out        bytes.Buffer
	csv        *encsv.Writer
	cells      []string
}

func newTable(schema *tag.Schema, timeFormat string) (*table, error) {
	t := &table{columns: newColumns(schema), timeFormat: timeFormat}
	t.csv = encsv.NewWriter(&t.out)
	t.cells = make([]string, len(t.names))
	line, err := t.line(t.names)
	t.first = bytes.Clone(line)
	return t, err
}

func (t *table) header() []byte { return t.first }

// line is valid until the next call.
func (t *table) line(cells []string) ([]byte, error) {
	t.out.Reset()
	if err := t.csv.Write(cells); err != nil {
		return nil, err
	}
	t.csv.Flush()
	return t.out.Bytes(), t.csv.Error()
}

func (t *table) appendRow(dst []byte, b *tag.Batch, row int) ([]byte, error) {
	t.cells = append(t.cells[:0], string(rowjson.AppendPlainTime(nil, b.Time(row), t.timeFormat)),
		string(rowjson.AppendIdentity(nil, b.Identity(row))))
	for _, v := range b.Row(row) {
		t.cells = append(t.cells, cell(v))
	}
	historical := ""
	if b.Origin() == tag.Backfill {
		historical = "true"
	}
	t.cells = append(t.cells, string(appendQuality(nil, b, row)), historical)
	line, err := t.line(t.cells)
	return append(dst, line...), err
}

// cell is a value as plain text.
func cell(v tag.Value) string {
	switch {
	case v.Kind() == tag.Absent || v.IsNull():
		return ""
	case v.Kind() == tag.String:
		return v.Str()
	}
	text := tag.AppendJSON(nil, v)
	if v.Kind() == tag.Time || v.Kind() == tag.Bytes {
		text = bytes.Trim(text, `"`)
	}
	return string(text)
}

// spool is what a Parquet file is made of.
type spool struct {
	columns
	first []byte
}

func newSpool(schema *tag.Schema) (*spool, error) {
	s := &spool{columns: newColumns(schema)}
	var all []rowparquet.Column
	for i, name := range s.names {
		c := rowparquet.Column{Name: name}
		if i == 0 || i > 1 && i < len(s.names)-2 && schema.Field(i-2).Kind == tag.Time {
			c.Kind = rowparquet.Time
		}
		all = append(all, c)
	}
	var err error
	if s.first, err = rowparquet.AppendHeader(nil, all); err != nil {
		return nil, fmt.Errorf("begin a spool: %w", err)
	}
	return s, nil
}

func (s *spool) header() []byte { return s.first }

func (s *spool) appendRow(dst []byte, b *tag.Batch, row int) ([]byte, error) {
	dst = rowjson.AppendTime(append(dst, '['), b.Time(row), rowjson.RFC3339)
	dst = rowjson.AppendIdentityJSON(append(dst, ','), b.Identity(row))
	for _, v := range b.Row(row) {
		dst = append(dst, ',')
		if v.Kind() == tag.Absent || v.IsNull() {
			dst = append(dst, "null"...)
		} else {
			dst = tag.AppendJSON(dst, v)
		}
	}
	dst = append(dst, ',')
	if quality := appendQuality(nil, b, row); len(quality) > 0 {
		dst = tag.AppendJSONString(dst, string(quality))
	} else {
		dst = append(dst, "null"...)
	}
	if b.Origin() == tag.Backfill {
		return append(dst, ",true]\n"...), nil
	}
	return append(dst, ",false]\n"...), nil
}
