package house

import (
	"go/ast"
	"regexp"
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
