package history

import (
	"cmp"
	"math"
	"slices"

	"go.etcd.io/bbolt"

	"github.com/holdfast-edge/holdfast/store/codec"
	"github.com/holdfast-edge/holdfast/tag"
)

// fewRows is below how many rows a block, on the average, what is written around
// them weighs so much that a shard is rewritten.
const fewRows = 128

// extent is what the heads of the blocks of a stream tell.
type extent struct {
	slot      // of the times; To not included
	rows      int
	blocks    int
	unordered bool // whether one begins before the one in front of it has ended
}

// extent reads the heads of the blocks of a stream. Those that are damaged are
// left out.
func (s *shard) extent(tx *bbolt.Tx, n uint32) extent {
	e := extent{slot: slot{math.MaxInt64, math.MinInt64}}
	last := int64(math.MinInt64)
	for block := range s.blocksOf(tx, n) {
		h, _, err := splitBlock(block)
		if err != nil {
			continue
		}
		e.rows += h.rows
		e.blocks++
		e.unordered = e.unordered || h.min < last
		last = h.max
		e.from, e.to = min(e.from, h.min), max(e.to, h.max+1)
	}
	return e
}

// order is what the blocks of a shard are like.
type order struct {
	rows       int
	long       int      // rows of the streams that have blocks enough to be long ones
	blocks     int      // of those
	unordered  bool     // whether those of a stream are
	untidy     []uint32 // streams whose blocks are short or not in order
	untidyRows int
}

// survey reads the heads of all blocks. The shard is open.
func (s *shard) survey() (o order, err error) {
	err = s.db.View(func(tx *bbolt.Tx) error {
		for n := range s.streams {
			o.add(uint32(n), s.extent(tx, uint32(n)))
		}
		return nil
	})
	return o, err
}

func (o *order) add(n uint32, e extent) {
	o.rows += e.rows
	o.unordered = o.unordered || e.unordered
	if e.blocks > 1 { // one cannot be longer
		o.long, o.blocks = o.long+e.rows, o.blocks+e.blocks
	}
	if e.unordered || e.blocks > 1 && e.rows < fewRows*e.blocks {
		o.untidy = append(o.untidy, n)
		o.untidyRows += e.rows
	}
}

// isTidy reports whether the blocks are long and in order.
func (o *order) isTidy() bool { return !o.unordered && o.long >= fewRows*o.blocks }

// isMostlyTidy reports whether it is less to put some streams in order than to
// write all of them again.
func (o *order) isMostlyTidy() bool { return 2*o.untidyRows <= o.rows }

// rewriteStream copies one stream into long blocks.
func (h *History) rewriteStream(d *shard, db *bbolt.DB, n uint32) error {
	blocks, err := h.inOrder(d, n)
	if err != nil {
		return err
	}
	return h.update(db, func(tx *bbolt.Tx) error {
		key, value, err := d.row(n)
		if err == nil {
			err = tx.Bucket(streamsBucket).Put(key, value)
		}
		if err == nil {
			err = putBlocks(tx, 1, blocks)
		}
		return err
	})
}

// mendStream puts long blocks of one stream in the place of those it has.
func (h *History) mendStream(d *shard, n uint32) error {
	blocks, err := h.inOrder(d, n)
	if err != nil {
		return err
	}
	h.swap.Lock()
	defer h.swap.Unlock()
	err = h.update(d.db, func(tx *bbolt.Tx) error {
		bucket := tx.Bucket(blocksBucket)
		for b := uint32(1); b <= d.blocks; b++ {
			if err := bucket.Delete(blockKey(b, n)); err != nil {
				return err
			}
		}
		return putBlocks(tx, 1, blocks)
	})
	if err == nil {
		d.blocks = max(d.blocks, uint32(len(blocks)))
	}
	return err
}

// inOrder returns the rows of a stream in long blocks.
func (h *History) inOrder(d *shard, n uint32) (blocks []plannedBlock, err error) {
	err = d.db.View(func(tx *bbolt.Tx) error {
		return h.longBlocks(d, tx, n, func(block []byte) {
			blocks = append(blocks, plannedBlock{stream: n, index: uint32(len(blocks)), block: block})
		})
	})
	return blocks, err
}

