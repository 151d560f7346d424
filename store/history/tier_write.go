package history

import (
	"encoding/binary"
	"fmt"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"

	"github.com/holdfast-edge/holdfast/store/codec"
	"github.com/holdfast-edge/holdfast/tag"
)

// The parts of a block of buckets, by field, beside timesPart. Those of numbers
// are there where the field has any; goodPart and numbersPart where they differ
// from countPart.
const (
	countPart   = 3
	goodPart    = 4
	lastPart    = 5
	numbersPart = 6
	lowestPart  = 7
	highestPart = 8
	sumPart     = 9
)

// sumChunk is about how many octets of buckets one transaction brings.
const sumChunk = 1 << 20

// sumUp enters a sealed raw shard in each tier. The source is written last:
// until then, queries use the rows.
func (h *History) sumUp(d *shard) error {
	for _, t := range h.tiers {
		file, err := t.shards.need(d.start, slot{minTime, maxTime})
		if err == nil {
			err = t.shards.use(file, func() error {
				return h.shards.use(d, func() error { return h.sumInto(t, file, d) })
			})
		}
		if err != nil {
			return fmt.Errorf("sum up %s at %s: %w", filepath.Base(d.path), t.name, err)
		}
	}
	h.counters.summed.Add(1)
	return nil
}

func (h *History) sumInto(t *tier, file, d *shard) error {
	s := &summing{history: h, tier: t, file: file, raw: d, block: uint32((d.start - file.start) / int64(time.Second))}
	for n := range d.streams {
		if err := s.stream(uint32(n)); err != nil {
			return err
		}
		if s.octets >= sumChunk {
			if err := s.commit(nil); err != nil {
				return err
			}
		}
	}
	return s.commit(func(tx *bbolt.Tx) error {
		sources, err := tx.CreateBucketIfNotExists(sourcesBucket)
		if err != nil {
			return err
		}
		return sources.Put(timeKey(d.start), binary.BigEndian.AppendUint64(nil, uint64(d.width)))
	})
}

// summing is the work on one raw shard for one tier.
type summing struct {
	history   *History
	tier      *tier
	file, raw *shard
	block     uint32 // number of the blocks in the file

	blocks []plannedBlock // not yet committed
	fresh  map[uint32]bool
	octets int

	// Of the stream in hand, by bucket.
	starts []int64
	sums   []sums
	column []tag.Value
}

// stream makes the block of one stream.
func (s *summing) stream(n uint32) error {
	slots, _, err := s.raw.evenSlots(n)
	if err != nil {
		return err
	}
	s.starts = s.starts[:0]
	known := s.raw.streams[n]
	numbers, number := s.enter(known)
	var b *blockBuilder
	for i, f := range known.fields {
		if err := s.field(n, f, slots); err != nil {
			return err
		}
		if len(s.starts) == 0 {
			return nil
		}
		if b == nil {
			b = newBlock(s.history.sealer, s.starts)
		}
		s.append(b, numbers[i].number)
	}
	if b == nil {
		return nil
	}
	block := b.build()
	s.blocks = append(s.blocks, plannedBlock{stream: number, block: block})
	s.octets += len(block)
	return nil
}

// enter finds or makes the numbers of a stream and its fields in the file.
func (s *summing) enter(known shardStream) ([]fieldNumber, uint32) {
	s.history.swap.Lock()
	defer s.history.swap.Unlock()
	number := s.file.number(known.id, known.name)
	if s.fresh == nil {
		s.fresh = map[uint32]bool{}
	}
	s.fresh[number] = true
	return s.file.fieldNumbers(number, known.fields), number
}

// field sums a field up. The buckets are those of the rows of its stream.
func (s *summing) field(n uint32, f tag.Field, slots []slot) error {
	s.sums = s.sums[:0]
	for _, part := range slots {
		c, err := s.history.column(s.raw, n, f, part)
		if err != nil {
			return err
		}
		for i, at := range c.Times {
			start := floor(at, s.tier.width)
			for len(s.sums) == 0 || s.starts[len(s.sums)-1] != start {
				if len(s.sums) == len(s.starts) {
					s.starts = append(s.starts, start)
				}
				s.sums = append(s.sums, sums{})
			}
			if v := c.Values[0][i]; v.Kind() != tag.Absent {
				s.sums[len(s.sums)-1].add(v)
			}
		}
	}
	return nil
}

// append adds the sums of a field to a block.
func (s *summing) append(b *blockBuilder, field uint32) {
	count, good, numbers := 0, 0, 0
	for i := range s.sums {
		count += s.sums[i].count
		good += s.sums[i].good
		numbers += s.sums[i].numbers
	}
	if count == 0 {
		return
	}
	s.part(b, countPart, field, func(v *sums) tag.Value { return tag.IntOf(int64(v.count)) })
	s.part(b, lastPart, field, func(v *sums) tag.Value { return v.last })
	if good != count {
		s.part(b, goodPart, field, func(v *sums) tag.Value { return tag.IntOf(int64(v.good)) })
	}
	if numbers == 0 {
		return
	}
	if numbers != count {
		s.part(b, numbersPart, field, func(v *sums) tag.Value { return tag.IntOf(int64(v.numbers)) })
	}
	s.part(b, lowestPart, field, func(v *sums) tag.Value { return tag.FloatOf(v.lowest) })
	s.part(b, highestPart, field, func(v *sums) tag.Value { return tag.FloatOf(v.highest) })
	s.part(b, sumPart, field, func(v *sums) tag.Value { return tag.FloatOf(v.total()) })
}

func (s *summing) part(b *blockBuilder, kind byte, field uint32, of func(*sums) tag.Value) {
	s.column = s.column[:0]
	for i := range s.sums {
		s.column = append(s.column, of(&s.sums[i]))
	}
	b.add(kind, field, codec.AppendColumn(b.raw[:0], s.column))
}

// commit writes what is ready, and what a caller adds.
func (s *summing) commit(also func(*bbolt.Tx) error) error {
	err := s.history.update(s.file.db, func(tx *bbolt.Tx) error {
		if err := s.file.putStreams(tx, s.fresh); err != nil {
			return err
		}
		if err := putBlocks(tx, s.block, s.blocks); err != nil {
			return err
		}
		if also == nil {
			return nil
		}
		return also(tx)
	})
	if err != nil {
		return err
	}
	s.history.counters.octets.Add(int64(s.octets))
	s.blocks, s.fresh, s.octets = nil, nil, 0
	return nil
}
