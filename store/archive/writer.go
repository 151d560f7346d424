package archive

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/klauspost/compress/zstd"
)

// Writer writes one archive. It has one owner.
type Writer struct {
	packed   *zstd.Encoder
	tar      *tar.Writer
	manifest Manifest
}

// NewWriter begins an archive. Its manifest is m, with the files that are added.
func NewWriter(w io.Writer, m Manifest) (*Writer, error) {
	packed, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<20))
	if err != nil {
		return nil, err
	}
	m.Format, m.Files = Format, nil
	return &Writer{packed: packed, tar: tar.NewWriter(packed), manifest: m}, nil
}

// Add adds a file of a size in octets, which content must have.
func (w *Writer) Add(name string, size int64, content io.Reader) error {
	if err := CheckName(name); err != nil {
		return err
	}
	if err := w.tar.WriteHeader(&tar.Header{Name: name, Size: size, Mode: 0o600, ModTime: w.manifest.Made}); err != nil {
		return fmt.Errorf("archive %s: %w", name, err)
	}
	sum := sha256.New()
	if _, err := io.CopyN(io.MultiWriter(w.tar, sum), content, size); err != nil {
		return fmt.Errorf("archive %s: %w", name, err)
	}
	w.manifest.Files = append(w.manifest.Files, File{Name: name, Size: size, SHA256: hex.EncodeToString(sum.Sum(nil))})
	return nil
}

// Close writes the manifest and ends the archive; without it the archive is not
// whole.
func (w *Writer) Close() error {
	text, err := json.MarshalIndent(w.manifest, "", "  ")
	if err != nil {
		return err
	}
	header := tar.Header{Name: manifestName, Size: int64(len(text)), Mode: 0o600, ModTime: time.Unix(0, 0)}
	if err := w.tar.WriteHeader(&header); err != nil {
		return fmt.Errorf("archive the manifest: %w", err)
	}
	if _, err := w.tar.Write(text); err != nil {
		return fmt.Errorf("archive the manifest: %w", err)
	}
	if err := w.tar.Close(); err != nil {
		return fmt.Errorf("end the archive: %w", err)
	}
	return w.packed.Close()
}
