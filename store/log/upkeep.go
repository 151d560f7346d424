package log

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"

	"go.etcd.io/bbolt"

	"github.com/holdfast-edge/holdfast/store/bolt"
	"github.com/holdfast-edge/holdfast/tag"
)

// upkeep does what has to be done between commits: begins a new segment,
// advances the cursors that are beyond their quota, removes what all have
// passed. What fails is logged and tried again after the next commit.
func (l *Log) upkeep(now time.Time) {
	if l.isLong() {
		if err := l.rotate(); err != nil {
			l.options.Logger.Error("begin a segment of the log", "error", err)
		}
	}
	if l.enforce(now) {
		l.commitState()
	}
	if err := l.nameSegment(); err != nil { // and nothing goes that the files before it hold
		l.options.Logger.Error("begin a segment of the log", "error", err)
		return
	}
	if err := l.shelf.trim(l.passed()); err != nil {
		l.options.Logger.Error("trim log", "error", err)
	}
}

// isLong reports whether it is time for a new segment: the active one has reached
// its limit, has entries, and is not large because of the state alone, which the
// next one would have, too.
func (l *Log) isLong() bool {
	c := l.committer
	used, err := bolt.Used(c.active.db)
	return err == nil && !c.doubtful && c.end > c.active.first && used >= max(l.segmentLimit(), 2*c.carried)
}

// segmentLimit returns the size at which the active segment is closed: less
// than configured where a quota is small.
func (l *Log) segmentLimit() int64 {
	limit := l.options.SegmentBytes
	for _, c := range l.all() {
		c.mu.Lock()
		if q := c.options.Quota.Bytes; q > 0 {
			limit = min(limit, q/segmentsPerQuota)
		}
		c.mu.Unlock()
	}
	return max(limit, minSegment)
}

// passed returns the position before which no cursor has anything pending on
// the disk.
func (l *Log) passed() uint64 {
	passed := l.committer.end
	for _, c := range l.all() {
		c.mu.Lock()
		passed = min(passed, c.safe)
		c.mu.Unlock()
	}
	return passed
}

// commitState writes the state alone, as far as it does not depend on what waits.
// The cursors are looked at before the checkpoints, as in collect.
func (l *Log) commitState() {
	st := &state{}
	for _, c := range l.all() {
		st.consumers = append(st.consumers, c.snapshot())
	}
	l.mu.Lock()
	alone, later := st.divided(l.checkpoints)
	l.mu.Unlock()
	l.restore(later)
	l.writeState(alone)
}

// ageEvery is how often ages are looked at.
const ageEvery = 10 * time.Second

// enforce advances the cursors that are beyond their quota and reports whether
// there were any.
func (l *Log) enforce(now time.Time) bool {
	sizes := sync.OnceValue(l.shelf.sizes) // which asks the system
	aged := now.Sub(l.committer.enforced) >= ageEvery
	if aged {
		l.committer.enforced = now
	}
	moved := false
	for _, c := range l.all() {
		c.mu.Lock()
		quota, oldest := c.options.Quota, c.lanes.oldest()
		c.mu.Unlock()
		to, cause := uint64(0), tag.QuotaExceeded
		if quota.Bytes > 0 {
			to = quota.beyond(oldest, sizes())
		}
		if aged && quota.Age > 0 {
			if fresh := l.firstSince(oldest, now.Add(-quota.Age).UnixNano()); fresh > max(oldest, to) {
				to, cause = fresh, tag.Expired
			}
		}
		if to == 0 {
			continue
		}
		moved = true
		if err := c.skip(to, cause); err != nil {
			l.options.Logger.Error("advance cursor", "cursor", c.name, "error", err)
		}
	}
	return moved
}

// firstSince returns the position of the first block behind another one that
// was committed at a time or later.
func (l *Log) firstSince(position uint64, since int64) uint64 {
	tail, _ := l.recent.tail()
	for position < tail {
		held, end, err := l.shelf.holding(position)
		if err != nil {
			return 0 // whoever reads it will find out
		}
		found := min(end, tail)
		err = held.view(func(tx *bbolt.Tx) error {
			blocks := tx.Bucket(blocksBucket)
			c := blocks.Cursor()
			for k := seekBlock(c, position); k != nil; k, _ = c.Next() {
				if h, err := blockHeader(blocks.Bucket(k), k); err == nil && h.time >= since {
					found = max(h.first, position)
					return errFound
				}
			}
			return nil
		})
		switch {
		case errors.Is(err, errFound):
			return found
		case err != nil && !errors.Is(err, fs.ErrClosed):
			return 0
		case err == nil:
			position = found
		}
	}
	return tail
}

