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
		if ctx.Err() != nil {
			return ctx.Err()
		}
		name, err := filepath.Rel(dir, d.path)
		if err != nil {
			return err
		}
		err = s.use(d, func() error {
			return bolt.Snapshot(d.db, func(size int64, content io.Reader) error { return use(filepath.ToSlash(name), size, content) })
		})
		if err != nil {
			return fmt.Errorf("back up %s: %w", name, err)
		}
	}
	return nil
}
