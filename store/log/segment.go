package log

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"go.etcd.io/bbolt"

	"github.com/holdfast-edge/holdfast/store/bolt"
	"github.com/holdfast-edge/holdfast/store/codec"
	"github.com/holdfast-edge/holdfast/tag"
)

// The buckets of a segment. What may be large has a bucket of its own inside
// them, under valueKey or the keys of a block: bbolt rewrites the neighbours of
// a large value with every commit.
var (
	lifeBucket       = []byte("life")        // what the segment is
	streamsBucket    = []byte("streams")     // number → stream
	schemasBucket    = []byte("schemas")     // number → schema
	blocksBucket     = []byte("blocks")      // first position → block
	cursorsBucket    = []byte("cursors")     // name → cursor
	skipsBucket      = []byte("skips")       // name → gaps of the cursor
	checkpointBucket = []byte("checkpoints") // name → checkpoint

	lifeKey    = []byte("life")
	headerKey  = []byte("h")
	payloadKey = []byte("p")
	valueKey   = []byte("v")
)

const (
	segmentSuffix = ".seg"
	damagedSuffix = ".corrupt"
	newSuffix     = ".new"
)

// row is a key and its value.
type row struct{ key, value []byte }

// segment is one file of the log: the positions from first on, up to the next
// segment. The last one is active: it is written, and holds the state.
type segment struct {
	path  string
	first uint64
	file  bolt.File

	mu      sync.RWMutex // held for reading while db is used, for writing to open and close it
	db      *bbolt.DB    // nil while closed
	life    life
	schemas map[uint32]*tag.Schema
	whole   int64 // octets of the file, once nobody writes it any more; 0: it was not asked for
}

func segmentPath(dir string, first uint64) string {
	return filepath.Join(dir, fmt.Sprintf("%016x%s", first, segmentSuffix))
}

// segmentFirst is the inverse of segmentPath.
func segmentFirst(name string) (uint64, bool) {
	hex, ok := strings.CutSuffix(name, segmentSuffix)
	if !ok || len(hex) != 16 {
		return 0, false
	}
	first, err := strconv.ParseUint(hex, 16, 64)
	return first, err == nil
}

// open maps the file. The caller holds mu for writing.
func (s *segment) open() error {
	if s.db != nil {
		return nil
	}
	db, err := bolt.Open(s.path, s.file)
	if err != nil {
		return err
	}
	var l life
	err = db.View(func(tx *bbolt.Tx) error {
		b := tx.Bucket(lifeBucket)
		if b == nil {
			return fmt.Errorf("%w: %s has no beginning", errDamaged, s.path)
		}
		l, err = readLife(b.Get(lifeKey))
		return err
	})
	if err != nil {
		return errors.Join(err, db.Close())
	}
	s.db, s.life = db, l
	return nil
}

// close unmaps the file, once nobody reads it.
func (s *segment) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.db == nil {
		return nil
	}
	db := s.db
	s.db, s.schemas = nil, nil
	if err := db.Close(); err != nil {
		return fmt.Errorf("close segment: %w", err)
	}
	return nil
}

// view runs fn over the file, which is open. fn must be quick: the file cannot
// be closed meanwhile, and what fn keeps it copies.
func (s *segment) view(fn func(*bbolt.Tx) error) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.db == nil {
		return fs.ErrClosed
	}
	return s.db.View(fn)
}

// schema returns the schema of a number in this segment.
func (s *segment) schema(n uint32) (*tag.Schema, error) {
	s.mu.RLock()
	known := s.schemas[n]
	s.mu.RUnlock()
	if known != nil {
		return known, nil
	}
	var read *tag.Schema
	err := s.view(func(tx *bbolt.Tx) (err error) {
		read, err = readSchema(tx.Bucket(schemasBucket).Get(number(n)))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read schema %d of %s: %w", n, filepath.Base(s.path), err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.schemas == nil {
		s.schemas = map[uint32]*tag.Schema{}
	}
	s.schemas[n] = read
	return read, nil
}

// remove unlinks the file.
func (s *segment) remove() error {
	if err := errors.Join(s.close(), os.Remove(s.path)); err != nil {
		return fmt.Errorf("remove segment: %w", err)
	}
	return bolt.SyncDirectory(filepath.Dir(s.path))
}

// quarantine renames the file, so that it is out of the way and can be looked
// at. One that is gone is out of the way.
func (s *segment) quarantine() error {
	err := os.Rename(s.path, s.path+damagedSuffix)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	if err := errors.Join(s.close(), err); err != nil {
		return fmt.Errorf("quarantine segment: %w", err)
	}
	return bolt.SyncDirectory(filepath.Dir(s.path))
}

// keepFile gives the file a name again that somebody has removed: a copy of what
// is mapped takes its place.
func (s *segment) keepFile() error {
	unnamed := s.path + newSuffix
	f, err := os.OpenFile(unnamed, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("keep removed segment: %w", err)
	}
	err = s.view(func(tx *bbolt.Tx) error {
		_, err := tx.WriteTo(f)
		return err
	})
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(unnamed, s.path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("keep removed segment: %w", err), os.Remove(unnamed))
	}
	return nil
}

// bytes returns the size of the file.
func (s *segment) bytes() int64 {
	s.mu.RLock()
	known, final := s.whole, s.file.ReadOnly
	s.mu.RUnlock()
	if known > 0 {
		return known
	}
	info, err := os.Stat(s.path)
	if err != nil {
		return 0
	}
	if final {
		s.mu.Lock()
		s.whole = info.Size()
		s.mu.Unlock()
	}
	return info.Size()
}

// life says what a segment is part of.
type life struct {
	site        string
	incarnation uint64
	inode       uint64 // of the file, when it was made; 0: not known
}

const lifeFormat = 1

func appendLife(dst []byte, l life) []byte {
	from := len(dst)
	dst = codec.AppendText(append(dst, lifeFormat), l.site)
	dst = binary.AppendUvarint(dst, l.incarnation)
	dst = binary.AppendUvarint(dst, l.inode)
	return appendChecksum(dst, from)
}

func readLife(src []byte) (life, error) {
	body, err := checked(src)
	if err != nil {
		return life{}, fmt.Errorf("read beginning of segment: %w", err)
	}
	r := codec.NewReader(body)
	if format := r.Byte(); format != lifeFormat {
		return life{}, fmt.Errorf("read beginning of segment: format %d, this program reads %d", format, lifeFormat)
	}
	l := life{site: r.Text(), incarnation: r.Uvarint(), inode: r.Uvarint()}
	return l, r.Err()
}

// putLarge puts a value that may be large under a name.
func putLarge(b *bbolt.Bucket, name, value []byte) error {
	own, err := b.CreateBucketIfNotExists(name)
	if err != nil {
		return err
	}
	return own.Put(valueKey, value)
}

// largeValue returns what putLarge put, or nil.
func largeValue(b *bbolt.Bucket, name []byte) []byte {
	own := b.Bucket(name)
	if own == nil {
		return nil
	}
	return own.Get(valueKey)
}
