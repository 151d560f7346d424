package house

import (
	"go/ast"
	"io/fs"
	"path"
	"regexp"
	"strings"
)

// CheckNamedTests finds tests, benchmarks and fuzz targets that a Markdown file of the module names in backticks and that
// are not there: a claim with a test behind it has to keep that.
func CheckNamedTests(fsys fs.FS, tree *Tree) ([]Finding, error) {
	there := map[string]bool{}
	for _, file := range tree.Files {
		for _, d := range file.Syntax.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && strings.HasSuffix(file.Path, "_test.go") {
				there[f.Name.Name] = true
			}
		}
	}
	named := regexp.MustCompile("`((?:Test|Fuzz|Benchmark)[A-Z][A-Za-z0-9]*)`")
	var findings []Finding
	err := WalkSource(fsys, func(name string) error {
		if path.Ext(name) != ".md" {
			return nil
		}
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		number := 0
		for line := range strings.Lines(string(text)) {
			number++
			for _, match := range named.FindAllStringSubmatch(line, -1) {
				if !there[match[1]] {
					findings = append(findings, Finding{name, number, "there is no " + match[1] + ": name the test that shows it now"})
				}
			}
		}
		return nil
	})
	return findings, err
}
