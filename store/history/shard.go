package history

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.etcd.io/bbolt"

	"github.com/holdfast-edge/holdfast/store/bolt"
	"github.com/holdfast-edge/holdfast/store/codec"
	"github.com/holdfast-edge/holdfast/tag"
)

// The buckets of a shard.
var (
	lifeBucket    = []byte("life")    // what the shard is
	appliedBucket = []byte("applied") // incarnation of the log → position
	streamsBucket = []byte("streams") // number → stream
	blocksBucket  = []byte("blocks")  // block, stream → block

	formatKey = []byte("format")
	sealedKey = []byte("sealed")
	lateKey   = []byte("late") // when the first rows came that are not merged yet
)

const (
	shardSuffix   = ".hist"
	damagedSuffix = ".corrupt"
	newSuffix     = ".new"
	shardFormat   = 2
	startLayout   = "20060102T150405Z"
)

// errForeign says that a file is of another version of the program.
var errForeign = errors.New("foreign shard")

// shard is a file with the rows of a stretch of source time.
type shard struct {
	path  string
	start int64 // nanoseconds since the Unix epoch
	width int64 // nanoseconds

	checked bool     // whether it has been looked at for sealing, of the goroutine in Run
	late    lateness // of the goroutine in Run

	// Of the goroutine in Run, too.
	newest   int64 // time of the newest row, as far as it has followed them
	followed bool  // whether it has from the first row on

	mu      sync.RWMutex // held for reading while db is used, for writing to open and close it
	db      *bbolt.DB    // nil while closed
	gone    bool         // removed, put aside, or by another name: it is not opened again
	sealed  bool
	opened  int64  // when the first rows came for it after it was sealed; 0: none has since
	blocks  uint32 // number of the last block
	applied map[uint64]uint64
	ahead   map[ahead]uint64 // of streams that have more than that
	streams []shardStream
	numbers map[tag.StreamID]uint32
	named   map[string][]uint32 // the streams of a name
}

// shardStream is what a shard knows of a stream. Streams and fields have
// numbers in it, in the order in which they came.
type shardStream struct {
	id     tag.StreamID
	name   string
	fields []tag.Field
	next   int // where the field after the last one that was looked up is: rows have them in order
}

// shardPath names a shard by the time at which it begins and its seconds.
func shardPath(dir string, start, width int64) string {
	name := time.Unix(0, start).UTC().Format(startLayout)
	return filepath.Join(dir, fmt.Sprintf("%s+%d%s", name, width/int64(time.Second), shardSuffix))
}

// shardSpan is the inverse of shardPath.
func shardSpan(name string) (start, width int64, ok bool) {
	stem, ok := strings.CutSuffix(name, shardSuffix)
	begins, seconds, plus := strings.Cut(stem, "+")
	if !ok || !plus {
		return 0, 0, false
	}
	t, err := time.Parse(startLayout, begins)
	n, err2 := strconv.ParseInt(seconds, 10, 32)
	return t.UnixNano(), n * int64(time.Second), err == nil && err2 == nil && n > 0
}

// end returns the time at which the shard ends.
func (s *shard) end() int64 { return s.start + s.width }

func (s *shard) span() slot { return slot{s.start, s.end()} }

// open maps the file and reads its tables. The caller holds mu for writing.
func (s *shard) open(file bolt.File) error {
	if s.db != nil || s.gone {
		return nil
	}
	db, err := bolt.Open(s.path, file)
	if err != nil {
		return err
	}
	s.streams, s.applied, s.ahead = nil, map[uint64]uint64{}, map[ahead]uint64{}
	s.numbers, s.named = map[tag.StreamID]uint32{}, map[string][]uint32{}
	if err := db.View(s.load); err != nil {
		return errors.Join(err, db.Close())
	}
	s.db = db
	return nil
}

// createShard makes an empty shard. The file gets its name when it is whole.
func createShard(path string, file bolt.File) error {
	unnamed := path + newSuffix
	if err := os.Remove(unnamed); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("make way for shard: %w", err)
	}
	db, err := bolt.Open(unnamed, file)
	if err != nil {
		return err
	}
	err = db.Update(beginShard)
	if err = errors.Join(err, db.Close()); err == nil {
		err = os.Rename(unnamed, path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(unnamed))
	}
	return bolt.SyncDirectory(filepath.Dir(path))
}

