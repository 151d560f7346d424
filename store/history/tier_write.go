package history

import (
	"encoding/binary"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"

	"github.com/holdfast-edge/holdfast/store/bolt"
)

// sumChunk is about how many octets of buckets one transaction brings.
const sumChunk = 1 << 20

// sumUp enters a sealed raw shard in the tiers, all in one pass over its rows.
// The source is written last: until then, queries use the rows.
func (h *History) sumUp(d *shard) error {
	files := make([]*tierFile, len(h.tiers))
	for i, t := range h.tiers {
		file, err := t.shards.need(d.start, slot{minTime, maxTime})
		if err != nil {
			return fmt.Errorf("sum up %s at %s: %w", filepath.Base(d.path), t.name, err)
		}
		files[i] = &tierFile{tier: t, file: file, block: uint32((d.start - file.start) / int64(time.Second))}
	}
	err := h.shards.use(d, func() error { return h.sumInto(files, d) })
	if err != nil {
		return fmt.Errorf("sum up %s: %w", filepath.Base(d.path), err)
	}
	h.counters.summed.Add(1)
	return nil
}

func (h *History) sumInto(files []*tierFile, d *shard) error {
	for n := range d.streams {
		if err := h.sumStream(files, d, uint32(n)); err != nil {
			return err
		}
		bolt.Unload(d.db)
		for _, f := range files {
			if f.octets < sumChunk {
				continue
			}
			if err := h.commit(f, nil); err != nil {
				return err
			}
		}
	}
	return h.putSources(files, d)
}

// sumStream sums up the rows of one stream, which are in order: the shard is
// sealed.
func (h *History) sumStream(files []*tierFile, d *shard, n uint32) error {
	known := d.streams[n]
	s := newSumming(h.tiers, len(known.fields))
	err := d.db.View(func(tx *bbolt.Tx) error {
		for block := range d.blocksOf(tx, n) {
			if err := s.add(h.unpacker, block); err != nil {
				h.skipped(known.name, err)
			}
		}
		s.end()
		return nil
	})
	if err != nil || len(s.tiers[0].starts) == 0 {
		return err
	}
	for i, f := range files {
		err = errors.Join(err, f.tier.shards.use(f.file, func() error {
			number, numbers := h.enter(f.file, known.id, known.name, known.fields)
			f.plan(number, s.tiers[i].block(h.packer, numbers))
			return nil
		}))
	}
	return err
}

// putSources commits what is left, and that the tiers have the shard.
func (h *History) putSources(files []*tierFile, d *shard) error {
	for _, f := range files {
		err := h.commit(f, func(tx *bbolt.Tx) error {
			sources, err := tx.CreateBucketIfNotExists(sourcesBucket)
			if err != nil {
				return err
			}
			return sources.Put(timeKey(d.start), binary.BigEndian.AppendUint64(nil, uint64(d.width)))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// tierFile is the work on one raw shard for one tier.
type tierFile struct {
	tier   *tier
	file   *shard
	block  uint32         // number of the blocks in the file
	blocks []plannedBlock // not yet committed
	fresh  map[uint32]bool
	octets int
}

// plan takes the block of a stream, to be committed.
func (f *tierFile) plan(number uint32, block []byte) {
	if f.fresh == nil {
		f.fresh = map[uint32]bool{}
	}
	f.fresh[number] = true
	f.blocks = append(f.blocks, plannedBlock{stream: number, block: block})
	f.octets += len(block)
}

// commit writes what is ready, and what a caller adds.
func (h *History) commit(f *tierFile, also func(*bbolt.Tx) error) error {
	err := f.tier.shards.use(f.file, func() error {
		return h.update(f.file.db, func(tx *bbolt.Tx) error {
			if err := f.file.putStreams(tx, f.fresh); err != nil {
				return err
			}
			if err := putBlocks(tx, f.block, f.blocks); err != nil {
				return err
			}
			if also == nil {
				return nil
			}
			return also(tx)
		})
	})
	if err != nil {
		return fmt.Errorf("write sums of %s: %w", f.tier.name, err)
	}
	h.counters.octets.Add(int64(f.octets))
	f.blocks, f.fresh, f.octets = nil, nil, 0
	return nil
}
