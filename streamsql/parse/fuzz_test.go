package parse

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
)

func FuzzStandard(f *testing.F) {
	addScripts(f, "standard_*.txt")
	f.Fuzz(func(t *testing.T, text string) { checkAnyText(t, text, ast.Standard) })
}

func FuzzEKuiper(f *testing.F) {
	addScripts(f, "ekuiper*.txt")
	f.Fuzz(func(t *testing.T, text string) { checkAnyText(t, text, ast.EKuiper) })
}

// addScripts makes seeds of the statements in testdata.
func addScripts(f *testing.F, pattern string) {
	files, err := filepath.Glob(filepath.Join("testdata", pattern))
	if err != nil || len(files) == 0 {
		f.Fatalf("no scripts: %v", err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, block := range strings.Split(string(content), "\n\n") {
			text, _, _ := strings.Cut(block, "\n----\n")
			f.Add(text)
		}
	}
}

// checkAnyText reads a text as everything that a text may be: it is refused
// with a place inside it, or what it says can be printed and read again.
func checkAnyText(t *testing.T, text string, d ast.Dialect) {
	t.Helper()
	statements, err := Script(text, d)
	if err != nil {
		checkError(t, text, err)
	}
	for _, s := range statements {
		checkFixedPoint(t, s)
	}
	if _, err := Expr(text, d); err != nil {
		checkError(t, text, err)
	}
}

func checkError(t *testing.T, text string, err error) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("%T is not an *Error: %v", err, err)
	}
	if e.Message == "" || !e.Pos.IsValid() || e.Pos.Offset < 0 || e.Pos.Offset > len(text) {
		t.Errorf("error without a place in the text: %+v", e)
	}
}