// errFound ends a search.
var errFound = errors.New("found")

// rotate begins a new segment, which carries the state on, and closes the
// active one for writing.
func (l *Log) rotate() error {
	c := l.committer
	next, err := l.create(c.end, c.life, true, func(tx *bbolt.Tx) error {
		return c.active.view(func(from *bbolt.Tx) error { return carry(tx, from) })
	})
	if err != nil {
		return fmt.Errorf("rotate: %w", err)
	}
	previous := c.active
	if previous.first == next.first { // it had no entries, and its name is taken
		l.shelf.drop(previous)
	}
	l.shelf.push(next)
	if c.carried, err = bolt.Used(next.db); err != nil {
		return fmt.Errorf("rotate: %w", err)
	}
	c.active, c.schemas = next, newSchemaIndex()
	previous.mu.Lock()
	previous.file.ReadOnly = true
	previous.mu.Unlock()
	return previous.close()
}

// keepActive goes on in a new segment where somebody has removed the file of the
// active one, and keeps what that has: nothing is to be committed to a file that
// is gone when it is closed.
func (l *Log) keepActive() error {
	active := l.committer.active
	if _, err := os.Stat(active.path); !errors.Is(err, fs.ErrNotExist) {
		return nil // what else it may be, the commit will tell
	}
	l.options.Logger.Error("somebody has removed a file of the log, which goes on in another one", "file", active.path)
	if err := active.keepFile(); err != nil {
		return err
	}
	return l.rotate()
}

// create makes a segment with the streams as they stand, open for writing.
// What fill puts into it is committed with its beginning, before the file gets
// its name: one that has a name is whole. The name is to be made durable.
func (l *Log) create(first uint64, own life, sameLife bool, fill func(*bbolt.Tx) error) (*segment, error) {
	s := &segment{path: segmentPath(l.options.Dir, first), first: first, file: l.writable()}
	unnamed := s.path + newSuffix
	if err := os.Remove(unnamed); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("make way for segment: %w", err)
	}
	db, err := bolt.Open(unnamed, s.file)
	if err != nil {
		return nil, err
	}
	if own.inode, err = inode(unnamed); err == nil {
		err = db.Update(func(tx *bbolt.Tx) error { return l.begin(tx, own, sameLife, fill) })
	}
	if err == nil {
		err = os.Rename(unnamed, s.path)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close(), os.Remove(unnamed))
	}
	l.committer.nameless = true
	l.streams.turn(sameLife)
	s.db, s.life = db, own
	return s, nil
}

// nameSegment makes the name of the active segment durable. Until that has
// succeeded nothing is committed to it, for after a power cut the segment before
// it might be the last one; and nothing to that one, for it might not be.
func (l *Log) nameSegment() error {
	if !l.committer.nameless {
		return nil
	}
	if err := bolt.SyncDirectory(l.options.Dir); err != nil {
		return err
	}
	l.committer.nameless = false
	return nil
}

func (l *Log) begin(tx *bbolt.Tx, own life, sameLife bool, fill func(*bbolt.Tx) error) error {
	for _, name := range [][]byte{
		lifeBucket, streamsBucket, schemasBucket, blocksBucket, cursorsBucket, skipsBucket, checkpointBucket,
	} {
		if _, err := tx.CreateBucket(name); err != nil {
			return err
		}
	}
	if err := tx.Bucket(lifeBucket).Put(lifeKey, appendLife(nil, own)); err != nil {
		return err
	}
	if err := putRows(tx.Bucket(streamsBucket), l.streams.turned(sameLife)); err != nil {
		return err
	}
	return fill(tx)
}

// carry copies the state of one segment to the next.
func carry(to, from *bbolt.Tx) error {
	err := from.Bucket(cursorsBucket).ForEach(to.Bucket(cursorsBucket).Put)
	for _, name := range [][]byte{skipsBucket, checkpointBucket} {
		target := to.Bucket(name)
		err = errors.Join(err, from.Bucket(name).ForEachBucket(func(k []byte) error {
			return putLarge(target, k, largeValue(from.Bucket(name), k))
		}))
	}
	return err
}

// writable is how the active segment is opened: with room beyond the limit for
// what one commit may bring, and for the state.
func (l *Log) writable() bolt.File {
	return bolt.File{
		MaxBytes: int(l.options.SegmentBytes) + 4*l.options.QueueBytes + l.options.StateBytes,
		OpenFile: l.options.OpenFile,
	}
}
