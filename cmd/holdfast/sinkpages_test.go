package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/config"
)

// example is a block of YAML in a page.
func example() *regexp.Regexp { return regexp.MustCompile("(?s)```yaml\n(.*?)```") }

func TestEveryExampleOfASinksPageIsAGoodConfiguration(t *testing.T) {
	parts := parts(t)
	pages, err := filepath.Glob("../../docs/sinks/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		blocks := example().FindAllSubmatch(text, -1)
		if len(blocks) == 0 {
			t.Errorf("%s has no example", page)
		}
		for i, block := range blocks {
			source := config.Source{Name: page, Data: []byte("site: plant-7\n" + string(block[1]))}
			if _, err := parts.Parse([]config.Source{source}); err != nil {
				t.Errorf("%s, example %d: %v", page, i+1, err)
			}
		}
	}
}

func TestEverySinkHasAPage(t *testing.T) {
	parts := parts(t)
	for _, name := range parts.Catalog().Names("sink type") {
		text, err := os.ReadFile("../../docs/sinks/" + name + ".md")
		if err != nil || !strings.Contains(string(text), "type: "+name) {
			t.Errorf("docs/sinks/%s.md is missing, or shows no type: %s", name, name)
		}
	}
}
