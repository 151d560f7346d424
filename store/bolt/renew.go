package bolt

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"go.etcd.io/bbolt"
)

// Renewing returns what opens a file, for owners who can live without what was
// in it: its directory is made, and a file that is damaged is put aside as
// *.corrupt and begun anew.
func Renewing(path string, f File, logger *slog.Logger) func() (*bbolt.DB, error) {
	return func() (*bbolt.DB, error) {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return nil, fmt.Errorf("open %s: %w", path, err)
		}
		db, err := Open(path, f)
		if !errors.Is(err, ErrCorrupt) {
			return db, err
		}
		logger.Error("a damaged file is put aside, and what it held is lost", "file", path, "aside", path+".corrupt", "error", err)
		if err := os.Rename(path, path+".corrupt"); err != nil {
			return nil, fmt.Errorf("put aside a damaged file: %w", err)
		}
		return Open(path, f)
	}
}
