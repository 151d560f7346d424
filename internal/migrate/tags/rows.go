package tags

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/holdfast-edge/holdfast/config/document"
	"github.com/holdfast-edge/holdfast/internal/migrate/xlsx"
)

// Sheet is a table with a first row that names the columns.
type Sheet struct {
	File    string
	Columns []string // in lower case
	Rows    []xlsx.Row
}

// ReadSheet reads CSV, whose fields a comma, a semicolon or a tab divides, or a workbook by the name's ending. An error
// is that it cannot be read as a table.
func ReadSheet(file string, data []byte) (*Sheet, error) {
	read := readCSV
	if strings.EqualFold(filepath.Ext(file), ".xlsx") {
		read = xlsx.Rows
	}
	rows, err := read(data)
	if err != nil {
		return nil, &document.Error{File: file, Problem: err.Error()}
	}
	if len(rows) == 0 {
		return nil, &document.Error{File: file, Problem: "the sheet is empty", Fix: "name the columns in its first row"}
	}
	s := &Sheet{File: file, Rows: rows[1:]}
	seen := map[string]bool{}
	for i, name := range rows[0].Cells {
		name = strings.ToLower(strings.TrimSpace(name))
		if name != "" && seen[name] {
			return nil, &document.Error{File: file, Line: rows[0].Number, Column: i + 1, Problem: fmt.Sprintf("the column %.40q stands twice", name)}
		}
		seen[name] = true
		s.Columns = append(s.Columns, name)
	}
	return s, nil
}

// Cells are the texts of a row by their columns, empty ones aside. What stands beyond the columns is under "".
func (s *Sheet) Cells(r xlsx.Row) map[string]string {
	cells := map[string]string{}
	for i, text := range r.Cells {
		name := ""
		if i < len(s.Columns) {
			name = s.Columns[i]
		}
		if text != "" {
			cells[name] = text
		}
	}
	return cells
}

// readCSV reads all rows; one that has the wrong number of fields is read as it stands.
func readCSV(data []byte) (rows []xlsx.Row, err error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if !utf8.Valid(data) {
		return nil, errors.New("the text is not UTF-8: save the file as UTF-8")
	}
	if len(data) > document.MaxBytes {
		return nil, fmt.Errorf("the file has %d bytes, the limit is %d", len(data), document.MaxBytes)
	}
	r := csv.NewReader(bytes.NewReader(data))
	r.Comma, r.FieldsPerRecord, r.TrimLeadingSpace, r.Comment = divider(data), -1, true, '#'
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, err
		}
		line, _ := r.FieldPos(0)
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if strings.Join(cells, "") != "" {
			rows = append(rows, xlsx.Row{Number: line, Cells: cells})
		}
	}
}

// divider is what divides the fields of the first line.
func divider(data []byte) rune {
	first, _, _ := bytes.Cut(data, []byte("\n"))
	best, most := ',', bytes.Count(first, []byte(","))
	for _, r := range ";\t" {
		if n := bytes.Count(first, []byte(string(r))); n > most {
			best, most = r, n
		}
	}
	return best
}
