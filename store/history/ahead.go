package history

import (
	"encoding/binary"
	"errors"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"github.com/holdfast-edge/holdfast/tag"
)

// aheadBucket says which streams have more than applied says, while a plan is being
// carried out: stream, incarnation of the log → position. After that it is there
// only where a process has died on the way, or the disk was full; what the log
// delivers again is known by it then. Programs before this one do not look at it.
var aheadBucket = []byte("ahead")

// ahead is a stream and an incarnation of the log.
type ahead struct {
	stream      uint32
	incarnation uint64
}

func (a ahead) key() []byte {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint32(nil, a.stream), a.incarnation)
}

// aheadKeySize is the length of a key.
const aheadKeySize = 12

// putAhead writes that some streams have what was consumed.
func putAhead(tx *bbolt.Tx, streams map[uint32]bool, consumed map[uint64]uint64) error {
	bucket, err := tx.CreateBucketIfNotExists(aheadBucket)
	if err != nil {
		return err
	}
	for n := range streams {
		for incarnation, position := range consumed {
			if err := bucket.Put(ahead{n, incarnation}.key(), binary.BigEndian.AppendUint64(nil, position)); err != nil {
				return err
			}
		}
	}
	return nil
}

// copyAhead writes what a plan that was not carried out to its end has left, into a
// file that takes the place of the shard's.
func (s *shard) copyAhead(tx *bbolt.Tx) error {
	for a, position := range s.ahead {
		if err := putAhead(tx, map[uint32]bool{a.stream: true}, map[uint64]uint64{a.incarnation: position}); err != nil {
			return err
		}
	}
	return nil
}

// dropAhead writes that no stream has more than the others.
func (s *shard) dropAhead(tx *bbolt.Tx) error {
	if err := tx.DeleteBucket(aheadBucket); !errors.Is(err, berrors.ErrBucketNotFound) {
		return err
	}
	return nil
}

// noteAhead keeps in mind what was written.
func (s *shard) noteAhead(streams map[uint32]bool, consumed map[uint64]uint64, last bool) {
	if last {
		clear(s.ahead)
		return
	}
	for n := range streams {
		for incarnation, position := range consumed {
			s.ahead[ahead{n, incarnation}] = position
		}
	}
}

// loadAhead reads what a process that died has left.
func (s *shard) loadAhead(tx *bbolt.Tx) error {
	bucket := tx.Bucket(aheadBucket)
	if bucket == nil {
		return nil
	}
	return bucket.ForEach(func(k, v []byte) error {
		if len(k) == aheadKeySize && len(v) == 8 {
			s.ahead[ahead{binary.BigEndian.Uint32(k), binary.BigEndian.Uint64(k[4:])}] = binary.BigEndian.Uint64(v)
		}
		return nil
	})
}

// appliedOf returns the position in the log up to which the shard has the rows of a
// stream; false where it has nothing of that incarnation.
func (s *shard) appliedOf(stream tag.StreamID, incarnation uint64) (position uint64, ok bool) {
	position, ok = s.applied[incarnation]
	if n, known := s.numbers[stream]; known && len(s.ahead) > 0 {
		if further, has := s.ahead[ahead{n, incarnation}]; has {
			return max(position, further), true
		}
	}
	return position, ok
}
