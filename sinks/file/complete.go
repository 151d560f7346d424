package file

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	stdgzip "github.com/klauspost/compress/gzip"
	stdzstd "github.com/klauspost/compress/zstd"

	"github.com/holdfast-edge/holdfast/sinks/rowparquet"
)

// complete gives a part its name, in the form that it is asked for in, and closes
// it. Until that is on the disk the part stays.
func (o *Options) complete(p *part) error {
	if p.isEmpty() {
		return errors.Join(p.file.Close(), os.Remove(p.path))
	}
	plain := p.format() == parquet || o.Compression == none
	name := strings.TrimSuffix(p.path, partSuffix)
	if !plain {
		name += suffixes[o.Compression]
	}
	if p.format() != parquet && plain {
		return errors.Join(os.Rename(p.path, name), p.file.Close(), syncDirectory(filepath.Dir(name)))
	}
	beside := name + ".tmp"
	if err := o.convert(p, beside); err != nil {
		return fmt.Errorf("complete %s: %w", name, errors.Join(err, remove(beside)))
	}
	if err := errors.Join(os.Rename(beside, name), syncDirectory(filepath.Dir(name))); err != nil {
		return err
	}
	return errors.Join(p.file.Close(), os.Remove(p.path))
}

// suffixes are what compression adds to a name.
var suffixes = map[string]string{gzip: ".gz", zstd: ".zst"}

func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// convert writes a part anew, in the form of a completed file.
func (o *Options) convert(p *part, path string) error {
	to, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o640)
	if err != nil {
		return err
	}
	err = o.copy(p.format(), io.NewSectionReader(p.file, 0, p.size), to)
	return errors.Join(err, to.Sync(), to.Close())
}

func (o *Options) copy(format string, from io.ReadSeeker, to io.Writer) error {
	if format == parquet {
		return rowparquet.Convert(from, to)
	}
	var packed io.WriteCloser
	if o.Compression == gzip {
		packed = stdgzip.NewWriter(to)
	} else {
		var err error
		if packed, err = stdzstd.NewWriter(to, stdzstd.WithEncoderConcurrency(1), stdzstd.WithWindowSize(1<<20)); err != nil {
			return err
		}
	}
	_, err := io.Copy(packed, from)
	return errors.Join(err, packed.Close())
}
