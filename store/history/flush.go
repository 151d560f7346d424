package history

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"go.etcd.io/bbolt"

	"github.com/holdfast-edge/holdfast/store/bolt"
	"github.com/holdfast-edge/holdfast/tag"
)

// maxBlockRows bounds the rows of a block, so that a query for a minute does
// not read a day.
const maxBlockRows = 8192

// plan is what a flush brings to one shard. All streams of a large plant at once
// would take several times what they take while they wait, so that it is carried
// out in portions, each of some streams and a commit of its own.
type plan struct {
	shard *shard
	tails []*tail // that have rows for it, and are not written yet
	base  uint32  // number of the last block before it

	// Of the portion in hand.
	blocks []plannedBlock
	octets int
	newest int64           // time of its newest row
	fresh  map[uint32]bool // streams whose row in the shard is to be written
}

// portionOctets is how much of blocks a portion has, or a little more.
const portionOctets = 2 << 20

// plannedBlock is a block ready to be put.
type plannedBlock struct {
	stream uint32
	index  uint32 // among the blocks of the stream in this plan
	block  []byte
}

// flush writes all that waits and forgets it. What fails waits on; what was
// written before is not written again.
func (h *History) flush() error {
	if err := h.loadQuarantine(); err != nil {
		return fmt.Errorf("open quarantine: %w", err)
	}
	if h.quarantine.spent { // its file is not to be written to any more
		return h.endRelease()
	}
	if err := h.writeQuarantine(); err != nil {
		return fmt.Errorf("write quarantine: %w", err)
	}
	return h.flushShards()
}

// flushShards writes the rows that wait, a shard at a time.
func (h *History) flushShards() error {
	for {
		p, err := h.nextPlan()
		if err != nil || p == nil {
			return err
		}
		err = h.shards.use(p.shard, func() error { return h.carryOut(p) })
		if bolt.IsFull(err) {
			h.giveUp(p, err)
		} else if err != nil {
			return fmt.Errorf("flush history: %w", err)
		}
	}
}

// giveUp drops the rows of a plan, whose file is full: the others are not to wait
// for them for ever.
func (h *History) giveUp(p *plan, reason error) {
	h.swap.Lock()
	defer h.swap.Unlock()
	rows := 0
	for _, t := range p.tails {
		rows += h.drop(t, p.shard.span())
	}
	h.counters.overflow.Add(int64(rows))
	h.options.Logger.Error("rows of history are lost: they came late, and the file of their time is full",
		"file", p.shard.path, "rows", rows, "bytes", h.options.ShardBytes, "error", reason)
}

// nextPlan takes the rows for the shard of the first row that waits, or
// returns nil where none does.
func (h *History) nextPlan() (*plan, error) {
	for _, t := range h.tails {
		for at, ok := t.first(); ok; at, ok = t.first() {
			d, err := h.shardFor(at)
			if err != nil {
				return nil, err
			}
			if d == nil {
				continue
			}
			if ended, err := h.endIfFull(d); err != nil {
				return nil, err
			} else if !ended {
				return h.planFor(d), nil
			}
		}
	}
	return nil, nil
}

func (h *History) planFor(d *shard) *plan {
	p := &plan{shard: d}
	for _, t := range h.tails {
		if t.has(d.span()) {
			p.tails = append(p.tails, t)
		}
	}
	return p
}

// shardFor returns the shard for a time. Where there are only sums any more,
// there is none, and the rows that wait for that time are dropped as late.
func (h *History) shardFor(at int64) (*shard, error) {
	if d := h.shards.at(at); d != nil {
		return d, nil
	}
	gone, err := h.summed(at)
	if err != nil {
		return nil, err
	}
	if gone.to > at {
		h.swap.Lock()
		defer h.swap.Unlock()
		for _, t := range h.tails {
			h.counters.late.Add(int64(h.drop(t, gone)))
		}
		return nil, nil
	}
	bounds, err := h.free(at)
	if err != nil {
		return nil, err
	}
	return h.shards.need(at, bounds)
}

// carryOut encodes and commits a plan, a portion at a time. The shard is open.
func (h *History) carryOut(p *plan) error {
	if p.shard.sealed {
		if err := h.forget(p.shard); err != nil {
			return err
		}
	}
	p.shard.sortTails(p.tails)
	p.base = p.shard.blocks
	for len(p.tails) > 0 {
		if err := h.carryOutNext(p); err != nil {
			return err
		}
	}
	return nil
}

// carryOutNext encodes and commits a portion. Its rows are out of memory then.
func (h *History) carryOutNext(p *plan) error {
	n := 0
	p.blocks, p.octets, p.newest, p.fresh = p.blocks[:0], 0, minTime, map[uint32]bool{}
	for ; n < len(p.tails) && p.octets < portionOctets; n++ {
		h.encode(p, p.tails[n], p.shard.span())
	}
	h.swap.Lock()
	defer h.swap.Unlock()
	if err := h.put(p, n == len(p.tails)); err != nil {
		return err
	}
	for _, t := range p.tails[:n] {
		h.drop(t, p.shard.span())
	}
	p.tails = p.tails[n:]
	clear(p.blocks)
	return nil
}

// sortTails puts tails in the order of their blocks in the shard, so that those of a
// portion follow those of the one before.
func (s *shard) sortTails(tails []*tail) {
	number := func(t *tail) uint32 {
		if n, known := s.numbers[t.id]; known {
			return n
		}
		return math.MaxUint32 // it gets the next one
	}
	slices.SortFunc(tails, func(a, b *tail) int { return cmp.Compare(number(a), number(b)) })
}

