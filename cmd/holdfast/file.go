package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// writeWhole makes a file that only its owner may read, and that appears when it is whole. It does not replace one.
func writeWhole(path string, fill func(io.Writer) error) error {
	return replaceWhole(path, 0o600, false, fill)
}

// replaceWhole makes a file with a mode, which appears when it is whole; with force in the place of one that is there.
func replaceWhole(path string, mode os.FileMode, force bool, fill func(io.Writer) error) error {
	if _, err := os.Stat(path); err == nil && !force {
		return fmt.Errorf("%s exists: choose another name", path)
	}
	beside, err := os.CreateTemp(filepath.Dir(path), ".holdfast-") // mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(beside.Name()) }() // gone when it has its name
	if err := errors.Join(fill(beside), beside.Chmod(mode), beside.Sync(), beside.Close()); err != nil {
		return err
	}
	return os.Rename(beside.Name(), path)
}
