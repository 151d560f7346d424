package bolt

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// AuditFile audits the file at path. One that does not exist or is empty is
// sound: it has yet to be written.
func AuditFile(path string) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	if info.Size() == 0 {
		return nil
	}
	if err := Audit(f, info.Size()); err != nil {
		return fmt.Errorf("audit %s: %w", path, err)
	}
	return nil
}

// Audit follows every page of a bbolt file of the given size, without reading
// the values, and returns ErrCorrupt where one leads astray: out of the file,
// to a page of another type, or to a page that belongs to something else.
func Audit(file io.ReaderAt, size int64) error {
	m, err := latestMeta(file)
	if err != nil {
		return err
	}
	pages := size / m.pageSize
	if m.pages > uint64(pages) || m.pages < 4 {
		return fmt.Errorf("%w: %d pages in use, room for %d", ErrCorrupt, m.pages, pages)
	}
	a := &audit{file: file, meta: m, taken: make([]bool, m.pages)}
	a.taken[0], a.taken[1] = true, true
	if err := a.bucket(m.root, 0); err != nil {
		return err
	}
	return a.freelist()
}

// latestMeta returns the meta page of the last transaction. bbolt finds the
// second one by the page size of the first or, where that is damaged, by
// trying sizes; Holdfast has one size only.
func latestMeta(file io.ReaderAt) (meta, error) {
	var latest meta
	var damage error
	for page := range int64(2) {
		p := make([]byte, headerSize+metaSize)
		if _, err := file.ReadAt(p, page*PageSize); err != nil && !errors.Is(err, io.EOF) {
			return meta{}, fmt.Errorf("read meta page %d: %w", page, err)
		}
		m, err := readMeta(p)
		if err == nil && m.pageSize != PageSize {
			err = fmt.Errorf("%w: pages of %d octets", ErrCorrupt, m.pageSize)
		}
		if err != nil {
			damage = err
			continue
		}
		if latest.pageSize == 0 || m.txid > latest.txid {
			latest = m
		}
	}
	if latest.pageSize == 0 {
		return meta{}, damage
	}
	return latest, nil
}

// maxDepth bounds buckets within buckets within pages: with at least two
// entries a page, nothing real is deeper.
const maxDepth = 64

// audit is one walk over a file.
type audit struct {
	file  io.ReaderAt
	meta  meta
	taken []bool // pages that belong to something already
}

// take reads the first page of a run and claims all of it.
func (a *audit) take(id uint64) (header, []byte, error) {
	if id < 2 || id >= a.meta.pages {
		return header{}, nil, fmt.Errorf("%w: page %d of %d", ErrCorrupt, id, a.meta.pages)
	}
	p := make([]byte, a.meta.pageSize)
	if _, err := a.file.ReadAt(p, int64(id)*a.meta.pageSize); err != nil {
		return header{}, nil, fmt.Errorf("read page %d: %w", id, err)
	}
	h := readHeader(p)
	if h.id != id || uint64(h.overflow) >= a.meta.pages-id {
		return header{}, nil, fmt.Errorf("%w: page %d calls itself %d with %d more", ErrCorrupt, id, h.id, h.overflow)
	}
	for run := id; run <= id+uint64(h.overflow); run++ {
		if a.taken[run] {
			return header{}, nil, fmt.Errorf("%w: page %d belongs to two", ErrCorrupt, run)
		}
		a.taken[run] = true
	}
	return h, p, nil
}

// bucket follows the pages of a bucket.
func (a *audit) bucket(id uint64, depth int) error {
	h, p, err := a.take(id)
	if err != nil {
		return err
	}
	if depth > maxDepth {
		return fmt.Errorf("%w: page %d is too deep", ErrCorrupt, id)
	}
	if p, err = a.elements(h, p); err != nil {
		return err
	}
	switch h.flags {
	case branchPage:
		return a.branches(h, p, depth)
	case leafPage:
		return a.leaves(h, p, depth)
	default:
		return fmt.Errorf("%w: page %d is of type %#x", ErrCorrupt, id, h.flags)
	}
}

// elements returns the page with as much of what follows as its table of
// elements needs.
func (a *audit) elements(h header, p []byte) ([]byte, error) {
	need := headerSize + int(h.count)*elementSize
	if need <= len(p) {
		return p, nil
	}
	if int64(need) > a.span(h) {
		return nil, fmt.Errorf("%w: page %d has %d elements", ErrCorrupt, h.id, h.count)
	}
	p = make([]byte, need)
	if _, err := a.file.ReadAt(p, int64(h.id)*a.meta.pageSize); err != nil {
		return nil, fmt.Errorf("read page %d: %w", h.id, err)
	}
	return p, nil
}