func beginShard(tx *bbolt.Tx) error {
	for _, name := range [][]byte{lifeBucket, appliedBucket, streamsBucket, blocksBucket} {
		if _, err := tx.CreateBucket(name); err != nil {
			return err
		}
	}
	return tx.Bucket(lifeBucket).Put(formatKey, []byte{shardFormat})
}

func (s *shard) load(tx *bbolt.Tx) error {
	life := tx.Bucket(lifeBucket)
	if life == nil {
		return fmt.Errorf("%w: no beginning", errDamaged)
	}
	if format := life.Get(formatKey); len(format) != 1 || format[0] != shardFormat {
		return fmt.Errorf("%w: format %v, this program reads %d", errForeign, format, shardFormat)
	}
	s.sealed, s.opened = life.Get(sealedKey) != nil, 0
	if v := life.Get(lateKey); len(v) == 8 {
		s.opened = int64(binary.BigEndian.Uint64(v))
	}
	if k, _ := tx.Bucket(blocksBucket).Cursor().Last(); len(k) == blockKeySize {
		s.blocks = binary.BigEndian.Uint32(k)
	}
	err := tx.Bucket(appliedBucket).ForEach(func(k, v []byte) error {
		s.applied[binary.BigEndian.Uint64(k)] = binary.BigEndian.Uint64(v)
		return nil
	})
	return errors.Join(err, s.loadAhead(tx), tx.Bucket(streamsBucket).ForEach(s.loadStream))
}

func (s *shard) loadStream(_, v []byte) error {
	body, err := checked(v)
	if err != nil {
		return err
	}
	schema, err := codec.DecodeSchema(body)
	if err != nil {
		return err
	}
	n := s.number(schema.Stream(), schema.Name())
	s.streams[n].fields = schema.Fields()
	return nil
}

// number returns the number of a stream, a new one where it has none.
func (s *shard) number(id tag.StreamID, name string) uint32 {
	n, ok := s.numbers[id]
	if !ok {
		n = uint32(len(s.streams))
		s.numbers[id] = n
		s.named[name] = append(s.named[name], n)
		s.streams = append(s.streams, shardStream{id: id, name: name})
	}
	return n
}

// field returns the number of a field, a new one where it has none.
func (s *shardStream) field(f tag.Field) uint32 {
	n := s.next
	if n >= len(s.fields) || s.fields[n].Name != f.Name {
		n = slices.IndexFunc(s.fields, func(known tag.Field) bool { return known.Name == f.Name })
	}
	if n < 0 {
		n = len(s.fields)
		s.fields = append(slices.Clip(s.fields), f) // what is there may be shared
	}
	s.next = (n + 1) % len(s.fields)
	return uint32(n)
}

// blockKeySize is the length of a key: the numbers of the block and the stream.
const blockKeySize = 8

func blockKey(block, stream uint32) []byte { return appendBlockKey(nil, block, stream) }

func appendBlockKey(dst []byte, block, stream uint32) []byte {
	return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(dst, block), stream)
}

// blocksOf goes through the blocks of a stream in the order in which they came.
// They are valid while the transaction is.
func (s *shard) blocksOf(tx *bbolt.Tx, n uint32) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		c := tx.Bucket(blocksBucket).Cursor()
		var room [blockKeySize]byte
		for b := uint32(1); b <= s.blocks; b++ {
			wanted := appendBlockKey(room[:0], b, n)
			if key, value := c.Seek(wanted); bytes.Equal(key, wanted) && !yield(value) {
				return
			}
		}
	}
}

// close unmaps the file, once nobody reads it.
func (s *shard) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closeLocked()
}

// retire closes the file for good, and reports false where that was done before.
func (s *shard) retire() (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	isFirst := !s.gone
	s.gone = true
	return isFirst, s.closeLocked()
}

func (s *shard) closeLocked() error {
	if s.db == nil {
		return nil
	}
	db := s.db
	s.db = nil
	if err := db.Close(); err != nil {
		return fmt.Errorf("close shard: %w", err)
	}
	return nil
}

// row returns the number of a stream and what is stored of it.
func (s *shard) row(n uint32) (key, value []byte, err error) {
	stream := s.streams[n]
	schema, err := tag.NewSchema(stream.id, stream.name, stream.fields...)
	if err != nil {
		return nil, nil, err
	}
	return binary.BigEndian.AppendUint32(nil, n), appendChecksum(codec.AppendSchema(nil, schema), 0), nil
}
