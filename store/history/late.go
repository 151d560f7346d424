package history

import (
	"encoding/binary"
	"time"

	"go.etcd.io/bbolt"
)

// lateness is what is known of rows that came for a shard after it was sealed.
// They are put behind its blocks, and stay there until no more are likely to
// come: to put them in order at each flush would write hours of rows again for
// the sake of a few.
//
//	sealed ──rows──▶ open, its sums forgotten ──quiet, or long enough──▶ in order, sealed, summed up
//	                      │        ▲
//	                      └──rows──┘
type lateness struct {
	last    time.Time // when rows came last, or when the shard was first looked at; zero: neither has been
	flushes int       // that have brought some
}

// maxLateFlushes bounds the blocks of a stream that a query finds out of order.
const maxLateFlushes = 128

// came notes that a flush has brought rows.
func (l *lateness) came(now time.Time) {
	l.last = now
	l.flushes++
}

// isOver reports whether rows that came late are to be merged, given when the
// first of them came.
func (l *lateness) isOver(opened int64, now time.Time, o *Options) bool {
	waited, quiet := now.Sub(time.Unix(0, opened)), now.Sub(l.last)
	return quiet >= o.MergeAfter || waited >= o.MergeWithin || l.flushes >= maxLateFlushes ||
		waited < 0 || quiet < 0 // the clock was set back
}

// isWaiting reports whether late rows are not to be merged yet, as far as is known
// without opening the shard.
func (h *History) isWaiting(d *shard, now time.Time) bool {
	opened := d.openedAt()
	if opened == 0 {
		return false
	}
	if d.late.last.IsZero() {
		d.late.last = now // it is from before the process began
	}
	return !d.late.isOver(opened, now, &h.options)
}

// openedAt returns when the first rows came for the shard after it was sealed.
func (s *shard) openedAt() int64 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.opened
}

// putOpened writes that the shard is not sealed, and since when, if it was once.
func (s *shard) putOpened(tx *bbolt.Tx, opened int64) error {
	life := tx.Bucket(lifeBucket)
	if opened != 0 {
		if err := life.Put(lateKey, binary.BigEndian.AppendUint64(nil, uint64(opened))); err != nil {
			return err
		}
	}
	return life.Delete(sealedKey)
}