// span returns the octets of a run of pages.
func (a *audit) span(h header) int64 { return (int64(h.overflow) + 1) * a.meta.pageSize }

func (a *audit) branches(h header, p []byte, depth int) error {
	if h.count == 0 {
		return fmt.Errorf("%w: page %d has no branches", ErrCorrupt, h.id)
	}
	for i := range int64(h.count) {
		at := headerSize + i*elementSize
		e := p[at : at+elementSize]
		if !fits(a.span(h), at, le32(e), le32(e[4:]), 0) {
			return fmt.Errorf("%w: key %d of page %d", ErrCorrupt, i, h.id)
		}
		if err := a.bucket(le64(e[8:]), depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (a *audit) leaves(h header, p []byte, depth int) error {
	for i := range int64(h.count) {
		at := headerSize + i*elementSize
		e := p[at : at+elementSize]
		pos, key, value := le32(e[4:]), le32(e[8:]), le32(e[12:])
		if !fits(a.span(h), at, pos, key, value) {
			return fmt.Errorf("%w: element %d of page %d", ErrCorrupt, i, h.id)
		}
		if le32(e)&bucketFlag == 0 {
			continue
		}
		from := int64(h.id)*a.meta.pageSize + at + int64(pos) + int64(key)
		if err := a.nested(from, value, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// nested follows a bucket in the value of a leaf: by its root or, where it is
// small, inside the value.
func (a *audit) nested(at int64, size uint32, depth int) error {
	if size < bucketSize {
		return fmt.Errorf("%w: a bucket of %d octets", ErrCorrupt, size)
	}
	value := make([]byte, min(int64(size), a.meta.pageSize))
	if _, err := a.file.ReadAt(value, at); err != nil {
		return fmt.Errorf("read bucket at %d: %w", at, err)
	}
	if root := le64(value); root != 0 {
		return a.bucket(root, depth)
	}
	return auditInline(value[bucketSize:])
}

// auditInline checks a leaf that is the value of another one. bbolt puts no
// buckets there.
func auditInline(p []byte) error {
	if len(p) < headerSize {
		return fmt.Errorf("%w: an inline bucket of %d octets", ErrCorrupt, len(p))
	}
	h := readHeader(p)
	if h.flags != leafPage || headerSize+int(h.count)*elementSize > len(p) {
		return fmt.Errorf("%w: an inline bucket of type %#x with %d elements", ErrCorrupt, h.flags, h.count)
	}
	for i := range int64(h.count) {
		at := headerSize + i*elementSize
		e := p[at : at+elementSize]
		if le32(e) != 0 || !fits(int64(len(p)), at, le32(e[4:]), le32(e[8:]), le32(e[12:])) {
			return fmt.Errorf("%w: element %d of an inline bucket", ErrCorrupt, i)
		}
	}
	return nil
}

// fits reports whether a key and a value that begin pos octets behind their
// element at at end within the span.
func fits(span, at int64, pos, key, value uint32) bool {
	return at+int64(pos)+int64(key)+int64(value) <= span
}

// freelist checks that no page that is in use is handed out again.
func (a *audit) freelist() error {
	if a.meta.freelist == noFreelist {
		return nil
	}
	h, p, err := a.take(a.meta.freelist)
	if err != nil {
		return err
	}
	if h.flags != freelistPage {
		return fmt.Errorf("%w: page %d is no list of free pages", ErrCorrupt, h.id)
	}
	ids, err := a.freeIDs(h, p)
	if err != nil {
		return err
	}
	for ; len(ids) > 0; ids = ids[8:] {
		id := le64(ids)
		if id < 2 || id >= a.meta.pages || a.taken[id] {
			return fmt.Errorf("%w: page %d is in use and free", ErrCorrupt, id)
		}
		a.taken[id] = true
	}
	return nil
}

// freeIDs returns the octets of the list of free pages. A count of 0xFFFF says
// that the first entry is the count.
func (a *audit) freeIDs(h header, p []byte) ([]byte, error) {
	count, from := uint64(h.count), int64(headerSize)
	if count == 0xFFFF {
		count, from = le64(p[headerSize:]), from+8
	}
	if count > uint64(a.span(h)-from)/8 {
		return nil, fmt.Errorf("%w: %d free pages", ErrCorrupt, count)
	}
	ids := make([]byte, count*8)
	if _, err := a.file.ReadAt(ids, int64(h.id)*a.meta.pageSize+from); err != nil {
		return nil, fmt.Errorf("read free pages: %w", err)
	}
	return ids, nil
}
