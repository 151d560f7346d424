package figures_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/holdfast-edge/holdfast/test/figures"
)

func TestADirectoryIsRemovedAlsoWhenTheWorkInItFails(t *testing.T) {
	failed := errors.New("failed")
	var was string
	err := figures.InDirectory("figures-", func(dir string) error {
		was = dir
		return errors.Join(failed, os.WriteFile(filepath.Join(dir, "a"), nil, 0o600))
	})
	if !errors.Is(err, failed) {
		t.Errorf("the error is %v", err)
	}
	if _, err := os.Stat(was); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is still there: %v", was, err)
	}
}

func TestAProfileIsWholeWhenTheWorkIsDone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "cpu")
	if err := figures.Profiled(file, func() error { return nil }); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(file)
	if err != nil || info.Size() == 0 {
		t.Errorf("%v, %v", info, err)
	}
	if err := figures.Profiled(filepath.Join(file, "none"), func() error { t.Error("it works without a profile"); return nil }); err == nil {
		t.Error("a profile that cannot be written is no error")
	}
}
