package upgrade

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
)

// A variant is the program of this repository with another version, and with changes to its sources.
type variant struct {
	version string
	changes []change
}

// change replaces a text of a source file, for one build.
type change struct{ file, from, to string }

// The variants. The last one is of a newer form of the data, and does harm where a file in its directory says so.
func first() variant  { return variant{version: "1.0.0"} }
func second() variant { return variant{version: "2.0.0"} }
func third() variant {
	return variant{version: "3.0.0", changes: []change{
		{"store/format/format.go", "Newest = 1", "Newest = 2"},
		{"cmd/holdfast/edge.go", "	s.heap = garbage.Pace()\n", "	s.heap = garbage.Pace()\n	harm(c.Data)\n"},
		{"cmd/holdfast/edge.go", "	s.release()\n	_, _ =", "	worsen(ctx, n, c.Data)\n	s.release()\n	_, _ ="},
		{"cmd/holdfast/edge.go", "import (\n", "import (\n	\"os\"\n	\"path/filepath\"\n	\"github.com/holdfast-edge/holdfast/console\"\n"},
		{"cmd/holdfast/edge.go", "// closeWithin", harm + "// closeWithin"},
	}}
}

const harm = `
func fault(dir string) string {
	text, _ := os.ReadFile(filepath.Join(dir, "fault"))
	return string(text)
}

func harm(dir string) {
	switch fault(dir) {
	case "crash":
		os.Exit(7)
	case "hang":
		time.Sleep(time.Hour)
	}
}

func worsen(ctx context.Context, n *node.Node, dir string) {
	if fault(dir) == "sick" {
		if err := n.Command(ctx, console.Stop, "/endpoints"); err != nil {
			panic(err)
		}
	}
}

`

// build builds a variant and returns the program's path.
func (v variant) build() (path string, err error) {
	dir, err := os.MkdirTemp("", "holdfast-upgrade-")
	if err != nil {
		return "", err
	}
	root, err := filepath.Abs("../../..")
	if err != nil {
		return "", err
	}
	replaced := map[string]string{}
	for i, c := range v.changes {
		file := filepath.Join(root, c.file)
		from := file
		if replaced[file] != "" {
			from = replaced[file]
		}
		text, err := os.ReadFile(from)
		if err != nil {
			return "", err
		}
		if strings.Count(string(text), c.from) != 1 {
			return "", fmt.Errorf("%s has not one %q", c.file, c.from)
		}
		replaced[file] = filepath.Join(dir, fmt.Sprintf("%d.go", i))
		if err := os.WriteFile(replaced[file], []byte(strings.Replace(string(text), c.from, c.to, 1)), 0o600); err != nil {
			return "", err
		}
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replaced})
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "overlay.json"), overlay, 0o600)
	}
	if err != nil {
		return "", err
	}
	path = filepath.Join(dir, "holdfast")
	build := exec.Command("go", "build", "-overlay", filepath.Join(dir, "overlay.json"), "-ldflags", "-s -w -X main.version="+v.version, "-o", path, "./cmd/holdfast")
	build.Dir = root
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build version %s: %w\n%s", v.version, err, out)
	}
	return path, nil
}

// built are the programs by version, built once.
var built = sync.OnceValues(func() (map[string]string, error) {
	paths := map[string]string{}
	var errs []error
	for _, v := range []variant{first(), second(), third()} {
		path, err := v.build()
		paths[v.version], errs = path, append(errs, err)
	}
	return paths, errors.Join(errs...)
})
