package house

import (
	"go/ast"
	"slices"
	"testing"
	"testing/fstest"
)

// source makes a module of the given files, named by path.
func source(files map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{"go.mod": {Data: []byte("module example.org/m\n\ngo 1.26.0\n")}}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

func parse(t *testing.T, files map[string]string) *Tree {
	t.Helper()
	tree, err := ParseTree(source(files))
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// wantFindings compares findings, in any order, with what they should print as.
func wantFindings(t *testing.T, findings []Finding, want ...string) {
	t.Helper()
	got := make([]string, 0, len(findings))
	for _, finding := range findings {
		got = append(got, finding.String())
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("found\n%q\nwant\n%q", got, want)
	}
}

func TestATreeLeavesOutWhatIsNotTheModules(t *testing.T) {
	tree := parse(t, map[string]string{
		"a/a.go":                  "package a",
		"a/testdata/broken.go":    "not Go at all",
		".cache/b.go":             "not Go at all",
		"test/node_modules/x.go":  "not Go at all",
		"tools/go.mod":            "module example.org/m/tools",
		"tools/tool.go":           "not Go at all",
		"a/a_test.go":             "package a",
		"a/windows/a_darwin.go":   "package windows",
		"a/readme.md":             "# a",
		"a/windows/generated.txt": "",
	})
	var got []string
	for _, file := range tree.Files {
		got = append(got, file.Path)
	}
	if want := []string{"a/a.go", "a/a_test.go", "a/windows/a_darwin.go"}; !slices.Equal(got, want) {
		t.Errorf("parsed %q, want %q", got, want)
	}
}

func TestATreeThatDoesNotParseIsAnError(t *testing.T) {
	if _, err := ParseTree(source(map[string]string{"a/a.go": "package"})); err == nil {
		t.Error("a broken file gave no error")
	}
	if _, err := ParseTree(fstest.MapFS{}); err == nil {
		t.Error("a tree without go.mod gave no error")
	}
	if _, err := ParseTree(fstest.MapFS{"go.mod": {Data: []byte("go 1.26.0\n")}}); err == nil {
		t.Error("a go.mod without a module gave no error")
	}
}

func TestCallsAreFoundUnderTheirLocalName(t *testing.T) {
	for name, text := range map[string]string{
		"plain":   "package a\nimport \"time\"\nvar f = time.Sleep",
		"renamed": "package a\nimport clock \"time\"\nvar f = clock.Sleep",
	} {
		t.Run(name, func(t *testing.T) {
			count := 0
			parse(t, map[string]string{"a/a.go": text}).Files[0].Calls("time", "Sleep", func(*ast.SelectorExpr) { count++ })
			if count != 1 {
				t.Errorf("found %d uses, want 1", count)
			}
		})
	}
	file := parse(t, map[string]string{"a/a.go": "package a\nimport \"example.org/m/time\"\nvar f = time.Sleep"}).Files[0]
	file.Calls("time", "Sleep", func(*ast.SelectorExpr) { t.Error("took another package for time") })
}

func TestAFindingPrintsAsCompilersDo(t *testing.T) {
	if got := (Finding{"a/a.go", 7, "is bad"}).String(); got != "a/a.go:7: is bad" {
		t.Errorf("with a line: %q", got)
	}
	if got := (Finding{File: "a/a.go", What: "is bad"}).String(); got != "a/a.go: is bad" {
		t.Errorf("without a line: %q", got)
	}
}
