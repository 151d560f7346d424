package lookup

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/holdfast-edge/holdfast/tag"
)

// Limits of a table that is read from a file.
const (
	MaxFile    = 16 << 20 // bytes
	MaxColumns = 1024
	MaxFields  = 4 << 20 // rows times columns
)

var errTooLarge = fmt.Errorf("a table has at most %d bytes, %d columns, and rows times columns %d", MaxFile, MaxColumns, MaxFields)

// ParseCSV reads a table from a CSV file (RFC 4180) whose first line names the
// columns. An empty field is NULL; one that reads as a number, true or false is
// that, unless it has leading zeros, as article numbers do; everything else is a
// text. The rows' source time is at, in nanoseconds since the Unix epoch.
func ParseCSV(name string, data []byte, at int64) (*Fixed, error) {
	t, err := parseCSV(name, data, at)
	if err != nil {
		return nil, fmt.Errorf("read table %s: %w", name, err)
	}
	return t, nil
}

func parseCSV(name string, data []byte, at int64) (*Fixed, error) {
	if len(data) > MaxFile {
		return nil, errTooLarge
	}
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	r.ReuseRecord = true
	header, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("want a first line that names the columns")
	} else if err != nil {
		return nil, err
	}
	for i, column := range header {
		header[i] = strings.TrimSpace(column)
	}
	schema, err := schemaOf(name, header)
	if err != nil {
		return nil, err
	}
	b := tag.NewBuilder(schema, 64)
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return NewFixed(b.Batch()), nil
		} else if err != nil {
			return nil, err
		}
		if (b.Len()+1)*schema.Len() > MaxFields {
			return nil, errTooLarge
		}
		row := b.Row(at)
		for i, field := range record {
			row[i] = fieldOf(field)
		}
	}
}

func schemaOf(name string, columns []string) (*tag.Schema, error) {
	if len(columns) > MaxColumns {
		return nil, errTooLarge
	}
	fields := make([]tag.Field, len(columns))
	for i, c := range columns {
		if fields[i].Name = strings.Clone(c); c == "" {
			return nil, fmt.Errorf("column %d has no name", i+1)
		}
		if slices.ContainsFunc(fields[:i], func(f tag.Field) bool { return f.Name == fields[i].Name }) {
			return nil, fmt.Errorf("two columns are called %s", fields[i].Name)
		}
	}
	return tag.NewSchema(tag.StreamID{}, name, fields...)
}

// fieldOf returns the value of a field of a CSV file.
func fieldOf(text string) tag.Value {
	switch text {
	case "":
		return tag.NullOf(tag.Good)
	case "true":
		return tag.BoolOf(true)
	case "false":
		return tag.BoolOf(false)
	}
	if isNumber(text) {
		if v, err := tag.ParseNumber(text); err == nil {
			return v
		}
	}
	return tag.StringOf(strings.Clone(text))
}

// isNumber reports whether a text may be a number: not one with zeros in front.
func isNumber(text string) bool {
	digits := strings.TrimPrefix(text, "-")
	if digits == "" || digits[0] < '0' || digits[0] > '9' || strings.Trim(digits, "0123456789.eE+-") != "" {
		return false
	}
	return digits[0] != '0' || len(digits) == 1 || digits[1] == '.' || digits[1] == 'e' || digits[1] == 'E'
}

// ParseJSON reads a table from a JSON array of objects, each a row, or from one
// object a line. The columns are those of all rows together. The rows' source
// time is at, in nanoseconds since the Unix epoch.
func ParseJSON(name string, data []byte, at int64) (*Fixed, error) {
	rows, err := Objects(data)
	if err != nil {
		return nil, fmt.Errorf("read table %s: %w", name, err)
	}
	var columns []string
	seen := make(map[string]bool)
	for _, o := range rows {
		for i := range o.Len() {
			if field, _ := o.At(i); !seen[field] {
				seen[field] = true
				columns = append(columns, field)
			}
		}
	}
	schema, err := schemaOf(name, columns)
	if err != nil {
		return nil, fmt.Errorf("read table %s: %w", name, err)
	}
	if len(rows)*len(columns) > MaxFields {
		return nil, fmt.Errorf("read table %s: %w", name, errTooLarge)
	}
	b := tag.NewBuilder(schema, max(len(rows), 1))
	for _, o := range rows {
		row := b.Row(at)
		for i := range o.Len() {
			field, v := o.At(i)
			slot, _ := schema.Slot(field)
			row[slot] = v
		}
	}
	return NewFixed(b.Batch()), nil
}

// Objects reads a JSON array of objects, or objects one after the other with
// white space between them.
func Objects(data []byte) ([]*tag.Object, error) {
	if len(data) > MaxFile {
		return nil, errTooLarge
	}
	data = bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\ufeff")))
	if len(data) > 0 && data[0] == '[' {
		v, err := tag.ParseJSON(data)
		if err != nil {
			return nil, err
		}
		return objects(v.Array())
	}
	var values []tag.Value
	for n := 1; len(data) > 0; n++ {
		end, err := objectEnd(data)
		if err != nil {
			return nil, fmt.Errorf("row %d: %w", n, err)
		}
		v, err := tag.ParseJSON(data[:end])
		if err != nil {
			return nil, fmt.Errorf("row %d: %w", n, err)
		}
		values = append(values, v)
		data = bytes.TrimSpace(data[end:])
	}
	return objects(values)
}

func objects(values []tag.Value) ([]*tag.Object, error) {
	rows := make([]*tag.Object, len(values))
	for i, v := range values {
		if v.Kind() != tag.ObjectKind || v.IsNull() {
			return nil, fmt.Errorf("row %d: want an object, such as {\"temperature\": 20.5}", i+1)
		}
		rows[i] = v.Object()
	}
	return rows, nil
}

// objectEnd returns where the object ends that data begins with.
func objectEnd(data []byte) (int, error) {
	if data[0] != '{' {
		return 0, errors.New(`want an object, such as {"temperature": 20.5}`)
	}
	depth, text := 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case text && c == '\\':
			i++
		case c == '"':
			text = !text
		case text:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			if depth--; depth == 0 {
				return i + 1, nil
			}
		}
	}
	return 0, errors.New("the object does not end")
}
