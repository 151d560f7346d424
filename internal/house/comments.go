package house

import (
	"go/ast"
	"strings"
)

// CheckPackageComments finds packages that do not say what they are for, and those that say it in two places. A
// command's comment starts with "Command name", a package's with "Package name".
func CheckPackageComments(tree *Tree) []Finding {
	var findings []Finding
	comments, first := map[string]int{}, map[string]*File{}
	for _, file := range tree.Files {
		if file.IsTest() {
			continue
		}
		directory := file.Directory()
		if first[directory] == nil {
			first[directory] = file
		}
		if file.Syntax.Doc == nil {
			continue
		}
		comments[directory]++
		if want := openingWords(file); !strings.HasPrefix(file.Syntax.Doc.Text(), want) {
			findings = append(findings, file.Find(file.Syntax.Doc.Pos(), "the package comment starts with %q", want))
		}
	}
	for directory, file := range first {
		if count := comments[directory]; count != 1 {
			findings = append(findings, file.Find(file.Syntax.Package, "package %s has %d package comments, it needs one", directory, count))
		}
	}
	return findings
}

func openingWords(file *File) string {
	if name := file.Syntax.Name.Name; name != "main" {
		return "Package " + name + " "
	}
	return "Command " + file.Directory()[strings.LastIndex(file.Directory(), "/")+1:] + " "
}

// CheckComments finds exported names that say nothing of their contract. A name in a group is content with the comment
// of its group or of its own line. A method need not repeat what an interface of the module, or one that every Go
// programmer knows, says of it under the same name.
func CheckComments(tree *Tree) []Finding {
	promised := promisedMethods(tree)
	var findings []Finding
	for _, file := range tree.Files {
		if file.IsTest() || file.Generated() || file.Syntax.Name.Name == "main" {
			continue
		}
		silent := func(name *ast.Ident) {
			findings = append(findings, file.Find(name.Pos(), "the exported name %s says nothing of its contract", name.Name))
		}
		for _, declaration := range file.Syntax.Decls {
			switch declaration := declaration.(type) {
			case *ast.FuncDecl:
				repeats := declaration.Recv != nil && promised[declaration.Name.Name]
				if declaration.Doc == nil && exportedFunction(declaration) && !repeats {
					silent(declaration.Name)
				}
			case *ast.GenDecl:
				silentNames(declaration, silent)
			}
		}
	}
	return findings
}

// silentNames reports the exported types, constants and variables of a declaration that have no comment.
func silentNames(group *ast.GenDecl, report func(*ast.Ident)) {
	if group.Doc != nil {
		return
	}
	for _, spec := range group.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			if spec.Name.IsExported() && spec.Doc == nil && spec.Comment == nil {
				report(spec.Name)
			}
		case *ast.ValueSpec:
			if spec.Names[0].IsExported() && spec.Doc == nil && spec.Comment == nil {
				report(spec.Names[0])
			}
		}
	}
}

// exportedFunction tells whether other packages see a function, or a method with its type.
func exportedFunction(function *ast.FuncDecl) bool {
	if function.Recv == nil || !function.Name.IsExported() {
		return function.Name.IsExported()
	}
	receiver := function.Recv.List[0].Type
	for {
		switch of := receiver.(type) {
		case *ast.StarExpr:
			receiver = of.X
		case *ast.IndexExpr:
			receiver = of.X
		case *ast.IndexListExpr:
			receiver = of.X
		default:
			name, ok := receiver.(*ast.Ident)
			return ok && name.IsExported()
		}
	}
}

// promisedMethods is the names of the methods whose contract stands elsewhere.
func promisedMethods(tree *Tree) map[string]bool {
	promised := map[string]bool{}
	for name := range strings.FieldsSeq(`
		Error Unwrap Is As String GoString Format LogValue
		Read ReadAt ReadFrom ReadByte Write WriteAt WriteTo WriteString Seek
		Len Less Swap Push Pop
		MarshalJSON UnmarshalJSON MarshalText UnmarshalText AppendText MarshalBinary UnmarshalBinary AppendBinary
		ServeHTTP RoundTrip Enabled Handle WithAttrs WithGroup`) {
		promised[name] = true
	}
	for _, file := range tree.Files {
		ast.Inspect(file.Syntax, func(node ast.Node) bool {
			if contract, ok := node.(*ast.InterfaceType); ok {
				for _, method := range contract.Methods.List {
					if method.Doc != nil || method.Comment != nil {
						promise(promised, method)
					}
				}
			}
			return true
		})
	}
	return promised
}

func promise(promised map[string]bool, method *ast.Field) {
	for _, name := range method.Names {
		promised[name.Name] = true
	}
}
