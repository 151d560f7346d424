package history

import (
	"context"
	"fmt"
	"io"
	"math"
	"path/filepath"

	"github.com/holdfast-edge/holdfast/store/bolt"
)

// Backup hands every file of the history to use, with its name below the
// history's directory and its size in octets, for another box to begin with. Each
// is consistent by itself. What has not been flushed is in none of them.
func (h *History) Backup(ctx context.Context, use func(name string, size int64, content io.Reader) error) error {
	if err := h.shards.backup(ctx, h.options.Dir, use); err != nil {
		return err
	}
	for _, t := range h.tiers {
		if err := t.shards.backup(ctx, h.options.Dir, use); err != nil {
			return err
		}
	}
	return nil
}

func (s *shards) backup(ctx context.Context, dir string, use func(string, int64, io.Reader) error) error {
	for _, d := range s.list(math.MinInt64, math.MaxInt64) {
		if err := s.backupNamed(ctx, d, dir, use); err != nil {
			return err
		}
	}
	return nil
}

// backupNamed copies a shard, by whatever name it has when its turn comes. One that
// was removed meanwhile is left out.
func (s *shards) backupNamed(ctx context.Context, d *shard, dir string, use func(string, int64, io.Reader) error) error {
	for {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		copied, err := s.backupFile(d, dir, use)
		if err != nil {
			return fmt.Errorf("back up %s: %w", filepath.Base(d.path), err)
		}
		now := s.at(d.start)
		if copied || now == nil || now == d || now.start != d.start {
			return nil
		}
		d = now
	}
}

// backupFile reports whether the file was there.
func (s *shards) backupFile(d *shard, dir string, use func(string, int64, io.Reader) error) (copied bool, err error) {
	name, err := filepath.Rel(dir, d.path)
	if err != nil {
		return false, err
	}
	err = s.use(d, func() error {
		copied = true
		return bolt.Snapshot(d.db, func(size int64, content io.Reader) error { return use(filepath.ToSlash(name), size, content) })
	})
	return copied, err
}
