package history

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"go.etcd.io/bbolt"

	"github.com/holdfast-edge/holdfast/store/bolt"
)

// A file has a size beyond which it cannot grow: it is mapped as a whole, and the
// address space of a small machine is small. At half of that it ends, at the second
// after its newest row, and what is newer goes into another:
//
//	18:00 ────────────────────────────── 24:00
//	18:00 ── 19:10 │ 19:10 ───────────── 24:00
//
// The rest of its room is for rows that come late.

// endIfFull ends a shard that is as large as it may become with what is in order,
// and reports whether it did.
func (h *History) endIfFull(d *shard) (bool, error) {
	if d.bytes() < int64(h.options.ShardBytes/2) {
		return false, nil
	}
	var end int64
	err := h.shards.use(d, func() (err error) {
		end = d.end()
		if !d.sealed {
			end, err = d.endOfRows()
		}
		return err
	})
	if err != nil || end >= d.end() {
		return false, err
	}
	if err := h.shards.shorten(d, end); err != nil {
		return false, err
	}
	h.options.Logger.Info("file of history ended early, since it is full", "file", d.path, "until", time.Unix(0, end).UTC())
	return true, nil
}

// endOfRows returns the whole second behind the newest row. The shard is open.
func (s *shard) endOfRows() (int64, error) {
	if !s.followed {
		newest, err := s.findNewest()
		if err != nil {
			return 0, err
		}
		s.newest, s.followed = max(s.newest, newest), true
	}
	if s.newest < s.start {
		return s.end(), nil
	}
	return s.start + (s.newest-s.start)/int64(time.Second)*int64(time.Second) + int64(time.Second), nil
}

// findNewest reads the heads of all blocks.
func (s *shard) findNewest() (int64, error) {
	newest := int64(math.MinInt64)
	for n := range s.streams {
		err := s.db.View(func(tx *bbolt.Tx) error {
			if e := s.extent(tx, uint32(n)); e.rows > 0 {
				newest = max(newest, e.to-1)
			}
			return nil
		})
		if err != nil {
			return 0, err
		}
		bolt.Unload(s.db) // a file of a gigabyte, once
	}
	return newest, nil
}

// shorten has a shard end earlier, no row of it being newer.
func (s *shards) shorten(d *shard, end int64) error {
	width := end - d.start
	shorter := &shard{
		path: shardPath(filepath.Dir(d.path), d.start, width), start: d.start, width: width,
		late: d.late, newest: d.newest, followed: d.followed,
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	d.mu.Lock()
	defer d.mu.Unlock()
	err := d.closeLocked()
	if err == nil {
		err = os.Rename(d.path, shorter.path)
	}
	if err != nil {
		return fmt.Errorf("end a full file of history: %w", err)
	}
	d.gone = true
	if i := slices.Index(s.all, d); i >= 0 {
		s.all[i] = shorter
	}
	s.open = slices.DeleteFunc(s.open, func(o *shard) bool { return o == d })
	return bolt.SyncDirectory(filepath.Dir(shorter.path))
}

// leaveUnsummed reports whether sums were not to be had for lack of room in their
// file, which no later attempt cures: queries read the rows, as long as those are kept.
func (h *History) leaveUnsummed(d *shard, err error) bool {
	if !bolt.IsFull(err) {
		return false
	}
	h.counters.unsummed.Add(1)
	h.options.Logger.Error("history not summed up, since the file of the sums is full", "file", d.path, "error", err)
	return true
}
