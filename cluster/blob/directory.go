package blob

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Directory is a Store in a directory: of one member, or of several on a file system that they share.
type Directory struct{ root string }

var _ Store = (*Directory)(nil)

// OpenDirectory makes the directory where it is missing.
func OpenDirectory(root string) (*Directory, error) {
	if err := os.MkdirAll(root, 0o700); err != nil {
		return nil, fmt.Errorf("open the blob store: %w", err)
	}
	return &Directory{root}, nil
}

// file returns the path of a key, which cannot lead out of the directory.
func (d *Directory) file(key string) (string, error) {
	if err := CheckKey(key); err != nil {
		return "", err
	}
	return filepath.Join(d.root, filepath.FromSlash(key)), nil
}

// CheckKey says what is wrong with a key: it is a slashed path that leads nowhere but down.
func CheckKey(key string) error {
	if key == "" || !fs.ValidPath(key) || strings.ContainsAny(key, "\\\x00") || strings.HasPrefix(path.Base(key), ".") {
		return fmt.Errorf("%q is no key of a blob", key)
	}
	return nil
}

// Put writes beside, syncs, and links: a blob is there whole or not at all, and never twice.
func (d *Directory) Put(ctx context.Context, key string, octets []byte) error {
	name, err := d.file(key)
	if err != nil {
		return err
	}
	if err := d.write(name, octets); err != nil {
		if !errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("keep blob %s: %w", key, err)
		}
		there, err := d.Load(ctx, key)
		if err == nil && !bytes.Equal(there, octets) {
			err = fmt.Errorf("keep blob %s: %w", key, ErrExists)
		}
		return err
	}
	return nil
}

func (d *Directory) write(name string, octets []byte) (err error) {
	dir := filepath.Dir(name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".new-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(f.Name())) }()
	_, err = f.Write(octets)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), name); err != nil {
		return err
	}
	return syncDirectory(dir)
}

// syncDirectory makes a new name outlast a power cut.
func syncDirectory(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Load returns a blob.
func (d *Directory) Load(_ context.Context, key string) ([]byte, error) {
	name, err := d.file(key)
	if err != nil {
		return nil, err
	}
	octets, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("load blob %s: %w", key, ErrNotFound)
	}
	return octets, err
}

// Open returns a blob's octets from an offset on.
func (d *Directory) Open(_ context.Context, key string, offset int64) (io.ReadCloser, error) {
	name, err := d.file(key)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("open blob %s: %w", key, ErrNotFound)
	}
	if err != nil {
		return nil, fmt.Errorf("open blob %s: %w", key, err)
	}
	if _, err := f.Seek(offset, io.SeekStart); err != nil {
		return nil, errors.Join(fmt.Errorf("open blob %s: %w", key, err), f.Close())
	}
	return f, nil
}

// List returns the keys with a prefix.
func (d *Directory) List(_ context.Context, prefix string) (keys []string, err error) {
	start := filepath.Join(d.root, filepath.FromSlash(path.Dir(prefix+"x")))
	err = filepath.WalkDir(start, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || strings.HasPrefix(e.Name(), ".") {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			return err
		}
		key, err := filepath.Rel(d.root, name)
		if key = filepath.ToSlash(key); err == nil && strings.HasPrefix(key, prefix) {
			keys = append(keys, key)
		}
		return err
	})
	slices.Sort(keys)
	return keys, err
}

// Delete removes a blob.
func (d *Directory) Delete(_ context.Context, key string) error {
	name, err := d.file(key)
	if err != nil {
		return err
	}
	if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
