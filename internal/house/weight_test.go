package house

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// heaviest is how many octets a file of the repository may have. Whoever clones it loads every version of every file.
const heaviest = 1 << 20

func TestRepositoryHoldsNoHeavyFile(t *testing.T) {
	if _, err := os.Stat(filepath.Join(repositoryRoot, ".git")); err != nil {
		t.Skip("this is no checkout, so there is nobody to ask which files belong to it")
	}
	list, err := exec.CommandContext(t.Context(), "git", "-c", "safe.directory=*", "-C", repositoryRoot, "ls-files", "-z").Output()
	if err != nil {
		t.Fatal(err)
	}
	for name := range bytes.SplitSeq(bytes.TrimSuffix(list, []byte{0}), []byte{0}) {
		info, err := os.Stat(filepath.Join(repositoryRoot, string(name)))
		if err != nil {
			continue // it is being removed
		}
		if info.Size() > heaviest {
			t.Errorf("%s has %d octets, more than the %d a file may have: is it a build's?", name, info.Size(), heaviest)
		}
	}
}