// longBlocks calls use with the rows of a stream in long blocks, in order.
func (h *History) longBlocks(d *shard, tx *bbolt.Tx, n uint32, use func(block []byte)) error {
	all := d.byTime(tx, n)
	gathered := newCompact(d.streams[n].fields)
	for i, b := range all {
		if err := gathered.add(h.unpacker, b.block); err != nil {
			h.skipped(d.streams[n].name, err)
		}
		next := int64(math.MaxInt64)
		if i+1 < len(all) {
			next = all[i+1].min
		}
		if gathered.sheet.len() >= maxBlockRows || i+1 == len(all) {
			gathered.emit(next, func(s *sheet) { use(s.block(h.packer, gathered.numbers)) })
		}
	}
	return nil
}

// skipped reports a block that is left out.
func (h *History) skipped(stream string, err error) {
	h.counters.damaged.Add(1)
	h.options.Logger.Error("block of history skipped", "stream", stream, "error", err)
}

// timed is a block and the first of its times.
type timed struct {
	min   int64
	block []byte
}

// byTime returns the blocks of a stream by their first times.
func (s *shard) byTime(tx *bbolt.Tx, n uint32) []timed {
	var all []timed
	for block := range s.blocksOf(tx, n) {
		h, _, err := splitBlock(block)
		if err != nil {
			h.min = math.MinInt64 // adding it tells of the damage
		}
		all = append(all, timed{h.min, block})
	}
	slices.SortStableFunc(all, func(a, b timed) int { return cmp.Compare(a.min, b.min) })
	return all
}

// compact is rows of a stream on their way from short blocks to long ones.
type compact struct {
	sheet   *sheet
	numbers []uint32
	values  []tag.Value
	times   []int64
	stamps  []int64
}

func newCompact(fields []tag.Field) *compact {
	c := &compact{sheet: &sheet{fields: fields, columns: make([]column, len(fields))}, numbers: make([]uint32, len(fields))}
	for i := range c.numbers {
		c.numbers[i] = uint32(i)
	}
	return c
}

// add adds the rows of a block. One whose times are damaged adds none; a field
// that is damaged is absent.
func (c *compact) add(u *unpacker, block []byte) (damage error) {
	h, parts, err := splitBlock(block)
	if err != nil {
		return err
	}
	for p := range h.parts() {
		octets, err := p.in(parts)
		if err == nil && int(p.field) >= max(len(c.numbers), 1) {
			err = errDamaged
		}
		var r *codec.Reader
		if err == nil {
			r, err = (&rawPart{p, octets}).reader(u)
		}
		if err == nil {
			err = c.addPart(p, r, h.rows)
		}
		if err != nil && p.kind == timesPart {
			return err
		}
		if err != nil {
			damage = err
		}
	}
	c.sheet.even()
	return damage
}

// addPart adds one part of a block. The times come first, and the own times of
// values behind them.
func (c *compact) addPart(p part, r *codec.Reader, rows int) error {
	from := c.sheet.len()
	switch p.kind {
	case timesPart:
		c.times = grown(c.times[:0], rows)
		if r.Integers(c.times); r.Err() != nil {
			return r.Err()
		}
		for _, at := range c.times {
			c.sheet.note(at, 0)
		}
	case valuesPart:
		c.values = grown(c.values[:0], rows)
		if r.Series(c.values); r.Err() != nil {
			return r.Err()
		}
		column := &c.sheet.columns[p.field]
		column.pad(from - rows)
		for _, v := range c.values {
			column.Add(v)
		}
	case stampsPart:
		c.stamps = grown(c.stamps[:0], rows)
		if r.Integers(c.stamps); r.Err() != nil {
			return r.Err()
		}
		column := &c.sheet.columns[p.field]
		column.stampTo(from - rows)
		for _, distance := range c.stamps {
			column.stamps.Append(distance)
		}
	}
	return nil
}

// emit gives out the rows before a time, by time and in pieces, and keeps the
// others.
func (c *compact) emit(before int64, use func(*sheet)) {
	s := c.sheet
	if s.len() == 0 {
		return
	}
	c.sheet = &sheet{fields: s.fields, columns: make([]column, len(s.columns))}
	if !s.unordered && s.max < before && s.len() <= 2*maxBlockRows {
		use(s)
		return
	}
	order := s.where(func(at int64, _ uint64) bool { return at < before })
	for len(order) > 0 {
		some := order[:min(len(order), maxBlockRows)]
		order = order[len(some):]
		use(s.pick(some))
	}
	if rest := s.where(func(at int64, _ uint64) bool { return at >= before }); len(rest) > 0 {
		c.sheet = s.pick(rest)
	}
}
