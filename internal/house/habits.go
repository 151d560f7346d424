package house

import (
	"go/ast"
	"regexp"
	"strings"
)

// CheckHabits finds what the style of the project rules out wherever it stands: init functions, sleeping, recovering
// outside of package supervisor, work put off without an issue.
func CheckHabits(tree *Tree) []Finding {
	var findings []Finding
	for _, file := range tree.Files {
		if file.Generated() {
			continue
		}
		findings = append(findings, initFunctions(file)...)
		findings = append(findings, sleeps(file)...)
		findings = append(findings, recoveries(file)...)
		findings = append(findings, putOff(file)...)
	}
	return findings
}

func initFunctions(file *File) []Finding {
	var findings []Finding
	for _, function := range file.functions() {
		if function.Name.Name == "init" && function.Recv == nil {
			findings = append(findings, file.Find(function.Pos(), "an init function runs unasked: let the composition root call it by name"))
		}
	}
	return findings
}

func sleeps(file *File) []Finding {
	var findings []Finding
	file.Calls("time", "Sleep", func(call *ast.SelectorExpr) {
		findings = append(findings, file.Find(call.Pos(), "nothing can end a sleep: wait on a condition, a timer beside a context, or testing/synctest"))
	})
	return findings
}

// recoveries leaves tests alone: they may look at a panic that they provoke.
func recoveries(file *File) []Finding {
	if file.IsTest() || file.Directory() == "supervisor" {
		return nil
	}
	var findings []Finding
	ast.Inspect(file.Syntax, func(node ast.Node) bool {
		if call, ok := node.(*ast.CallExpr); ok && isName(call.Fun, "recover") {
			findings = append(findings, file.Find(call.Pos(), "only package supervisor recovers: let it crash, or use supervisor.Go"))
		}
		return true
	})
	return findings
}

func putOff(file *File) []Finding {
	mark, issue := regexp.MustCompile(`\b(TODO|FIXME|XXX|HACK)\b`), regexp.MustCompile(`\bTODO\(#\d+\): \S`)
	var findings []Finding
	for _, group := range file.Syntax.Comments {
		for _, comment := range group.List {
			if mark.MatchString(comment.Text) && !issue.MatchString(comment.Text) {
				findings = append(findings, file.Find(comment.Pos(), "work put off names its issue: TODO(#12): what is missing"))
			}
		}
	}
	return findings
}

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
