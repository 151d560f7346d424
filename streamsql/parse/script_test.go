package parse

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
)

var rewrite = flag.Bool("rewrite", false, "write what the parser says into testdata, to be reviewed as a diff")

// A script is blocks with a blank line between them: a statement, a line of
// four dashes, and the canonical text or the error that it gives. The name of
// the file begins with the dialect.
func TestTheScriptsReadAsWritten(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) { runScript(t, file) })
	}
}

func runScript(t *testing.T, file string) {
	d := ast.Standard
	if strings.HasPrefix(filepath.Base(file), ast.EKuiper.String()) {
		d = ast.EKuiper
	}
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(strings.TrimSpace(string(content)), "\n\n")
	for i, block := range blocks {
		text, want, found := strings.Cut(block, "\n----\n")
		if !found && !*rewrite {
			t.Errorf("block %d has no result: %s", i+1, text)
			continue
		}
		text = strings.TrimSuffix(text, "\n----")
		got := outcome(t, text, d)
		if got != want && !*rewrite {
			t.Errorf("%s\ngot  %s\nwant %s", text, got, want)
		}
		blocks[i] = text + "\n----\n" + got
	}
	if *rewrite {
		if err := os.WriteFile(file, []byte(strings.Join(blocks, "\n\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// outcome returns the canonical text or the error of a statement.
func outcome(t *testing.T, text string, d ast.Dialect) string {
	s, err := Statement(text, d)
	if err != nil {
		return "error " + err.Error()
	}
	checkFixedPoint(t, s)
	return ast.Text(s)
}

// checkFixedPoint fails if the text of a tree does not give the tree again.
// The fully parenthesised text tells one tree from another.
func checkFixedPoint(t *testing.T, s ast.Statement) {
	t.Helper()
	text := ast.Text(s)
	again, err := Statement(text, ast.Standard)
	if err != nil {
		t.Errorf("%s\ndoes not parse: %v", text, err)
		return
	}
	if got := ast.Text(again); got != text {
		t.Errorf("%s\nis read as\n%s", text, got)
	}
	if got, want := ast.Parenthesized(again), ast.Parenthesized(s); got != want {
		t.Errorf("%s\nchanges its tree: was\n%s\nis\n%s", text, want, got)
	}
}
