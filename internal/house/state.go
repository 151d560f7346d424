package house

import (
	"go/ast"
	"go/token"
	"go/types"
)

// CheckState finds package variables that are more than named constants: those that some code of the package assigns
// to, in whole or in part, or takes the address of, and those made to hold state (locks, channels, atomics). Tables,
// sentinel errors, compiled patterns and pools stay. Tests and generated files are left alone.
func CheckState(tree *Tree) []Finding {
	packages := map[string][]*File{}
	for _, file := range tree.Files {
		if !file.IsTest() && !file.Generated() {
			packages[file.Directory()] = append(packages[file.Directory()], file)
		}
	}
	var findings []Finding
	for directory, files := range packages {
		variables := packageVariables(tree, directory, files)
		for _, file := range files {
			findings = append(findings, variables.changes(file)...)
			findings = append(findings, heldState(file)...)
		}
	}
	return findings
}

// variables resolves the names of one package.
type variables struct {
	scope *types.Scope
	uses  map[*ast.Ident]types.Object
}

// packageVariables resolves what the package itself declares. What it imports stays unknown, which is no error here.
func packageVariables(tree *Tree, directory string, files []*File) variables {
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	config := types.Config{Error: func(error) {}, IgnoreFuncBodies: false}
	var syntax []*ast.File
	for _, file := range files {
		syntax = append(syntax, file.Syntax)
	}
	// The error repeats the first that Error was told of: imports that were not loaded.
	checked, _ := config.Check(tree.Module+"/"+directory, tree.fset, syntax, info)
	return variables{scope: checked.Scope(), uses: info.Uses}
}

func (v variables) changes(file *File) []Finding {
	var findings []Finding
	report := func(target ast.Expr) {
		if name := v.root(target); name != nil {
			findings = append(findings, file.Find(target.Pos(), "the package variable %s changes here: give it an owner and pass it in", name.Name))
		}
	}
	ast.Inspect(file.Syntax, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.AssignStmt:
			for _, target := range node.Lhs {
				report(target)
			}
		case *ast.IncDecStmt:
			report(node.X)
		case *ast.UnaryExpr:
			if node.Op == token.AND {
				report(node.X)
			}
		case *ast.CallExpr:
			if isName(node.Fun, "delete") || isName(node.Fun, "clear") {
				report(node.Args[0])
			}
		}
		return true
	})
	return findings
}

// root is the package variable that an expression is part of, or nil.
func (v variables) root(expr ast.Expr) *ast.Ident {
	switch expr := expr.(type) {
	case *ast.Ident:
		if variable, ok := v.uses[expr].(*types.Var); ok && variable.Parent() == v.scope {
			return expr
		}
	case *ast.SelectorExpr:
		return v.root(expr.X)
	case *ast.IndexExpr:
		return v.root(expr.X)
	case *ast.StarExpr:
		return v.root(expr.X)
	case *ast.ParenExpr:
		return v.root(expr.X)
	}
	return nil
}

// heldState finds package variables whose type or first value exists to be changed.
func heldState(file *File) []Finding {
	var findings []Finding
	for _, declaration := range file.Syntax.Decls {
		group, ok := declaration.(*ast.GenDecl)
		if !ok || group.Tok != token.VAR {
			continue
		}
		for _, spec := range group.Specs {
			if variable, ok := spec.(*ast.ValueSpec); ok && holdsState(variable) {
				findings = append(findings, file.Find(variable.Pos(), "the package variable %s holds state: give it an owner and pass it in", variable.Names[0].Name))
			}
		}
	}
	return findings
}

func holdsState(variable *ast.ValueSpec) bool {
	if stateful(variable.Type) {
		return true
	}
	for _, value := range variable.Values {
		switch value := value.(type) {
		case *ast.CallExpr:
			if isName(value.Fun, "make") || isName(value.Fun, "new") {
				return true
			}
		case *ast.CompositeLit:
			if stateful(value.Type) {
				return true
			}
		}
	}
	return false
}

func stateful(expr ast.Expr) bool {
	switch expr := expr.(type) {
	case *ast.ChanType:
		return true
	case *ast.StarExpr:
		return stateful(expr.X)
	case *ast.IndexExpr:
		return stateful(expr.X)
	case *ast.SelectorExpr:
		return isName(expr.X, "atomic") || isName(expr.X, "sync") && expr.Sel.Name != "Pool"
	}
	return false
}
