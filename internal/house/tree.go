package house

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Tree is the Go source of one module, every file parsed, whatever its build constraints.
type Tree struct {
	Module string // import path of the module's root
	Files  []*File
	fset   *token.FileSet
}

// File is one Go file of a Tree.
type File struct {
	Path   string // relative to the module's root, with slashes
	Syntax *ast.File
	tree   *Tree
}

// ParseTree parses the Go files of the module at the root of fsys. It leaves out what is not the module's own source:
// other modules below it, testdata, and directories that start with a dot or are named node_modules.
func ParseTree(fsys fs.FS) (*Tree, error) {
	module, err := modulePath(fsys)
	if err != nil {
		return nil, err
	}
	tree := &Tree{Module: module, fset: token.NewFileSet()}
	err = WalkSource(fsys, func(name string) error {
		if path.Ext(name) != ".go" {
			return nil
		}
		return tree.parse(fsys, name)
	})
	return tree, err
}

func (t *Tree) parse(fsys fs.FS, name string) error {
	source, err := fs.ReadFile(fsys, name)
	if err != nil {
		return err
	}
	syntax, err := parser.ParseFile(t.fset, name, source, parser.ParseComments)
	if err != nil {
		return err
	}
	t.Files = append(t.Files, &File{Path: name, Syntax: syntax, tree: t})
	return nil
}

// WalkSource calls visit with the name of every file of the module at the root of fsys, generated or not, in lexical
// order.
func WalkSource(fsys fs.FS, visit func(name string) error) error {
	return fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && foreign(fsys, name):
			return fs.SkipDir
		case entry.Type().IsRegular():
			return visit(name)
		}
		return nil
	})
}

// foreign tells whether a directory holds something other than the module's own source.
func foreign(fsys fs.FS, directory string) bool {
	if directory == "." {
		return false
	}
	base := path.Base(directory)
	if strings.HasPrefix(base, ".") || slices.Contains([]string{"testdata", "node_modules", "bin", "dist"}, base) {
		return true
	}
	_, err := fs.Stat(fsys, path.Join(directory, "go.mod"))
	return err == nil
}

func modulePath(fsys fs.FS) (string, error) {
	text, err := fs.ReadFile(fsys, "go.mod")
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(text)) {
		if module, found := strings.CutPrefix(line, "module "); found {
			return strings.TrimSpace(module), nil
		}
	}
	return "", errors.New("go.mod: names no module")
}

// Directory is the file's package directory, relative to the module's root; "." is the root.
func (f *File) Directory() string { return path.Dir(f.Path) }

// IsTest tells whether the file is compiled into tests only.
func (f *File) IsTest() bool { return strings.HasSuffix(f.Path, "_test.go") }

// Generated tells whether a program wrote the file, as its header says.
func (f *File) Generated() bool { return ast.IsGenerated(f.Syntax) }

// Lines is the number of lines of the file.
func (f *File) Lines() int { return f.tree.fset.File(f.Syntax.FileStart).LineCount() }

// span is the number of line ends between two positions.
func (f *File) span(from, to token.Pos) int { return f.Line(to) - f.Line(from) }

// Line is the line of a position within the file.
func (f *File) Line(pos token.Pos) int { return f.tree.fset.Position(pos).Line }

// Find makes a finding at a position of the file.
func (f *File) Find(pos token.Pos, format string, args ...any) Finding {
	return Finding{File: f.Path, Line: f.Line(pos), What: fmt.Sprintf(format, args...)}
}

// Calls reports every use of a function or variable of another package, given by import path and name, whatever local
// name the file gives to that package.
func (f *File) Calls(from, name string, report func(*ast.SelectorExpr)) {
	local := f.localName(from)
	if local == "" {
		return
	}
	ast.Inspect(f.Syntax, func(node ast.Node) bool {
		if selector, ok := node.(*ast.SelectorExpr); ok && selector.Sel.Name == name && isName(selector.X, local) {
			report(selector)
		}
		return true
	})
}

// localName is what the file calls an imported package, or "" when it does not import it.
func (f *File) localName(wanted string) string {
	for _, spec := range f.Syntax.Imports {
		if importPath(spec) != wanted {
			continue
		}
		if spec.Name != nil {
			return spec.Name.Name
		}
		return path.Base(wanted)
	}
	return ""
}

func isName(expr ast.Expr, name string) bool {
	identifier, ok := expr.(*ast.Ident)
	return ok && identifier.Name == name
}

func importPath(spec *ast.ImportSpec) string { return strings.Trim(spec.Path.Value, `"`) }
