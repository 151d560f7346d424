package history

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"go.etcd.io/bbolt"

	"github.com/holdfast-edge/holdfast/tag"
)

// piece is what a tier has of a field in one source.
type piece struct {
	source slot
	blocks []rawBlock
}

// read copies what the source that covers a time has of a field. It reports
// false where there is no such source, or use refuses it. Source and buckets
// are read in one transaction: a source that is forgotten meanwhile was there,
// whole, when the query began.
func (t *tier) read(h *History, q BucketQuery, at int64, use func(slot) bool) (piece, bool, error) {
	for _, d := range t.at(at) {
		var found piece
		ok := false
		err := t.shards.use(d, func() error {
			h.swap.RLock()
			defer h.swap.RUnlock()
			return d.db.View(func(tx *bbolt.Tx) (err error) {
				found.source = sourceAt(tx, at)
				if ok = found.source.to > at && use(found.source); ok {
					err = d.copySums(tx, q, &found)
				}
				return err
			})
		})
		if ok || err != nil {
			return found, ok && err == nil, err
		}
	}
	return piece{}, false, nil
}

// copySums copies the parts of a field in the blocks of a source.
func (s *shard) copySums(tx *bbolt.Tx, q BucketQuery, found *piece) error {
	block := uint32((found.source.from - s.start) / int64(time.Second))
	wanted := Query{Stream: q.Stream, Fields: []string{q.Field}, From: minTime, To: maxTime}
	for _, n := range s.named[q.Stream] {
		value := tx.Bucket(blocksBucket).Get(blockKey(block, n))
		if value == nil {
			continue
		}
		var raw gathered
		if err := copyBlock(wanted, &s.streams[n], value, &raw); err != nil {
			return err
		}
		found.blocks = append(found.blocks, raw.blocks...)
	}
	return nil
}

// buckets expands a block and calls fn with its buckets.
func (b *rawBlock) buckets(u *unpacker, fn func(start int64, s *sums)) error {
	starts := make([]int64, b.rows)
	if err := b.times(u, starts); err != nil {
		return err
	}
	all := make([]sums, len(starts))
	r := bucketReader{all: all, integers: make([]int64, len(starts)), values: make([]tag.Value, len(starts))}
	for i := range b.parts {
		if p := &b.parts[i]; p.kind != timesPart {
			if err := r.part(u, p); err != nil {
				return err
			}
		}
	}
	for i := range all {
		if all[i].count == 0 {
			continue
		}
		fn(starts[i], all[i].completed(b))
	}
	return nil
}

// bucketReader enters the parts of a block in its buckets.
type bucketReader struct {
	all      []sums
	integers []int64
	values   []tag.Value
}

func (b *bucketReader) part(u *unpacker, p *rawPart) error {
	r, err := p.reader(u)
	if err != nil {
		return err
	}
	switch p.kind {
	case countPart, goodPart, numbersPart:
		r.Integers(b.integers)
		for i, n := range b.integers {
			b.all[i].setCount(p.kind, int(n))
		}
	default:
		r.Series(b.values)
		for i, v := range b.values {
			b.all[i].set(p.kind, v)
		}
	}
	if r.Err() != nil {
		return fmt.Errorf("%w: %w", errDamaged, r.Err())
	}
	return nil
}

func (s *sums) setCount(kind byte, n int) {
	switch kind {
	case countPart:
		s.count = n
	case goodPart:
		s.good = n
	case numbersPart:
		s.numbers = n
	}
}

// set enters what one part says.
func (s *sums) set(kind byte, v tag.Value) {
	f, _ := v.Float()
	switch kind {
	case lastPart:
		s.last = v
	case lowestPart:
		s.lowest = f
	case highestPart:
		s.highest = f
	case sumPart:
		s.sum = f
	}
}

// completed enters what a block leaves out, since it is the count.
func (s *sums) completed(b *rawBlock) *sums {
	if !b.has(goodPart) {
		s.good = s.count
	}
	if b.has(sumPart) && !b.has(numbersPart) {
		s.numbers = s.count
	}
	return s
}

func (b *rawBlock) has(kind byte) bool { return b.find(kind) != nil }

// sums decodes the buckets of a piece, in the order of time.
func (p piece) sums(u *unpacker) ([]started, error) {
	var all []started
	for i := range p.blocks {
		err := p.blocks[i].buckets(u, func(start int64, s *sums) { all = append(all, started{start, s}) })
		if err != nil {
			return nil, err
		}
	}
	if len(p.blocks) > 1 { // of streams of one name
		slices.SortStableFunc(all, func(a, b started) int { return cmp.Compare(a.start, b.start) })
	}
	return all, nil
}

// started is a bucket of a tier.
type started struct {
	start int64
	sums  *sums
}
