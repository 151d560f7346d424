package house

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const repositoryRoot = "../.."

func repository(t *testing.T) *Tree {
	t.Helper()
	tree, err := ParseTree(os.DirFS(repositoryRoot))
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func reportAll(t *testing.T, findings []Finding) {
	t.Helper()
	for _, finding := range findings {
		t.Errorf("%v", finding)
	}
}

func architecture(t *testing.T) string {
	t.Helper()
	document, err := os.ReadFile(filepath.Join(repositoryRoot, "ARCHITECTURE.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(document)
}

func TestRepositoryImportsPointDown(t *testing.T) {
	layers, err := ParseLayers(architecture(t))
	if err != nil {
		t.Fatal(err)
	}
	reportAll(t, CheckLayers(repository(t), layers))
}

func TestRepositoryKeepsLibrariesAtHome(t *testing.T) {
	libraries, err := ParseLibraries(architecture(t))
	if err != nil {
		t.Fatal(err)
	}
	reportAll(t, CheckLibraries(repository(t), libraries))
}

func TestRepositoryIsMadeOfSmallPieces(t *testing.T) {
	tree := repository(t)
	reportAll(t, CheckSizes(tree))

	sizes := Measure(tree)
	t.Logf("%d lines of code, %d of tests; median file %d lines, median function %d",
		sizes.CodeLines, sizes.TestLines, sizes.FileMedian, sizes.FunctionMedian)
	if sizes.FileMedian > 150 {
		t.Errorf("the median file has %d lines, it should have 150 at most", sizes.FileMedian)
	}
	if sizes.FunctionMedian > 10 {
		t.Errorf("the median function has %d lines, it should have 10 at most", sizes.FunctionMedian)
	}
}

func TestRepositoryKeepsItsHabits(t *testing.T) {
	tree := repository(t)
	reportAll(t, CheckHabits(tree))
	reportAll(t, CheckPackageComments(tree))
	reportAll(t, CheckComments(tree))
}

func TestRepositoryKeepsNoStateInPackages(t *testing.T) {
	reportAll(t, CheckState(repository(t)))
}

func TestRepositoryDocumentsNameTestsThatAreThere(t *testing.T) {
	findings, err := CheckNamedTests(os.DirFS(repositoryRoot), repository(t))
	if err != nil {
		t.Fatal(err)
	}
	reportAll(t, findings)
}

func TestRepositoryDocumentsLeadSomewhere(t *testing.T) {
	findings, err := CheckDocuments(os.DirFS(repositoryRoot))
	if err != nil {
		t.Fatal(err)
	}
	reportAll(t, findings)
}

func TestRepositoryShipsNoModuleThatBindsIt(t *testing.T) {
	for module, directory := range shippedModules(t) {
		licence, err := ModuleLicence(os.DirFS(directory))
		if err != nil {
			t.Fatal(err)
		}
		if licence != Permissive && licence != FileCopyleft {
			t.Errorf("%s: its licence is %s: do without it, or teach ModuleLicence to read it", module, licence)
		}
	}
}

// shippedModules gives the directory of every other module that a package of this one is compiled with.
func shippedModules(t *testing.T) map[string]string {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", "list", "-deps", "-json=Module", "./...")
	list.Dir = repositoryRoot
	var problem strings.Builder
	list.Stderr = &problem
	output, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, problem.String())
	}
	modules := map[string]string{}
	decoder := json.NewDecoder(strings.NewReader(string(output)))
	for {
		var found struct {
			Module *struct {
				Path, Dir string
				Main      bool
			}
		}
		if err := decoder.Decode(&found); errors.Is(err, io.EOF) {
			return modules
		} else if err != nil {
			t.Fatal(err)
		}
		if found.Module != nil && !found.Module.Main {
			modules[found.Module.Path] = found.Module.Dir
		}
	}
}

func TestParsingTheRepositoryReadsItsOwnFilesOnly(t *testing.T) {
	for _, file := range repository(t).Files {
		if _, err := fs.Stat(os.DirFS(repositoryRoot), file.Path); err != nil {
			t.Errorf("%s: %v", file.Path, err)
		}
		if strings.HasPrefix(file.Path, "tools/") || strings.Contains(file.Path, "testdata/") {
			t.Errorf("%s is not of this module", file.Path)
		}
	}
}
