package history

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"

	"github.com/holdfast-edge/holdfast/store/bolt"
)

// sealAfter is how long after its end a shard is sealed, so that what comes a
// little late is in it.
const sealAfter = 15 * time.Minute

// sealNext seals one shard whose time is over and which is not sealed, or has
// had late rows since. One at a time leaves the goroutine free for the log.
func (h *History) sealNext(now time.Time) error {
	for _, d := range h.shards.list(minTime, now.Add(-sealAfter).UnixNano()) {
		if d.checked || d.end() > now.Add(-sealAfter).UnixNano() {
			continue
		}
		if h.isWaiting(d, now) { // before the file has to be opened
			continue
		}
		sealed, summed, err := h.standing(d)
		if err != nil {
			return err
		}
		if !sealed && h.isWaiting(d, now) {
			continue
		}
		if !sealed || !summed {
			return h.conclude(d)
		}
		d.checked = true
	}
	return nil
}

// standing reports whether a shard is sealed, and whether the tiers have it.
func (h *History) standing(d *shard) (sealed, summed bool, err error) {
	opened := false
	err = h.shards.use(d, func() error {
		opened, sealed = true, d.sealed
		return nil
	})
	if err != nil || !opened { // one that was put aside is done with
		return true, true, err
	}
	summed = true
	for _, t := range h.tiers {
		has, failed := t.has(d)
		summed, err = summed && has, errors.Join(err, failed)
	}
	return sealed, summed, err
}

// conclude seals a shard and sums it up, as far as that is to be done. Tiers
// have only shards that are sealed.
func (h *History) conclude(d *shard) error {
	sealed, summed, err := h.standing(d)
	if err == nil && !sealed {
		err = h.seal(d)
	}
	if err == nil && !summed {
		if err = h.sumUp(d); h.leaveUnsummed(d, err) {
			err = nil
		}
	}
	d.checked = err == nil
	return err
}

// seal ends a shard: as it is, where its blocks are long and in order, or with
// the streams put in order that are not, or rewritten. The new file takes the
// place of the old one when it is whole.
func (h *History) seal(d *shard) error {
	unnamed := d.path + newSuffix
	rewritten := false
	err := h.shards.use(d, func() error {
		order, err := d.survey()
		switch {
		case err != nil:
			return err
		case order.isTidy():
			return h.markSealed(d)
		case order.isMostlyTidy():
			return h.mend(d, order.untidy)
		}
		rewritten = true
		return h.rewrite(d, unnamed)
	})
	if err == nil && rewritten {
		err = d.replace(unnamed)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("seal %s: %w", filepath.Base(d.path), err), remove(unnamed))
	}
	d.late = lateness{}
	h.counters.sealed.Add(1)
	return nil
}

// mend puts the blocks of some streams in order, each in a transaction of its
// own, and leaves the others where they are.
func (h *History) mend(d *shard, untidy []uint32) error {
	for _, n := range untidy {
		if err := h.mendStream(d, n); err != nil {
			return err
		}
		bolt.Unload(d.db) // it is not needed soon
	}
	return h.markSealed(d)
}

func (h *History) markSealed(d *shard) error {
	err := h.update(d.db, func(tx *bbolt.Tx) error {
		life := tx.Bucket(lifeBucket)
		return errors.Join(life.Put(sealedKey, []byte{1}), life.Delete(lateKey))
	})
	if err == nil {
		h.swap.Lock()
		d.sealed, d.opened = true, 0
		h.swap.Unlock()
	}
	return err
}

// remove unlinks a file that may not be there.
func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// replace puts another file in the place of the shard's, once nobody reads it.
func (s *shard) replace(unnamed string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.closeLocked(); err != nil {
		return err
	}
	if err := os.Rename(unnamed, s.path); err != nil {
		return err
	}
	return bolt.SyncDirectory(filepath.Dir(s.path))
}

// rewrite makes a file with the rows of a shard in long blocks.
func (h *History) rewrite(d *shard, path string) error {
	if err := remove(path); err != nil {
		return err
	}
	file := h.shards.file()
	db, err := bolt.Open(path, file)
	if err != nil {
		return err
	}
	err = h.update(db, func(tx *bbolt.Tx) error {
		if err := beginShard(tx); err != nil {
			return err
		}
		if err := errors.Join(putApplied(tx, d.applied), d.copyAhead(tx)); err != nil {
			return err
		}
		return tx.Bucket(lifeBucket).Put(sealedKey, []byte{1})
	})
	for n := 0; n < len(d.streams) && err == nil; n++ {
		err = h.rewriteStream(d, db, uint32(n))
		bolt.Unload(d.db) // a file of hours, once
		bolt.Unload(db)
	}
	return errors.Join(err, db.Close())
}
