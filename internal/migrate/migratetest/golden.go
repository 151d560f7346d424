// Package migratetest compares what is made of a source with what was seen to be right. It is for tests.
package migratetest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/holdfast-edge/holdfast/config/document"
	"github.com/holdfast-edge/holdfast/internal/migrate"
)

// Golden compares a tree and a report with the files path.yaml and path.report, which update writes anew.
func Golden(t *testing.T, path string, root *migrate.Node, r *migrate.Report, update bool) {
	t.Helper()
	var report strings.Builder
	for _, i := range r.Items {
		report.WriteString(string(i.Kind) + " " + i.String() + "\n")
	}
	for name, got := range map[string]string{path + ".yaml": string(root.AppendYAML(nil)), path + ".report": report.String()} {
		if update {
			if err := os.WriteFile(name, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s is no longer so; -update writes it anew. Got:\n%s", name, got)
		}
	}
}

// Reader makes a configuration of the text of a file.
type Reader func(file string, data []byte, r *migrate.Report, names *migrate.Names) (*migrate.Node, error)

// Reads reads a file below testdata and compares what is made of it with the golden files beside it; see Golden.
func Reads(t *testing.T, read Reader, file string, update bool) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	var r migrate.Report
	var names migrate.Names
	root, err := read(file, data, &r, &names)
	if err != nil {
		t.Fatal(err)
	}
	Golden(t, filepath.Join("testdata", strings.TrimSuffix(file, filepath.Ext(file))), root, &r, update)
}

// Rereads fails where the text of a tree is not read back as the same tree.
func Rereads(t rapid.TB, root *migrate.Node) {
	t.Helper()
	text := root.AppendYAML(nil)
	doc, errs := document.Read("made.yaml", text)
	if len(errs) > 0 {
		t.Fatalf("what was written cannot be read: %v\n%s", errs, text)
	}
	if again := migrate.Of(doc.Root); !again.Equal(root) {
		t.Fatalf("what was written is read as something else:\n%s\n%s", text, again.AppendYAML(nil))
	}
}
