package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func TestThePageOfCommandsIsThatOfThisBuild(t *testing.T) {
	page, err := cliPage()
	if err != nil {
		t.Fatal(err)
	}
	committed, err := os.ReadFile(filepath.Join("..", "..", "docs", "cli.md"))
	if err != nil || !bytes.Equal(committed, page) {
		t.Errorf("docs/cli.md is stale: run make generate (%v)", err)
	}
}

func TestTheReferenceIsThatOfThisBuild(t *testing.T) {
	parts := parts(t)
	for _, page := range references(parts.Catalog()) {
		path := filepath.Join("..", "..", "docs", "reference", page.Name)
		committed, err := os.ReadFile(path)
		if err != nil {
			t.Error(err)
			continue
		}
		if !bytes.Equal(committed, page.Text) {
			t.Errorf("%s is stale: run make generate", path)
		}
	}
}
