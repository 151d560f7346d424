package export_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"github.com/holdfast-edge/holdfast/console/export"
	"github.com/holdfast-edge/holdfast/store/tables"
)

func written(t *testing.T, format string, columns []string, rows [][]any, s export.Summary) (string, error) {
	t.Helper()
	var out bytes.Buffer
	w, err := export.New(format, &out)
	if err != nil {
		t.Fatal(err)
	}
	named := make([]tables.Column, len(columns))
	for i, c := range columns {
		named[i] = tables.Column{Name: c}
	}
	if err := w.Begin(named); err != nil {
		return "", err
	}
	for _, r := range rows {
		if err := w.Row(r); err != nil {
			return "", err
		}
	}
	err = w.End(s)
	return out.String(), err
}

func TestAnAnswerIsJSON(t *testing.T) {
	rows := [][]any{{int64(1), 0.5, "a\"b", nil, []byte("x")}, {int64(math.MaxInt64), math.Inf(1), "", nil, nil}}
	text, err := written(t, "json", []string{"a", "b", "c", "d", "e"}, rows, export.Summary{Watermark: map[string]int64{"s": 1}, Truncated: true, Err: errors.New("cut")})
	var got struct {
		Columns   []tables.Column
		Rows      [][]any
		Watermark map[string]string
		Truncated bool
		Error     string
	}
	if err != nil || json.Unmarshal([]byte(text), &got) != nil {
		t.Fatalf("%v %s", err, text)
	}
	if len(got.Columns) != 5 || len(got.Rows) != 2 || got.Rows[0][2] != `a"b` || got.Rows[0][4] != "eA==" || got.Rows[1][1] != "+Inf" ||
		!got.Truncated || got.Error != "cut" || got.Watermark["s"] != "1970-01-01T00:00:00.000000001Z" {
		t.Errorf("got %+v of %s", got, text)
	}
	if text, err = written(t, "json", nil, nil, export.Summary{}); err != nil || !json.Valid([]byte(text)) {
		t.Errorf("nothing: %v %s", err, text)
	}
}

func TestAnAnswerIsCSV(t *testing.T) {
	text, err := written(t, "csv", []string{"a", "b c"}, [][]any{{int64(1), "x,\"y\""}, {nil, 1e-7}}, export.Summary{})
	if want := "a,b c\n1,\"x,\"\"y\"\"\"\n,1e-07\n"; err != nil || text != want {
		t.Errorf("%v %q", err, text)
	}
}

func TestARowWithoutAValueIsALineOfCSVThatReadersTake(t *testing.T) {
	text, err := written(t, "csv", []string{"a"}, [][]any{{int64(1)}, {nil}, {""}, {int64(2)}}, export.Summary{})
	if want := "a\n1\n\"\"\n\"\"\n2\n"; err != nil || text != want {
		t.Errorf("%v %q", err, text)
	}
	if rows, err := csv.NewReader(strings.NewReader(text)).ReadAll(); err != nil || len(rows) != 5 {
		t.Errorf("%d rows are read, %v", len(rows), err)
	}
}

func TestAnUnknownFormatIsRefused(t *testing.T) {
	if _, err := export.New("xls", io.Discard); err == nil || !strings.Contains(err.Error(), "csv") {
		t.Errorf("got %v", err)
	}
}

func TestAnAnswerAsParquetIsAFileWithTypedColumns(t *testing.T) {
	text, err := written(t, "parquet", []string{"n", "x", "name"}, [][]any{{int64(1), 2.5, "a"}, {nil, int64(3), "b"}}, export.Summary{})
	if err != nil {
		t.Fatal(err)
	}
	f, err := parquet.OpenFile(strings.NewReader(text), int64(len(text)))
	if err != nil || f.NumRows() != 2 {
		t.Fatalf("%v", err)
	}
	if got := f.Schema().String(); !strings.Contains(got, "optional int64 n") || !strings.Contains(got, "optional double x") {
		t.Errorf("the schema is %s", got)
	}
	if text, err := written(t, "parquet", []string{"n"}, [][]any{{int64(1)}}, export.Summary{Err: errors.New("cut")}); err != nil || text != "" {
		t.Errorf("an answer that ended early: %q, %v", text, err)
	}
}