// drop takes the rows of a slot out of a tail, and returns how many they are.
// The caller holds swap.
func (h *History) drop(t *tail, gone slot) int {
	rows, values, octets := t.without(gone)
	h.waiting -= values
	h.octets -= octets
	return rows
}

// encode adds blocks of the rows of a stream in a slot to the plan.
func (h *History) encode(p *plan, t *tail, span slot) {
	index := uint32(0)
	for _, s := range t.sheets {
		if s = s.notIn(p.shard, t.id, span); s == nil {
			continue
		}
		n, numbers := h.enter(p.shard, t.id, t.name, s.fields)
		p.fresh[n] = true
		block := s.block(h.packer, numbers)
		p.blocks = append(p.blocks, plannedBlock{stream: n, index: index, block: block})
		p.octets += len(block)
		p.newest = max(p.newest, s.max)
		index++
	}
}

// notIn returns the rows in a slot that a shard does not have yet, by time; nil
// where there are none. A log delivers again what it did not know to be written.
func (s *sheet) notIn(d *shard, stream tag.StreamID, span slot) *sheet {
	applied, has := d.appliedOf(stream, s.incarnation)
	switch {
	case !s.meets(span):
		return nil
	case s.isWithin(span) && !s.unordered && !(has && s.first <= applied):
		return s
	}
	order := s.where(func(at int64, position uint64) bool {
		return span.has(at) && !(has && position <= applied)
	})
	if len(order) == 0 {
		return nil
	}
	return s.pick(order)
}

// enter finds or makes the numbers of a stream and its fields in a shard.
func (h *History) enter(d *shard, id tag.StreamID, name string, fields []tag.Field) (uint32, []uint32) {
	h.swap.Lock()
	defer h.swap.Unlock()
	n := d.number(id, name)
	known := &d.streams[n]
	if len(known.fields) == 0 {
		known.fields = fields // shared, until one is added
	}
	numbers := make([]uint32, len(fields))
	for i, f := range fields {
		numbers[i] = known.field(f)
	}
	return n, numbers
}

// put commits the blocks of a portion, the tables they need, and what the shard has
// applied: of the streams of the portion, or with the last one as a whole.
func (h *History) put(p *plan, last bool) error {
	d := p.shard
	applied := d.applied
	if last {
		applied = d.appliedWith(h.applied)
	}
	opened := d.opened
	if d.sealed {
		opened = h.options.Now().UnixNano()
	}
	err := h.update(d.db, func(tx *bbolt.Tx) error {
		if err := d.putStreams(tx, p.fresh); err != nil {
			return err
		}
		if err := putBlocks(tx, p.base+1, p.blocks); err != nil {
			return err
		}
		if err := d.putOpened(tx, opened); err != nil {
			return err
		}
		if !last {
			return putAhead(tx, p.fresh, h.applied)
		}
		return errors.Join(d.dropAhead(tx), putApplied(tx, applied))
	})
	if err != nil {
		return err
	}
	d.sealed, d.checked, d.opened = false, false, opened
	d.applied, d.newest = applied, max(d.newest, p.newest)
	d.noteAhead(p.fresh, h.applied, last)
	for _, b := range p.blocks {
		h.counters.octets.Add(int64(len(b.block)))
		d.blocks = max(d.blocks, p.base+b.index+1)
	}
	if last {
		d.late.came(h.options.Now())
	}
	return nil
}

// update runs a transaction and counts what it writes.
func (h *History) update(db *bbolt.DB, fn func(*bbolt.Tx) error) error {
	var done *bbolt.Tx
	err := db.Update(func(tx *bbolt.Tx) error {
		done = tx
		return fn(tx)
	})
	if err == nil {
		h.counters.written.Add(bolt.Written(done))
	}
	return err
}

func (s *shard) putStreams(tx *bbolt.Tx, fresh map[uint32]bool) error {
	for n := range fresh {
		key, value, err := s.row(n)
		if err != nil {
			return err
		}
		if err := tx.Bucket(streamsBucket).Put(key, value); err != nil {
			return err
		}
	}
	return nil
}

// putBlocks puts blocks behind all others, numbered from first on.
func putBlocks(tx *bbolt.Tx, first uint32, blocks []plannedBlock) error {
	slices.SortFunc(blocks, func(a, b plannedBlock) int {
		return cmp.Or(cmp.Compare(a.index, b.index), cmp.Compare(a.stream, b.stream))
	})
	bucket := tx.Bucket(blocksBucket)
	bucket.FillPercent = 1
	for _, b := range blocks {
		if err := bucket.Put(blockKey(first+b.index, b.stream), b.block); err != nil {
			return err
		}
	}
	return nil
}

// appliedWith returns what the shard has applied once it has what was consumed,
// too. What the log delivers again takes nothing back.
func (s *shard) appliedWith(consumed map[uint64]uint64) map[uint64]uint64 {
	applied := maps.Clone(s.applied)
	for incarnation, position := range consumed {
		applied[incarnation] = max(applied[incarnation], position)
	}
	return applied
}

func putApplied(tx *bbolt.Tx, applied map[uint64]uint64) error {
	for incarnation, position := range applied {
		key := binary.BigEndian.AppendUint64(nil, incarnation)
		if err := tx.Bucket(appliedBucket).Put(key, binary.BigEndian.AppendUint64(nil, position)); err != nil {
			return err
		}
	}
	return nil
}
