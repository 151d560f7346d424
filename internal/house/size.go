package house

import (
	"go/ast"
	"slices"
)

// What a reader can hold in mind; limits, not aims.
const (
	maxFileLines     = 800
	maxFunctionLines = 80
)

// CheckSizes finds files and functions that are too long to be read at once. Lines of tables, which are composite
// literals over several lines, do not count for a function; generated files do not count at all.
func CheckSizes(tree *Tree) []Finding {
	var findings []Finding
	for _, file := range tree.Files {
		if file.Generated() {
			continue
		}
		if lines := file.Lines(); lines > maxFileLines {
			findings = append(findings, file.Find(file.Syntax.Package, "the file has %d lines, the limit is %d: one idea per file", lines, maxFileLines))
		}
		for _, function := range file.functions() {
			if lines := file.functionLines(function); lines > maxFunctionLines {
				findings = append(findings, file.Find(function.Pos(), "%s has %d lines, the limit is %d without tables", function.Name.Name, lines, maxFunctionLines))
			}
		}
	}
	return findings
}

// Sizes describes how large the code of a module is, generated files and tests left out of the medians.
type Sizes struct {
	CodeLines, TestLines       int
	FileMedian, FunctionMedian int
}

// Measure counts the lines of a module.
func Measure(tree *Tree) Sizes {
	var sizes Sizes
	var files, functions []int
	for _, file := range tree.Files {
		switch {
		case file.Generated():
		case file.IsTest():
			sizes.TestLines += file.Lines()
		default:
			sizes.CodeLines += file.Lines()
			files = append(files, file.Lines())
			for _, function := range file.functions() {
				functions = append(functions, file.functionLines(function))
			}
		}
	}
	sizes.FileMedian, sizes.FunctionMedian = median(files), median(functions)
	return sizes
}

func (f *File) functions() []*ast.FuncDecl {
	var functions []*ast.FuncDecl
	for _, declaration := range f.Syntax.Decls {
		if function, ok := declaration.(*ast.FuncDecl); ok {
			functions = append(functions, function)
		}
	}
	return functions
}

// functionLines is the length of a function from its name to its closing brace, less the inner lines of its tables.
func (f *File) functionLines(function *ast.FuncDecl) int {
	lines := f.span(function.Name.Pos(), function.End()) + 1
	ast.Inspect(function, func(node ast.Node) bool {
		table, ok := node.(*ast.CompositeLit)
		if ok {
			lines -= f.span(table.Lbrace, table.Rbrace)
		}
		return !ok
	})
	return lines
}

func median(numbers []int) int {
	if len(numbers) == 0 {
		return 0
	}
	slices.Sort(numbers)
	return numbers[len(numbers)/2]
}
