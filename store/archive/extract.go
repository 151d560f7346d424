package archive

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/klauspost/compress/zstd"

	"github.com/holdfast-edge/holdfast/store/bolt"
)

// Bounds of what an archive may hold.
const (
	maxWindow   = 8 << 20 // octets of memory that unpacking may take
	maxFiles    = 100_000
	maxManifest = 32 << 20 // octets
)

// Extract unpacks an archive into a directory that must not exist, or be empty.
// Nothing is there after an error; the error wraps ErrNotWhole where the archive
// is to blame.
func Extract(r io.Reader, dir string) (Manifest, error) {
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return Manifest{}, fmt.Errorf("extract to %s: it is not empty: choose another directory, or move it away", dir)
	}
	if err := os.MkdirAll(filepath.Dir(filepath.Clean(dir)), 0o700); err != nil {
		return Manifest{}, fmt.Errorf("extract: %w", err)
	}
	beside, err := os.MkdirTemp(filepath.Dir(filepath.Clean(dir)), ".extracting-")
	if err != nil {
		return Manifest{}, fmt.Errorf("extract: %w", err)
	}
	m, err := extract(r, func(name string, content io.Reader) (File, error) { return write(content, beside, name) })
	if err == nil {
		err = place(beside, dir)
	}
	if err != nil {
		return Manifest{}, errors.Join(fmt.Errorf("extract to %s: %w", dir, err), os.RemoveAll(beside))
	}
	return m, nil
}

// place makes the unpacked directory the one that was asked for.
func place(beside, dir string) error {
	if err := os.Remove(dir); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := os.Rename(beside, dir); err != nil {
		return err
	}
	return bolt.SyncDirectory(filepath.Dir(filepath.Clean(dir)))
}

// Verify reads an archive to its end, and keeps nothing of it but the manifest.
func Verify(r io.Reader) (Manifest, error) {
	return extract(r, func(name string, content io.Reader) (File, error) { return copied(io.Discard, content, name) })
}

// extract gives each file to put, and compares what that tells with the manifest.
func extract(r io.Reader, put func(name string, content io.Reader) (File, error)) (Manifest, error) {
	unpacked, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
	if err != nil {
		return Manifest{}, err
	}
	defer unpacked.Close()
	entries := tar.NewReader(unpacked)
	var found []File
	for {
		header, err := entries.Next()
		if err != nil {
			return Manifest{}, fmt.Errorf("%w: it ends without a manifest: %w", ErrNotWhole, err)
		}
		if header.Name == manifestName {
			return manifest(entries, found)
		}
		if err := CheckName(header.Name); err != nil {
			return Manifest{}, err
		}
		if header.Typeflag != tar.TypeReg || len(found) == maxFiles {
			return Manifest{}, fmt.Errorf("%w: %s is no file, or one too many", ErrNotWhole, header.Name)
		}
		f, err := put(header.Name, entries)
		if err != nil {
			return Manifest{}, err
		}
		found = append(found, f)
	}
}

// write puts one file where it belongs, on the disk.
func write(r io.Reader, dir, name string) (File, error) {
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return File{}, err
	}
	out, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return File{}, err
	}
	f, err := copied(out, r, name)
	return f, errors.Join(err, out.Sync(), out.Close())
}

// copied copies a file of the archive, and tells what it was.
func copied(to io.Writer, from io.Reader, name string) (File, error) {
	sum := sha256.New()
	size, err := io.Copy(io.MultiWriter(to, sum), from)
	if err != nil {
		err = fmt.Errorf("%w: %s: %w", ErrNotWhole, name, err)
	}
	return File{Name: name, Size: size, SHA256: hex.EncodeToString(sum.Sum(nil))}, err
}

// manifest reads the manifest and compares it with what was found.
func manifest(r io.Reader, found []File) (m Manifest, err error) {
	text, err := io.ReadAll(io.LimitReader(r, maxManifest))
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	if err != nil {
		return m, fmt.Errorf("%w: its manifest cannot be read: %w", ErrNotWhole, err)
	}
	if m.Format < 1 || m.Format > Format {
		return m, fmt.Errorf("the archive has format %d, this program reads up to %d: use the program that made it, %s", m.Format, Format, m.Version)
	}
	if !slices.Equal(found, m.Files) {
		return m, fmt.Errorf("%w: its files are not those of its manifest", ErrNotWhole)
	}
	return m, nil
}
