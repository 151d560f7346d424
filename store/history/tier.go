package history

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"go.etcd.io/bbolt"
)

// tier is a history summed up: for each field the buckets of a width, kept for
// longer than the rows are. Its files are shards whose blocks are buckets.
//
//	raw shard ──seal──▶ sealed ──sum up──▶ a source in each tier
//	    ▲                                    │
//	    └───────── late rows ────────────────┘ the source is forgotten first
//
// A source is what a tier has of one raw shard. While it is there, its buckets
// are those of the rows in that shard, neither more nor fewer; where it is not,
// queries use the rows. When the raw shard is removed, the source stays.
type tier struct {
	name   string
	width  int64 // of a bucket, nanoseconds
	keep   Retention
	shards *shards
}

// sourcesBucket, in the files of tiers, has the raw shards that they have
// summed up: start → width, nanoseconds.
var sourcesBucket = []byte("sources")

// How many raw shards the files of the tiers are wide.
const (
	minuteShards = 4
	hourShards   = 120
)

// openTiers lists the files of the tiers, the coarsest first.
func openTiers(o Options) ([]*tier, error) {
	tiers := []*tier{
		{name: "1h", width: int64(time.Hour), keep: o.Hours},
		{name: "1m", width: int64(time.Minute), keep: o.Minutes},
	}
	for i, wide := range []int64{hourShards, minuteShards} {
		own := o
		own.Dir, own.ShardWidth = filepath.Join(o.Dir, tiers[i].name), time.Duration(wide*int64(o.ShardWidth))
		if err := os.MkdirAll(own.Dir, 0o700); err != nil {
			return nil, fmt.Errorf("open tier: %w", err)
		}
		files, err := listShards(own)
		if err != nil {
			return nil, err
		}
		tiers[i].shards = files
	}
	return tiers, nil
}

// at returns the files that may have a source that covers a time: the one of
// that time, and the one before it, whose last source may reach into it.
func (t *tier) at(at int64) []*shard {
	t.shards.mu.Lock()
	defer t.shards.mu.Unlock()
	i, found := slices.BinarySearchFunc(t.shards.all, at, func(d *shard, at int64) int {
		switch {
		case d.start < at:
			return -1
		case d.start > at:
			return 1
		}
		return 0
	})
	if found {
		i++
	}
	files := slices.Clone(t.shards.all[max(i-2, 0):i])
	slices.Reverse(files)
	return files
}

// covering returns the source that covers a time, and its file.
func (t *tier) covering(at int64) (*shard, slot, error) {
	for _, d := range t.at(at) {
		var found slot
		err := t.shards.use(d, func() error {
			return d.db.View(func(tx *bbolt.Tx) error {
				found = sourceAt(tx, at)
				return nil
			})
		})
		if err != nil || found.to > at {
			return d, found, err
		}
	}
	return nil, slot{}, nil
}

// sourceAt returns the last source that begins at or before a time; the zero
// slot where none does.
func sourceAt(tx *bbolt.Tx, at int64) slot {
	sources := tx.Bucket(sourcesBucket)
	if sources == nil {
		return slot{}
	}
	c := sources.Cursor()
	k, v := c.Seek(timeKey(at))
	if k == nil {
		k, v = c.Last()
	} else if sourceSpan(k, v).from > at {
		k, v = c.Prev()
	}
	return sourceSpan(k, v)
}

func sourceSpan(k, v []byte) slot {
	if len(k) != 8 || len(v) != 8 {
		return slot{}
	}
	from := int64(binary.BigEndian.Uint64(k) ^ 1<<63)
	return slot{from, from + int64(binary.BigEndian.Uint64(v))}
}

// timeKey orders times as keys, those before 1970, too.
func timeKey(at int64) []byte {
	return binary.BigEndian.AppendUint64(nil, uint64(at)^1<<63)
}

// next returns the time at which the first source behind a time begins, at
// most limit.
func (t *tier) next(at, limit int64) (int64, error) {
	for _, d := range t.shards.list(at, limit) {
		found := limit
		err := t.shards.use(d, func() error {
			return d.db.View(func(tx *bbolt.Tx) error {
				if sources := tx.Bucket(sourcesBucket); sources != nil {
					if k, v := sources.Cursor().Seek(timeKey(at + 1)); k != nil {
						found = min(limit, sourceSpan(k, v).from)
					}
				}
				return nil
			})
		})
		if err != nil || found < limit {
			return found, err
		}
	}
	return limit, nil
}

// has reports whether the tier has a raw shard summed up.
func (t *tier) has(d *shard) (bool, error) {
	_, source, err := t.covering(d.start)
	return source == slot{d.start, d.end()}, err
}

// forget takes a raw shard out of the tiers, before rows are added to it.
func (h *History) forget(d *shard) error {
	for _, t := range h.tiers {
		file, source, err := t.covering(d.start)
		if err != nil {
			return err
		}
		if source.from != d.start || source.to <= d.start {
			continue
		}
		err = t.shards.use(file, func() error {
			return h.update(file.db, func(tx *bbolt.Tx) error { return tx.Bucket(sourcesBucket).Delete(timeKey(d.start)) })
		})
		if err != nil {
			return fmt.Errorf("forget sums: %w", err)
		}
	}
	return nil
}

// summed returns the stretch around a time that has only sums any more: its
// rows were removed by the retention.
func (h *History) summed(at int64) (slot, error) {
	for _, t := range h.tiers {
		_, source, err := t.covering(at)
		if err != nil || source.to > at {
			return source, err
		}
	}
	return slot{}, nil
}

// free returns the bounds that a new raw shard for a time must keep: it
// overlaps no source.
func (h *History) free(at int64) (bounds slot, err error) {
	bounds = slot{minTime, maxTime}
	for _, t := range h.tiers {
		for _, d := range t.at(at) {
			err := t.shards.use(d, func() error {
				return d.db.View(func(tx *bbolt.Tx) error {
					if before := sourceAt(tx, at); before.to > before.from {
						bounds.from = max(bounds.from, before.to)
					}
					return nil
				})
			})
			if err != nil {
				return bounds, err
			}
		}
		next, err := t.next(at, at+2*int64(h.options.ShardWidth))
		if err != nil {
			return bounds, err
		}
		if next < at+2*int64(h.options.ShardWidth) {
			bounds.to = min(bounds.to, next)
		}
	}
	return bounds, nil
}

func closeTiers(tiers []*tier) error {
	var failed error
	for _, t := range tiers {
		failed = errors.Join(failed, t.shards.close())
	}
	return failed
}
