package config_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/config"
)

var update = flag.Bool("update", false, "rewrite the expected parts of testdata")

// A script tells in its first lines what it shows; then come the sources of a site, each behind its name as in
// -- site.yaml --, and last, behind -- errors --, what Parse says of them.
func TestEveryScriptOfSourcesGivesTheErrorsItLists(t *testing.T) {
	scripts, err := filepath.Glob("testdata/scripts/*.txt")
	if err != nil || len(scripts) == 0 {
		t.Fatal("no scripts", err)
	}
	catalog := testCatalog(t)
	for _, path := range scripts {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) {
			runScript(t, path, catalog)
		})
	}
}

func runScript(t *testing.T, path string, catalog *config.Catalog) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const end = "-- errors --\n"
	script, want, ok := strings.Cut(string(text), end)
	if !ok {
		t.Fatalf("no line %q", end)
	}
	got := said(config.Parse(sourcesOf(script), catalog))
	if got == want {
		return
	}
	if !*update {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
		return
	}
	if err := os.WriteFile(path, []byte(script+end+got), 0o644); err != nil {
		t.Fatal(err)
	}
}

// sourcesOf takes a script apart at its -- name -- lines.
func sourcesOf(script string) []config.Source {
	var sources []config.Source
	for line := range strings.Lines(script) {
		name, marked := strings.CutPrefix(line, "-- ")
		if name, ends := strings.CutSuffix(name, " --\n"); marked && ends {
			sources = append(sources, config.Source{Name: name})
		} else if n := len(sources); n > 0 {
			sources[n-1].Data = append(sources[n-1].Data, line...)
		}
	}
	return sources
}

// said is what Parse reports, a line an error.
func said(site *config.Site, err error) string {
	switch errs, ok := errors.AsType[config.Errors](err); {
	case err == nil && site != nil:
		return ""
	case ok && site == nil:
		return errs.Error() + "\n"
	default:
		return "neither a site nor Errors\n"
	}
}
