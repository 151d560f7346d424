package format_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/holdfast-edge/holdfast/store/format"
)

func mark(t *testing.T, text string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "format.json"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestADirectoryOfANewerProgramIsNotOpened(t *testing.T) {
	dir := mark(t, `{"format": 99, "by": "9.0"}`)
	if _, err := format.Open(dir, "1.0", false); !errors.Is(err, format.ErrNewer) {
		t.Errorf("got %v", err)
	}
	if _, err := format.Open(dir, "1.0", true); !errors.Is(err, format.ErrNewer) {
		t.Errorf("on trial: %v", err)
	}
}

func TestATrialMarksNothing(t *testing.T) {
	dir := t.TempDir()
	if n, err := format.Open(dir, "1.0", true); err != nil || n != 1 {
		t.Fatalf("it writes %d, %v", n, err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("it left %v, %v", left, err)
	}
	if n, err := format.Open(dir, "1.0", false); err != nil || n != format.Newest {
		t.Errorf("it writes %d, %v", n, err)
	}
	if n, err := format.Of(dir); err != nil || n != format.Newest {
		t.Errorf("the mark is %d, %v", n, err)
	}
}

func TestADamagedMarkKeepsNoNodeFromStarting(t *testing.T) {
	for _, text := range []string{"", "{", `{"format": -1}`, "\x00\x00"} {
		if n, err := format.Open(mark(t, text), "1.0", false); err != nil || n != format.Newest {
			t.Errorf("%q: %d, %v", text, n, err)
		}
	}
}
