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
	"github.com/holdfast-edge/holdfast/tag"
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
		sealed, summed, err := h.standing(d)
		if err != nil {
			return err
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
		err = h.sumUp(d)
	}
	d.checked = err == nil
	return err
}

// seal rewrites a shard with long blocks. The new file takes the place of the
// old one when it is whole.
func (h *History) seal(d *shard) error {
	unnamed := d.path + newSuffix
	err := h.shards.use(d, func() error { return h.rewrite(d, unnamed) })
	if err == nil {
		err = d.replace(unnamed)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("seal %s: %w", filepath.Base(d.path), err), remove(unnamed))
	}
	h.counters.sealed.Add(1)
	return nil
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
		if err := putApplied(tx, d.applied); err != nil {
			return err
		}
		return tx.Bucket(lifeBucket).Put(sealedKey, []byte{1})
	})
	for n := 0; n < len(d.streams) && err == nil; n++ {
		err = h.rewriteStream(d, db, uint32(n))
	}
	return errors.Join(err, db.Close())
}

// rewriteStream copies one stream, as many rows at a time as make a block.
func (h *History) rewriteStream(d *shard, db *bbolt.DB, n uint32) error {
	slots, _, err := d.evenSlots(n)
	if err != nil {
		return err
	}
	var blocks []plannedBlock
	for _, s := range slots {
		block, err := h.longBlock(d, n, s)
		if err != nil {
			return err
		}
		if block != nil {
			blocks = append(blocks, plannedBlock{stream: n, index: uint32(len(blocks)), block: block})
		}
	}
	return h.update(db, func(tx *bbolt.Tx) error {
		key, value, err := d.row(n)
		if err != nil {
			return err
		}
		return errors.Join(tx.Bucket(streamsBucket).Put(key, value), putBlocks(tx, 1, blocks))
	})
}

// evenSlots divides the time of the rows of a stream so that each part has
// about as many as make a block, and returns how many rows there are.
func (s *shard) evenSlots(n uint32) (slots []slot, rows int, err error) {
	from, to := int64(maxTime), int64(minTime)
	err = s.db.View(func(tx *bbolt.Tx) error {
		blocks := tx.Bucket(blocksBucket)
		for b := uint32(1); b <= s.blocks; b++ {
			value := blocks.Get(blockKey(b, n))
			if value == nil {
				continue
			}
			if h, _, err := splitBlock(value); err == nil {
				rows += h.rows
				from, to = min(from, h.min), max(to, h.max)
			}
		}
		return nil
	})
	if err != nil || rows == 0 {
		return nil, 0, err
	}
	parts := int64((rows + maxBlockRows - 1) / maxBlockRows)
	step := (to-from)/parts + 1
	slots = make([]slot, parts)
	for i := range slots {
		slots[i] = slot{from + int64(i)*step, from + int64(i+1)*step}
	}
	return slots, rows, nil
}

// longBlock makes a block of the rows of a stream in a slot, a field at a time,
// so that few values are in memory. It returns nil where there are none.
func (h *History) longBlock(d *shard, n uint32, s slot) ([]byte, error) {
	var b *blockBuilder
	for number, f := range d.streams[n].fields {
		c, err := h.column(d, n, f, s)
		if err != nil {
			return nil, err
		}
		if len(c.Times) == 0 {
			return nil, nil
		}
		if b == nil {
			b = newBlock(h.sealer, c.Times)
		}
		b.column(uint32(number), c.Values[0])
		if c.Stamps[0] != nil {
			b.stamps(uint32(number), c.Times, c.Stamps[0])
		}
	}
	if b == nil {
		return nil, nil
	}
	return b.build(), nil
}

// column reads one field of a slot of a shard, all rows of the stream.
func (h *History) column(d *shard, n uint32, f tag.Field, s slot) (Chunk, error) {
	q := Query{Stream: d.streams[n].name, Fields: []string{f.Name}, From: s.from, To: s.to}
	var found gathered
	err := d.db.View(func(tx *bbolt.Tx) error {
		d.copyStream(tx, n, q, &found)
		return nil
	})
	if err != nil {
		return Chunk{}, err
	}
	g := newGathering(q)
	for _, b := range found.blocks {
		if err := g.addBlock(h.unpacker, b); err != nil {
			found.damaged = append(found.damaged, err)
		}
	}
	h.counters.damaged.Add(int64(len(found.damaged)))
	return g.chunk(), nil
}
