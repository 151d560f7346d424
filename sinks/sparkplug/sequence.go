package sparkplug

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// nextBdSeq returns the number of the next connection, 0 to 255, and keeps it: a will that the broker publishes late is
// then known for that of an older connection (Sparkplug 3.0 §6.4.19).
func nextBdSeq(dir string) (uint64, error) {
	if dir == "" {
		return 0, nil // nothing can be kept: of tests
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return 0, err
	}
	file := filepath.Join(dir, "bdseq")
	next, err := readBdSeq(file)
	if err != nil {
		return 0, err
	}
	return next, replace(file, strconv.FormatUint(next, 10)+"\n")
}

// readBdSeq returns the number after the one that is kept. A file that holds none, as a power cut may leave it, is as good
// as no file.
func readBdSeq(file string) (uint64, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	last, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 8)
	if err != nil {
		return 0, nil //nolint:nilerr // see above
	}
	return (last + 1) % 256, nil
}

// replace writes a file so that it is the old one or the new one, whatever happens.
func replace(file, text string) error {
	f, err := os.CreateTemp(filepath.Dir(file), "bdseq-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // it is there only where something went wrong
	_, err = f.WriteString(text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		return fmt.Errorf("keep bdSeq: %w", err)
	}
	return nil
}
