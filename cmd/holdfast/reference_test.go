package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

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
