package parse

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
)

func TestEveryNodeBeginsAtItsFirstToken(t *testing.T) {
	for _, file := range []string{"standard_expressions.txt", "standard_queries.txt"} {
		content, err := os.ReadFile(filepath.Join("testdata", file))
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range strings.Split(string(content), "\n\n") {
			text, _, _ := strings.Cut(block, "\n----\n")
			s, err := Statement(text, ast.Standard)
			if err != nil {
				t.Fatal(err)
			}
			ast.Walk(s, func(n ast.Node) bool {
				checkPosition(t, text, n)
				return true
			})
		}
	}
}

// checkPosition fails unless a node begins no later than what is below it, and
// at its name where it begins with one.
func checkPosition(t *testing.T, text string, n ast.Node) {
	t.Helper()
	ast.Walk(n, func(child ast.Node) bool {
		if child.At().Offset < n.At().Offset {
			t.Errorf("%s\n%T at %v holds %T at %v", text, n, n.At(), child, child.At())
		}
		return child == n
	})
	if name, ok := firstName(n); ok && !begins(text[n.At().Offset:], name) {
		t.Errorf("%s\n%T at %v does not begin with %q", text, n, n.At(), name)
	}
}

func firstName(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.Column:
		return n.Path[0].Text, true
	case *ast.Call:
		return n.Name.Text, true
	case *ast.Stream:
		return n.Name.Text, true
	case *ast.Field:
		return n.Name.Text, true
	case *ast.Option:
		return n.Name.Text, true
	case *ast.Select:
		return "SELECT", true
	case *ast.Case:
		return "CASE", true
	case *ast.Cast:
		return "CAST", true
	}
	return "", false
}

// begins reports whether a text begins with a name, in quotes or not.
func begins(text, name string) bool {
	text = strings.TrimLeft(text, "\"`[(")
	got, _ := utf8.DecodeRuneInString(text)
	want, _ := utf8.DecodeRuneInString(name)
	return unicode.ToUpper(got) == unicode.ToUpper(want)
}

func TestAColumnCountsCharactersAndAnOffsetBytes(t *testing.T) {
	q, err := Query("SELECT größe,\r\n\t'\u00fc', \"Ω\" FROM t", ast.Standard)
	if err != nil {
		t.Fatal(err)
	}
	want := []ast.Pos{{Offset: 7, Line: 1, Column: 8}, {Offset: 18, Line: 2, Column: 2}, {Offset: 24, Line: 2, Column: 7}}
	for i, item := range q.Arms[0].Items {
		if item.At() != want[i] {
			t.Errorf("item %d at %+v, want %+v", i+1, item.At(), want[i])
		}
	}
}
