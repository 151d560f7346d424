package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/streamsql/fn"
)

const page = "../../../docs/reference/functions.md"

func TestTheReferencePageIsNotStale(t *testing.T) {
	written, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(written, appendPage(nil, fn.Standard(), fn.EKuiper())) {
		t.Errorf("%s is not what the registrations say: run go generate ./streamsql/fn", page)
	}
}

func TestTheCommandWritesThePage(t *testing.T) {
	file := filepath.Join(t.TempDir(), "functions.md")
	if err := run([]string{file}); err != nil {
		t.Fatal(err)
	}
	written, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"### abs\n", "`lag(x any[, rows number[, default any[, ignore_null bool]]]) any` · analytic", "abs(-2.5)", "## As eKuiper has them"} {
		if !strings.Contains(string(written), want) {
			t.Errorf("the page has no %q", want)
		}
	}
	if err := run(nil); err == nil {
		t.Error("no argument is no error")
	}
}

func TestLinesAreNotTooLong(t *testing.T) {
	for line := range strings.SplitSeq(wrapped(strings.Repeat("word ", 100)), "\n") {
		if len(line) > 120 {
			t.Errorf("a line has %d characters", len(line))
		}
	}
}
