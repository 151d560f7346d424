package file

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// partSuffix is how the names of files end that are being written.
const partSuffix = ".part"

// beginning is how the names of files say when they were begun.
const beginning = "20060102T150405Z"

// part is a file that is being written: whole lines, all of them synced but those
// of the append under way.
type part struct {
	path  string // BASE.FORMAT.part
	file  *os.File
	size  int64 // of what is synced
	begun time.Time
	first []byte // its header
	dirty bool   // there is more in the file than size
}

// format is that of the rows in it.
func (p *part) format() string {
	return strings.TrimPrefix(filepath.Ext(strings.TrimSuffix(p.path, partSuffix)), ".")
}

// begin makes a part in a directory. Its number makes its name one of its own.
func begin(dir, format string, header []byte, now time.Time) (*part, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, err
	}
	stamp := now.UTC().Format(beginning)
	for n := 1; ; n++ {
		base := filepath.Join(dir, fmt.Sprintf("%s-%06d", stamp, n))
		if taken, err := filepath.Glob(base + ".*"); err != nil || len(taken) > 0 {
			if err != nil {
				return nil, err
			}
			continue
		}
		path := base + "." + format + partSuffix
		file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o640)
		if err != nil {
			return nil, err
		}
		p := &part{path: path, file: file, begun: now, first: header}
		if err := errors.Join(p.append(header), syncDirectory(dir)); err != nil {
			return nil, errors.Join(err, file.Close(), os.Remove(p.path))
		}
		return p, nil
	}
}

// reopen goes on with a part that an earlier process left: a last line without an
// end is cut off, for it was never acknowledged.
func reopen(path string) (*part, error) {
	stamp, _, _ := strings.Cut(filepath.Base(path), "-")
	begun, err := time.Parse(beginning, stamp)
	if err != nil {
		return nil, fmt.Errorf("%s is not named as a part is: %w", path, err)
	}
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	p := &part{path: path, file: file, begun: begun}
	if err := p.mend(); err != nil {
		return nil, errors.Join(fmt.Errorf("go on with %s: %w", path, err), file.Close())
	}
	return p, nil
}

// mend finds the end of the last whole line, and the header.
func (p *part) mend() error {
	size, err := p.file.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	window := make([]byte, 64<<10)
	for end := size; end > 0 && p.size == 0; {
		from := max(end-int64(len(window)), 0)
		piece := window[:end-from]
		if _, err := p.file.ReadAt(piece, from); err != nil {
			return err
		}
		if i := bytes.LastIndexByte(piece, '\n'); i >= 0 {
			p.size = from + int64(i) + 1
		}
		end = from
	}
	if p.format() != jsonl {
		if p.first, err = firstLine(p.file, p.size); err != nil {
			return err
		}
	}
	p.dirty = p.size < size
	return p.cutBack()
}

// firstLine is the first line of a file of which size octets count.
func firstLine(file io.ReaderAt, size int64) ([]byte, error) {
	text, err := io.ReadAll(io.NewSectionReader(file, 0, min(size, 1<<20)))
	if i := bytes.IndexByte(text, '\n'); i >= 0 {
		return text[:i+1], err
	}
	return nil, err
}

// append adds whole lines and syncs them. After an error none of them counts.
func (p *part) append(lines []byte) error {
	if err := p.cutBack(); err != nil {
		return err
	}
	p.dirty = true
	if _, err := p.file.WriteAt(lines, p.size); err != nil {
		return errors.Join(err, p.cutBack())
	}
	if err := p.file.Sync(); err != nil {
		return errors.Join(err, p.cutBack())
	}
	p.size, p.dirty = p.size+int64(len(lines)), false
	return nil
}

// cutBack removes what does not count.
func (p *part) cutBack() error {
	if !p.dirty {
		return nil
	}
	if err := p.file.Truncate(p.size); err != nil {
		return err
	}
	p.dirty = false
	return nil
}

// isEmpty reports whether there are no rows in it.
func (p *part) isEmpty() bool { return p.size <= int64(len(p.first)) }

func syncDirectory(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
