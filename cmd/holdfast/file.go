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
	if _, err := os.Stat(path); err == nil {
		return fmt.Errorf("%s exists: choose another name", path)
	}
	beside, err := os.CreateTemp(filepath.Dir(path), ".holdfast-") // mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(beside.Name()) }() // gone when it has its name
	if err := errors.Join(fill(beside), beside.Sync(), beside.Close()); err != nil {
		return err
	}
	return os.Rename(beside.Name(), path)
}
