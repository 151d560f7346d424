package house

import (
	"fmt"
	"slices"
	"strings"
)

// Libraries is the table of ARCHITECTURE.md that says where a module that is bought in may be seen: the fenced block
// named "libraries", a module path and the directories that may import it on each line. Modules that it does not name
// may be seen anywhere.
type Libraries map[string][]string

// ParseLibraries reads the table from the text of a document.
func ParseLibraries(document string) (Libraries, error) {
	block, err := fencedBlock(document, "libraries")
	if err != nil {
		return nil, err
	}
	libraries := Libraries{}
	for line := range strings.SplitSeq(block, "\n") {
		words := strings.Fields(line)
		if len(words) < 2 {
			return nil, fmt.Errorf("the line %q of the libraries wants a module and its directories", line)
		}
		libraries[words[0]] = words[1:]
	}
	return libraries, nil
}

// CheckLibraries finds imports of a library outside of its directories. Tests may use any.
func CheckLibraries(tree *Tree, libraries Libraries) []Finding {
	var findings []Finding
	for _, file := range tree.Files {
		if file.IsTest() {
			continue
		}
		for _, spec := range file.Syntax.Imports {
			for module, homes := range libraries {
				if within(importPath(spec), module) && !slices.ContainsFunc(homes, func(home string) bool { return within(file.Directory(), home) }) {
					findings = append(findings, file.Find(spec.Pos(), "%s is seen only in %s: ask them for what you need", module, strings.Join(homes, ", ")))
				}
			}
		}
	}
	return findings
}

// within tells whether a slashed path is another or lies below it.
func within(path, directory string) bool {
	return path == directory || strings.HasPrefix(path, directory+"/")
}
