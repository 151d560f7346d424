package config_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/holdfast-edge/holdfast/config"
)

func FuzzASiteIsReadOrRefusedWithErrorsAndIsTheSameWhenReadBack(f *testing.F) {
	scripts, err := filepath.Glob("testdata/scripts/*.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range append(scripts, "testdata/plant-7.yaml", "testdata/plant-7.canonical.json") {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		if sources := sourcesOf(string(text)); len(sources) > 0 {
			text = sources[0].Data
		}
		f.Add(text)
	}
	catalog := testCatalog(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		site, err := config.Parse([]config.Source{{Name: "f.yaml", Data: text}}, catalog)
		if err != nil {
			if errs, ok := errors.AsType[config.Errors](err); !ok || len(errs) == 0 || site != nil {
				t.Errorf("refused with %v and %v", site, err)
			}
			return
		}
		canonical := config.Canonical(site, catalog)
		again, err := config.Parse([]config.Source{{Name: "f.json", Data: canonical}}, catalog)
		if err != nil {
			t.Fatalf("read back:\n%s\n%v", canonical, err)
		}
		if back := config.Canonical(again, catalog); !bytes.Equal(canonical, back) {
			t.Errorf("\n%s\nread back is\n%s", canonical, back)
		}
	})
}
