package config_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/config"
)

// write puts files into a new directory.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestADirectoryIsReadByTheNamesOfItsFiles(t *testing.T) {
	dir := write(t, map[string]string{
		"20-rules.yml": "rules: [{name: r, sql: SELECT 1, to: line}]\n",
		"10-site.yaml": "site: a\nsinks: [{name: line, type: file, path: a}]\n",
		"30-more.JSON": `{"sinks": [{"name": "far", "type": "file", "path": "b"}]}`,
		".hidden.yaml": "x: [", "notes.txt": "x: [", "site.yaml.bak": "x: [",
	})
	if err := os.Mkdir(filepath.Join(dir, "old.yaml"), 0o700); err != nil {
		t.Fatal(err)
	}
	sources, err := config.Read(dir)
	if err != nil || len(sources) != 3 || sources[0].Name != filepath.Join(dir, "10-site.yaml") {
		t.Fatalf("sources %v, %v", sources, err)
	}
	site, err := config.Load(dir, testCatalog(t))
	if err != nil {
		t.Fatal(err)
	}
	if len(site.Sinks) != 2 || len(site.Rules) != 1 || site.Sinks[1].Name != "far" || site.Sinks[1].Origin.File() != filepath.Join(dir, "30-more.JSON") {
		t.Errorf("site %+v", site)
	}
	if site.Console.Listen == "" || site.Log.SegmentSize == 0 {
		t.Errorf("defaults are missing: %+v", site)
	}
}

func TestWhatCannotBeReadIsToldByItsPath(t *testing.T) {
	empty, missing := t.TempDir(), filepath.Join(t.TempDir(), "site.yaml")
	if _, err := config.Load(empty, testCatalog(t)); err == nil || !strings.Contains(err.Error(), empty) || !strings.Contains(err.Error(), "*.yaml") {
		t.Errorf("an empty directory: %v", err)
	}
	if _, err := config.Load(missing, testCatalog(t)); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), missing) {
		t.Errorf("a missing file: %v", err)
	}
}

func TestNoSourcesAreNoSite(t *testing.T) {
	site, err := config.Parse(nil, testCatalog(t))
	if site != nil || err == nil || !strings.Contains(err.Error(), `"site" is missing`) {
		t.Errorf("site %v, %v", site, err)
	}
}
