// Package xlsx reads the texts of the first sheet of an Office Open XML workbook (ECMA-376, part 1, SpreadsheetML), as
// the sheets of tags need it: no formulas are computed, no dates are formatted, nothing is written.
package xlsx

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// The bounds of a workbook.
const (
	MaxRows    = 200_000
	MaxColumns = 256
	maxPart    = 64 << 20 // bytes of a part, unpacked
)

// Row is a row of a sheet.
type Row struct {
	Number int // from 1
	Cells  []string
}

// Rows returns the rows of the first sheet that have any text.
func Rows(data []byte) ([]Row, error) {
	book, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fmt.Errorf("read workbook: %w", err)
	}
	shared, err := sharedStrings(book)
	if err != nil {
		return nil, err
	}
	var sheets []string
	for _, f := range book.File {
		if strings.HasPrefix(f.Name, "xl/worksheets/") && strings.HasSuffix(f.Name, ".xml") {
			sheets = append(sheets, f.Name)
		}
	}
	if len(sheets) == 0 {
		return nil, errors.New("read workbook: it has no sheet")
	}
	slices.SortFunc(sheets, func(a, b string) int { // sheet2 before sheet10
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		return strings.Compare(a, b)
	})
	return sheet(book, sheets[0], shared)
}

// part opens a file of the workbook; what is beyond maxPart is an error of the XML.
func part(book *zip.Reader, name string) (*xml.Decoder, io.Closer, error) {
	f, err := book.Open(name)
	if err != nil {
		return nil, nil, fmt.Errorf("read workbook: %w", err)
	}
	return xml.NewDecoder(io.LimitReader(f, maxPart)), f, nil
}

// richText is text with or without formatting (18.4.8).
type richText struct {
	Text string `xml:"t"`
	Runs []struct {
		Text string `xml:"t"`
	} `xml:"r"`
}

func (t *richText) String() string {
	text := t.Text
	for _, run := range t.Runs {
		text += run.Text
	}
	return text
}

// sharedStrings reads the texts that cells name by number (18.4.9). A workbook may have none.
func sharedStrings(book *zip.Reader) ([]string, error) {
	d, f, err := part(book, "xl/sharedStrings.xml")
	if err != nil {
		return nil, nil // there is none
	}
	defer f.Close()
	var texts []string
	err = each(d, "si", func(start *xml.StartElement) error {
		var t richText
		if err := d.DecodeElement(&t, start); err != nil {
			return err
		}
		texts = append(texts, t.String())
		return nil
	})
	return texts, err
}

// each calls do for every element of a name.
func each(d *xml.Decoder, name string, do func(*xml.StartElement) error) error {
	for {
		token, err := d.Token()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("read workbook: %w", err)
		}
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == name {
			if err := do(&start); err != nil {
				return fmt.Errorf("read workbook: %w", err)
			}
		}
	}
}

// row is a row as it is written (18.3.1.73).
type row struct {
	Number int `xml:"r,attr"`
	Cells  []struct {
		At     string   `xml:"r,attr"`
		Type   string   `xml:"t,attr"`
		Value  string   `xml:"v"`
		Inline richText `xml:"is"`
	} `xml:"c"`
}

func sheet(book *zip.Reader, name string, shared []string) (rows []Row, err error) {
	d, f, err := part(book, name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	last := 0
	err = each(d, "row", func(start *xml.StartElement) error {
		var r row
		if err := d.DecodeElement(&r, start); err != nil {
			return err
		}
		if r.Number == 0 {
			r.Number = last + 1
		}
		last = r.Number
		cells, err := r.texts(shared)
		if err != nil {
			return fmt.Errorf("row %d: %w", r.Number, err)
		}
		if slices.ContainsFunc(cells, func(c string) bool { return c != "" }) {
			rows = append(rows, Row{r.Number, cells})
		}
		if len(rows) > MaxRows {
			return fmt.Errorf("more than %d rows", MaxRows)
		}
		return nil
	})
	return rows, err
}

// texts are the cells in their columns.
func (r *row) texts(shared []string) ([]string, error) {
	var cells []string
	for i := range r.Cells {
		c := &r.Cells[i]
		column := columnOf(c.At)
		if column < 0 {
			column = len(cells)
		}
		if column >= MaxColumns {
			return nil, fmt.Errorf("more than %d columns", MaxColumns)
		}
		for len(cells) <= column {
			cells = append(cells, "")
		}
		value := c.Value
		switch c.Type {
		case "s":
			var n int
			if _, err := fmt.Sscanf(value, "%d", &n); err != nil || n < 0 || n >= len(shared) {
				return nil, fmt.Errorf("cell %.10s names a text that is not there", c.At)
			}
			value = shared[n]
		case "inlineStr":
			value = c.Inline.String()
		case "b":
			value = map[string]string{"1": "true", "0": "false"}[value]
		}
		cells[column] = strings.TrimSpace(value)
	}
	return cells, nil
}

// columnOf is the column of a reference, C7 being 2; -1 where there is none.
func columnOf(reference string) int {
	column := -1
	for _, r := range reference {
		if r < 'A' || r > 'Z' || column > 1<<16 {
			break
		}
		column = (column+1)*26 + int(r-'A')
	}
	return column
}
