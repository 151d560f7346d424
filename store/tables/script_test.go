package tables_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/store/tables"
)

var update = flag.Bool("update", false, "rewrite the answers in testdata")

// TestQueriesAnswerAsTheScriptsSay runs testdata/*.txt: a query ends with a
// line ----, its answer, a row a line, with an empty line.
func TestQueriesAnswerAsTheScriptsSay(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	e := engine(t)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var now strings.Builder
			for piece := range strings.SplitSeq(strings.TrimRight(string(text), "\n"), "\n\n") {
				query, _, ok := strings.Cut(piece, "\n----")
				if !ok {
					now.WriteString(piece + "\n\n") // a remark
					continue
				}
				now.WriteString(query + "\n----\n" + said(t, e, query) + "\n")
			}
			got := strings.TrimRight(now.String(), "\n") + "\n"
			if got == string(text) {
				return
			}
			if !*update {
				t.Fatalf("%s differs (go test -update rewrites it); now it is:\n%s", file, got)
			}
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// said is an answer as text, with its columns, or the error.
func said(t *testing.T, e *tables.Engine, query string) string {
	rows, r, err := answer(t, e, tables.Query{SQL: query, MaxRows: 20})
	var b strings.Builder
	if r != nil {
		var names []string
		for _, c := range r.Columns() {
			names = append(names, c.Name)
		}
		b.WriteString(strings.Join(names, " | ") + "\n")
	}
	for _, row := range rows {
		line, err := json.Marshal(row)
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString(string(line) + "\n")
	}
	if r != nil && r.Truncated() {
		b.WriteString("… truncated\n")
	}
	if err != nil {
		b.WriteString("error: " + err.Error() + "\n")
	}
	return b.String()
}
