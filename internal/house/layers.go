package house

import (
	"fmt"
	"path"
	"strings"
)

// Layers is the table of ARCHITECTURE.md that says which package may import which.
//
// The table is the fenced block named "layers". A line is a row, the highest first; its entries are directories, and
// what follows two spaces is for people. In "dir/*" every directory directly under dir is an entry.
type Layers struct {
	rows map[string]int // entry, with its "/*" if it has one -> row, 0 is the highest
}

// ParseLayers reads the table from the text of a document.
func ParseLayers(document string) (Layers, error) {
	block, err := fencedBlock(document, "layers")
	if err != nil {
		return Layers{}, err
	}
	layers := Layers{rows: map[string]int{}}
	row := 0
	for line := range strings.SplitSeq(block, "\n") {
		entries, _, _ := strings.Cut(line, "  ")
		for entry := range strings.FieldsSeq(entries) {
			if _, twice := layers.rows[entry]; twice {
				return Layers{}, fmt.Errorf("the layer table has two entries %s", entry)
			}
			layers.rows[entry] = row
		}
		row++
	}
	return layers, nil
}

// fencedBlock is the text of the block of a document that is fenced under a name.
func fencedBlock(document, name string) (string, error) {
	_, block, found := strings.Cut(document, "\n```"+name+"\n")
	if !found {
		return "", fmt.Errorf("no fenced block named %s", name)
	}
	block, _, found = strings.Cut(block, "\n```\n")
	if !found {
		return "", fmt.Errorf("the fenced block named %s does not end", name)
	}
	return block, nil
}

// place is where a directory stands in the table.
type place struct {
	entry string // the directory that gave the place, without "/*"
	row   int
}

// place finds the longest entry that covers a directory.
func (l Layers) place(directory string) (place, bool) {
	for at := directory; at != "."; at = path.Dir(at) {
		if row, found := l.rows[at]; found {
			return place{entry: at, row: row}, true
		}
		if row, found := l.rows[path.Dir(at)+"/*"]; found {
			return place{entry: at, row: row}, true
		}
	}
	return place{}, false
}

// Allows says why a package may not import another, or nil; both are directories relative to the module's root.
func (l Layers) Allows(from, to string) error {
	if from == to || strings.HasPrefix(from, to+"/") {
		return nil
	}
	importer, found := l.place(from)
	if !found {
		return fmt.Errorf("%s has no row in the layer table: give it one", from)
	}
	imported, found := l.place(to)
	switch {
	case !found:
		return fmt.Errorf("%s has no row in the layer table: give it one", to)
	case importer.entry == imported.entry || importer.row < imported.row:
		return nil
	case importer.row == imported.row:
		return fmt.Errorf("%s and %s are siblings and do not see each other: move down what both need, or pass it in from above", from, to)
	}
	return fmt.Errorf("%s stands below %s and does not import it: declare the interface it needs, or move down what both need", from, to)
}

// CheckLayers finds the packages that have no row and the imports that climb or cross.
func CheckLayers(tree *Tree, layers Layers) []Finding {
	var findings []Finding
	for _, file := range tree.Files {
		if _, found := layers.place(file.Directory()); !found {
			findings = append(findings, file.Find(file.Syntax.Package, "%s has no row in the layer table of ARCHITECTURE.md", file.Directory()))
			continue
		}
		for _, spec := range file.Syntax.Imports {
			to, own := strings.CutPrefix(importPath(spec), tree.Module+"/")
			if !own {
				continue
			}
			if err := layers.Allows(file.Directory(), to); err != nil {
				findings = append(findings, file.Find(spec.Pos(), "%v", err))
			}
		}
	}
	return findings
}
