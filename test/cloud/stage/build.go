package stage

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Program is a program of this repository, to be built.
type Program struct {
	Package string // ./cmd/holdfast
	Version string // of a release; empty: as it is
	Tags    string // separated by commas
}

// Main runs the tests of a package, and removes the programs that they have built.
func Main(m *testing.M) {
	m.Run()
	_ = os.RemoveAll(programs()) // where it cannot, the system does some day
}

// programs is the directory of what this process has built.
func programs() string {
	return filepath.Join(os.TempDir(), fmt.Sprintf("holdfast-test-%d", os.Getpid()))
}

// Build builds a program for the machine that tests, and returns its path. Main removes it.
func Build(p Program) (path string, err error) {
	root, err := root()
	if err != nil {
		return "", err
	}
	path = filepath.Join(programs(), filepath.Base(p.Package)+p.Version)
	flags := "-s -w"
	if p.Version != "" {
		flags += " -X main.version=" + p.Version
	}
	build := exec.CommandContext(context.Background(), "go", "build", "-tags", p.Tags, "-ldflags", flags, "-o", path, p.Package)
	build.Dir = root
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build %s: %w\n%s", p.Package, err, out)
	}
	return path, nil
}

// root is the directory of this repository: a test runs in that of its package.
func root() (string, error) {
	dir, err := os.Getwd()
	for err == nil {
		if _, missing := os.Stat(filepath.Join(dir, "go.mod")); missing == nil {
			return dir, nil
		}
		above := filepath.Dir(dir)
		if above == dir {
			err = errors.New("find go.mod: there is none above")
		}
		dir = above
	}
	return "", err
}
