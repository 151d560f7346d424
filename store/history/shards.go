package history

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/holdfast-edge/holdfast/store/bolt"
	"github.com/holdfast-edge/holdfast/store/codec"
)

// openShards is how many shards are mapped at a time.
const openShards = 6

// shards is the files of a history in the order of their time.
type shards struct {
	options Options

	mu      sync.Mutex
	all     []*shard
	open    []*shard // least recently used first
	damaged int      // put aside in this life
}

func listShards(o Options) (*shards, error) {
	s := &shards{options: o}
	entries, err := os.ReadDir(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("list shards: %w", err)
	}
	for _, e := range entries {
		if start, width, ok := shardSpan(e.Name()); ok {
			s.all = append(s.all, &shard{path: filepath.Join(o.Dir, e.Name()), start: start, width: width})
		}
	}
	slices.SortFunc(s.all, func(a, b *shard) int { return cmp.Compare(a.start, b.start) })
	return s, nil
}

// file is how shards are opened: mapped with room to grow, so that a query
// never holds up a commit.
func (s *shards) file() bolt.File {
	return bolt.File{MaxBytes: s.options.ShardBytes, Growth: 64 << 10, OpenFile: s.options.OpenFile}
}

// at returns the shard that has a time, or nil.
func (s *shards) at(t int64) *shard {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.atLocked(t)
}

func (s *shards) atLocked(t int64) *shard {
	i, found := slices.BinarySearchFunc(s.all, t, func(d *shard, t int64) int { return cmp.Compare(d.start, t) })
	if !found {
		i--
	}
	if i < 0 || t >= s.all[i].end() {
		return nil
	}
	return s.all[i]
}

// need returns the shard for a time, and makes it where there is none, within
// bounds.
func (s *shards) need(t int64, bounds slot) (*shard, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if d := s.atLocked(t); d != nil {
		return d, nil
	}
	start, width := s.place(t, bounds)
	d := &shard{path: shardPath(s.options.Dir, start, width), start: start, width: width, newest: minTime, followed: true}
	if err := createShard(d.path, s.file()); err != nil {
		return nil, fmt.Errorf("make shard: %w", err)
	}
	s.all = append(s.all, d)
	slices.SortFunc(s.all, func(a, b *shard) int { return cmp.Compare(a.start, b.start) })
	return d, nil
}

// place returns where a new shard for a time begins and how wide it is: it
// overlaps no other, and keeps the bounds.
func (s *shards) place(t int64, bounds slot) (start, width int64) {
	width = int64(s.options.ShardWidth)
	begin := floor(t, width)
	end := min(begin+width, bounds.to)
	start = max(begin, bounds.from)
	for _, d := range s.all { // one of another width may reach into it
		if d.start <= t && d.end() > start {
			start = d.end()
		}
	}
	for _, later := range s.all {
		if later.start > start {
			end = min(end, later.start)
		}
	}
	return start, end - start
}

// floor returns the last multiple of width at or before t.
func floor(t, width int64) int64 {
	f := t - t%width
	if f > t {
		f -= width
	}
	return f
}

// list returns the shards that have times from from up to but not including to.
func (s *shards) list(from, to int64) []*shard {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []*shard
	for _, d := range s.all {
		if d.start < to && d.end() > from {
			found = append(found, d)
		}
	}
	return found
}

// use opens a shard and calls fn while it stays open. One that is damaged, or of
// another format, is put aside, and fn is not called; nor is it where the shard
// is gone. One that was closed for another one meanwhile is opened again.
func (s *shards) use(d *shard, fn func() error) error {
	for {
		err := d.ready(s.file())
		if isDamage(err) || errors.Is(err, errForeign) {
			return s.quarantine(d, err)
		}
		if err != nil {
			return err
		}
		if err := s.touch(d); err != nil {
			return err
		}
		if called, err := d.during(fn); called || err != nil {
			return err
		}
	}
}

// ready opens the file, unless it is gone.
func (s *shard) ready(file bolt.File) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.gone {
		return nil
	}
	return s.open(file)
}

// during calls fn while the file stays open, and reports whether there was
// nothing more to do for that: it was called, or the shard is gone.
func (s *shard) during(fn func() error) (done bool, err error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.gone {
		return true, nil
	}
	if s.db == nil {
		return false, nil
	}
	return true, fn()
}

func isDamage(err error) bool {
	return errors.Is(err, bolt.ErrCorrupt) || errors.Is(err, errDamaged) || errors.Is(err, codec.ErrCorrupt)
}

// touch makes a shard the most recently used and closes those beyond the limit.
func (s *shards) touch(used *shard) error {
	s.mu.Lock()
	s.open = append(slices.DeleteFunc(s.open, func(d *shard) bool { return d == used }), used)
	var surplus []*shard
	if n := len(s.open) - openShards; n > 0 {
		surplus = slices.Clone(s.open[:n])
		s.open = slices.Delete(s.open, 0, n)
	}
	s.mu.Unlock()
	var failed error
	for _, d := range surplus {
		failed = errors.Join(failed, d.close())
	}
	return failed
}

// drop takes a shard off the list, closes it, and keeps it from being opened
// again. It reports false where somebody else was first.
func (s *shards) drop(gone *shard) (bool, error) {
	same := func(d *shard) bool { return d == gone }
	s.mu.Lock()
	s.all = slices.DeleteFunc(s.all, same)
	s.open = slices.DeleteFunc(s.open, same)
	s.mu.Unlock()
	return gone.retire()
}

// quarantine puts a damaged shard out of the way. What it had is missing from
// then on.
func (s *shards) quarantine(bad *shard, reason error) error {
	isFirst, err := s.drop(bad)
	if !isFirst {
		return err
	}
	s.mu.Lock()
	s.damaged++
	s.mu.Unlock()
	s.options.Logger.Error("shard quarantined", "file", bad.path+damagedSuffix, "error", reason)
	if err := errors.Join(err, os.Rename(bad.path, bad.path+damagedSuffix)); err != nil {
		return fmt.Errorf("quarantine shard: %w", err)
	}
	return bolt.SyncDirectory(filepath.Dir(bad.path))
}

// remove unlinks a shard.
func (s *shards) remove(old *shard) error {
	_, err := s.drop(old)
	if err := errors.Join(err, remove(old.path)); err != nil {
		return fmt.Errorf("remove shard: %w", err)
	}
	return bolt.SyncDirectory(filepath.Dir(old.path))
}

// bytes returns the size of the file.
func (s *shard) bytes() int64 {
	info, err := os.Stat(s.path)
	if err != nil {
		return 0
	}
	return info.Size()
}

func (s *shards) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var failed error
	for _, d := range s.all {
		failed = errors.Join(failed, d.close())
	}
	return failed
}

// quarantined returns how many shards were put aside in this life.
func (s *shards) quarantined() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.damaged
}
