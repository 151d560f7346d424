package xlsx

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"
)

// book makes a workbook of parts, as a spreadsheet program stores them.
func book(tb testing.TB, parts map[string]string) []byte {
	tb.Helper()
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	for name, text := range parts {
		f, err := w.Create(name)
		if err != nil {
			tb.Fatal(err)
		}
		if _, err := f.Write([]byte(text)); err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return packed.Bytes()
}

const head = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>`

func parts() map[string]string {
	return map[string]string{
		"xl/sharedStrings.xml": head + `<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="3"><si><t>group</t></si>` +
			`<si><r><t>na</t></r><r><rPr><b/></rPr><t>me</t></r></si><si><t xml:space="preserve"> supply &amp; return </t></si></sst>`,
		"xl/worksheets/sheet1.xml": head + `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>` +
			`<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c></row>` +
			`<row r="3"><c r="A3"><v>0.1</v></c><c r="B3" t="inlineStr"><is><t>1!400001</t></is></c><c r="C3" t="s"><v>2</v></c><c r="D3" t="b"><v>1</v></c></row>` +
			`<row r="4"><c r="A4" s="1"/></row></sheetData></worksheet>`,
		"xl/worksheets/sheet10.xml": head + `<worksheet/>`,
	}
}

func TestTheTextsOfTheFirstSheetAreReadWithTheirPlaces(t *testing.T) {
	rows, err := Rows(book(t, parts()))
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 2 || rows[0].Number != 1 || rows[1].Number != 3 ||
		strings.Join(rows[0].Cells, "|") != "group||name" || strings.Join(rows[1].Cells, "|") != "0.1|1!400001|supply & return|true" {
		t.Errorf("%+v", rows)
	}
}

func TestABrokenWorkbookIsAnError(t *testing.T) {
	noText := parts()
	delete(noText, "xl/sharedStrings.xml")
	broken := parts()
	broken["xl/worksheets/sheet1.xml"] = `<worksheet><row r="1"><c`
	wide := parts()
	wide["xl/worksheets/sheet1.xml"] = `<worksheet><row r="1"><c r="ZZZ1"><v>1</v></c></row></worksheet>`
	for name, data := range map[string][]byte{
		"no zip": []byte("group,name"), "no sheet": book(t, map[string]string{"a": ""}), "missing text": book(t, noText),
		"broken XML": book(t, broken), "too wide": book(t, wide),
	} {
		if rows, err := Rows(data); err == nil {
			t.Errorf("%s: %v", name, rows)
		}
	}
}

func FuzzRows(f *testing.F) {
	f.Add(book(f, parts()))
	f.Fuzz(func(t *testing.T, data []byte) {
		rows, err := Rows(data)
		if err == nil && len(rows) > MaxRows {
			t.Errorf("%d rows", len(rows))
		}
	})
}
