//go:build !lean

package rowparquet_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"github.com/holdfast-edge/holdfast/sinks/rowparquet"
)

// spool is one of a header and rows.
func spool(t testing.TB, columns []rowparquet.Column, rows ...string) *strings.Reader {
	t.Helper()
	header, err := rowparquet.AppendHeader(nil, columns)
	if err != nil {
		t.Fatal(err)
	}
	return strings.NewReader(string(header) + strings.Join(rows, "\n") + "\n")
}

func columns(names ...string) (all []rowparquet.Column) {
	for _, name := range names {
		c := rowparquet.Column{Name: name}
		if name == "ts" {
			c.Kind = rowparquet.Time
		}
		all = append(all, c)
	}
	return all
}

// foreign is what a reader that nobody here wrote finds in a file: its types on
// the first line, then its rows.
func foreign(t *testing.T, file []byte) string {
	t.Helper()
	if testing.Short() {
		t.Skip("the reader is an npm package")
	}
	path := filepath.Join(t.TempDir(), "a.parquet")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("node", "read_parquet.mjs", path)
	cmd.Dir = "../../test/peers"
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

func TestAColumnGetsTheNarrowestTypeThatHoldsItsValues(t *testing.T) {
	var out bytes.Buffer
	err := rowparquet.Convert(spool(t, columns("ts", "whole", "number", "mixed", "flag", "text", "nothing", "nested", "large"),
		`["2026-11-28T02:40:00.000000001Z",1,1,1,true,"a",null,[1,2],9223372036854775807]`,
		`["2026-11-28T02:40:01Z",-2,2.5,"x",false,"b",null,{"a":1},18446744073709551615]`,
		`[null,null,null,null,null,null,null,null,null]`,
	), &out)
	if err != nil {
		t.Fatal(err)
	}
	got := foreign(t, out.Bytes())
	for _, want := range []string{
		`["flag","BOOLEAN",""]`, `["whole","INT64","INTEGER"]`, `["number","DOUBLE",""]`, `["ts","INT64","TIMESTAMP"]`,
		`["mixed","BYTE_ARRAY","STRING"]`, `["nothing","BYTE_ARRAY","STRING"]`, `["large","DOUBLE",""]`,
		`"whole":"1"`, `"number":1,`, `"mixed":"1"`, `"flag":true`, `"text":"a"`, `"nested":"[1,2]"`, `"nothing":null`,
		`"ts":"2026-11-28T02:40:00.000Z"`, `"mixed":"x"`, `"nested":"{\"a\":1}"`, `"whole":"-2"`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing in\n%s", want, got)
		}
	}
	if strings.Count(got, "\n") != 4 {
		t.Errorf("got\n%s", got)
	}
}

func TestManyRowsAreReadBackInOrder(t *testing.T) {
	const n = 40_000 // several row groups
	rows := make([]string, n)
	for i := range rows {
		rows[i] = fmt.Sprintf(`["2026-11-28T02:40:00Z",%d,%g]`, i, float64(i)/8)
	}
	var out bytes.Buffer
	if err := rowparquet.Convert(spool(t, columns("ts", "sequence", "value"), rows...), &out); err != nil {
		t.Fatal(err)
	}
	type row struct {
		Sequence *int64   `parquet:"sequence"`
		Value    *float64 `parquet:"value"`
	}
	read, err := parquet.Read[row](bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil || len(read) != n {
		t.Fatalf("%d rows, %v", len(read), err)
	}
	for i, r := range read {
		if *r.Sequence != int64(i) || *r.Value != float64(i)/8 {
			t.Fatalf("row %d is %d, %v", i, *r.Sequence, *r.Value)
		}
	}
}

func TestALineThatAPowerCutLeftIsPassedOver(t *testing.T) {
	whole := spool(t, columns("a"), `[1]`, `[2]`)
	var text bytes.Buffer
	if _, err := whole.WriteTo(&text); err != nil {
		t.Fatal(err)
	}
	text.WriteString(`[3`)
	var out bytes.Buffer
	if err := rowparquet.Convert(bytes.NewReader(text.Bytes()), &out); err != nil {
		t.Fatal(err)
	}
	if f, err := parquet.OpenFile(bytes.NewReader(out.Bytes()), int64(out.Len())); err != nil || f.NumRows() != 2 {
		t.Errorf("%v", err)
	}
}

func TestASpoolThatIsNoneIsRefusedWithItsPlace(t *testing.T) {
	for text, want := range map[string]string{
		"":                                      "no header",
		"[1]\n":                                 "line 1",
		"[{\"name\":\"a\"}]\n[1,2]\n":           "line 2: a row is no array of 1 cells",
		"[{\"name\":\"a\"}]\n{}\n":              "line 2",
		"[{\"name\":\"a\"}]\n[1]\n[\n":          "line 3",
		"[{\"name\":\"a\"},{\"name\":\"a\"}]\n": "two columns",
		"[{\"name\":\"a\",\"kind\":\"time\"}]\n[\"noon\"]\n": "a time",
	} {
		if err := rowparquet.Convert(strings.NewReader(text), &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzConvert(f *testing.F) {
	f.Add("[{\"name\":\"a\"},{\"name\":\"b\",\"kind\":\"time\"}]\n[1,\"2026-11-28T02:40:00Z\"]\n[\"x\",null]\n")
	f.Fuzz(func(t *testing.T, text string) {
		var out bytes.Buffer
		if err := rowparquet.Convert(strings.NewReader(text), &out); err != nil {
			return
		}
		if _, err := parquet.OpenFile(bytes.NewReader(out.Bytes()), int64(out.Len())); err != nil {
			t.Error(err)
		}
	})
}
