package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWithoutTheFileThereIsNothingToReplay(t *testing.T) {
	var out strings.Builder
	if err := run(&out, []string{filepath.Join(t.TempDir(), "none.json")}); err != nil || !strings.Contains(out.String(), "nothing to replay") {
		t.Errorf("%v, %q", err, out.String())
	}
}

func TestADifferenceMakesTheProgramFail(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cases.json")
	text := `[{"name":"a","kind":"func","fn":"abs","args":[-3],"expected":3},{"name":"b","kind":"func","fn":"abs","args":[-3],"expected":4}]`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	err := run(&out, []string{path})
	if err == nil || !strings.HasPrefix(out.String(), "func 1/2\nb: ") {
		t.Errorf("%v, %q", err, out.String())
	}
}

func TestTheFileMustBeNamed(t *testing.T) {
	if err := run(new(strings.Builder), nil); err == nil {
		t.Error("no error")
	}
}
