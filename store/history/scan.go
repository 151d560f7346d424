package history

import (
	"context"
	"fmt"
	"slices"

	"go.etcd.io/bbolt"

	"github.com/holdfast-edge/holdfast/tag"
)

// Query asks for rows of one stream.
type Query struct {
	Stream string
	Fields []string // none: all that the stream has
	From   int64    // source time, nanoseconds since the Unix epoch
	To     int64    // not included
}

// Chunk is rows of a stream, ordered by time, by column. It is the receiver's
// to keep.
type Chunk struct {
	Times  []int64       // of the rows
	Fields []tag.Field   // of the columns
	Values [][]tag.Value // by field and row; Absent where a row has none
	Stamps [][]int64     // by field and row, the value's own time; nil where no value has one
}

// Watermark says how far a query saw.
type Watermark struct {
	Newest int64 // time of the newest row of the stream that has come in; 0: none in this life
}

func (h *History) watermark(stream string) Watermark {
	h.swap.RLock()
	defer h.swap.RUnlock()
	return h.watermarkLocked(stream)
}

// watermarkLocked is for who holds swap.
func (h *History) watermarkLocked(stream string) (mark Watermark) {
	for _, t := range h.named[stream] {
		mark.Newest = max(mark.Newest, t.newest)
	}
	return mark
}

// Scan calls fn with the rows that a query asks for, in the order of time, some
// thousand values at a time, those in memory included. It ends with the error of
// fn or of ctx. A stream that has no rows gives none.
func (h *History) Scan(ctx context.Context, q Query, fn func(Chunk) error) (Watermark, error) {
	mark := h.watermark(q.Stream)
	for at := q.From; at < q.To; {
		raw, err := h.gather(q, at)
		if err != nil {
			return mark, fmt.Errorf("scan %s: %w", q.Stream, err)
		}
		h.report(q.Stream, raw.damaged)
		for blocks := range raw.groups() {
			if err := ctx.Err(); err != nil {
				return mark, err
			}
			c := h.together(q, raw.slot, blocks)
			if len(c.Times) == 0 {
				continue
			}
			if err := fn(c); err != nil {
				return mark, err
			}
		}
		at = raw.to
	}
	return mark, ctx.Err()
}

// together expands blocks of a slot and orders their rows. What is damaged is
// left out and reported.
func (h *History) together(q Query, within slot, blocks []rawBlock) Chunk {
	q.From, q.To = within.from, within.to
	g := newGathering(q)
	g.reserve(blocks)
	for i := range blocks {
		if err := g.addBlock(h.unpacker, &blocks[i]); err != nil {
			h.report(q.Stream, []error{err})
		}
	}
	return g.chunk()
}

// report tells of blocks that are left out.
func (h *History) report(stream string, damaged []error) {
	for _, err := range damaged {
		h.skipped(stream, err)
	}
}

// slot is a stretch of time that is in one shard, or in none.
type slot struct{ from, to int64 }

// gather copies what the slot that begins at a time has. A row moves from
// memory to a shard while both are locked for readers; a shard that comes or
// goes meanwhile makes it begin again.
func (h *History) gather(q Query, at int64) (gathered, error) {
	q.From = at
	for {
		d := h.shards.at(at)
		if d == nil {
			if found, ok := h.fromMemory(q); ok {
				return found, nil
			}
			continue
		}
		var found gathered
		done := false
		err := h.shards.use(d, func() error {
			done = true
			found.slot = slot{at, min(d.end(), q.To)}
			return h.fromBoth(q, d, &found)
		})
		if done || err != nil {
			return found, err
		}
	}
}

// fromMemory takes the rows up to the next shard. It reports false where the
// time has got a shard meanwhile.
func (h *History) fromMemory(q Query) (gathered, bool) {
	h.swap.RLock()
	defer h.swap.RUnlock()
	if h.shards.at(q.From) != nil {
		return gathered{}, false
	}
	found := gathered{slot: slot{q.From, q.To}}
	if later := h.shards.list(q.From, q.To); len(later) > 0 {
		found.to = later[0].start
	}
	h.copySheets(q, nil, &found)
	return found, true
}

func (h *History) fromBoth(q Query, d *shard, found *gathered) error {
	h.swap.RLock()
	defer h.swap.RUnlock()
	err := d.db.View(func(tx *bbolt.Tx) error {
		for _, n := range d.named[q.Stream] {
			d.copyStream(tx, n, q, found)
		}
		return nil
	})
	h.copySheets(q, d, found)
	return err
}

// copySheets copies what a query needs of the rows in memory, but for those
// that the shard has.
func (h *History) copySheets(q Query, d *shard, found *gathered) {
	for _, t := range h.named[q.Stream] {
		for _, s := range t.sheets {
			if s.meets(found.slot) {
				found.blocks = append(found.blocks, s.raw(q, t.id, d))
			}
		}
	}
}

// copyStream copies what a query needs of the blocks of the stream of a number.
func (s *shard) copyStream(tx *bbolt.Tx, n uint32, q Query, found *gathered) {
	for value := range s.blocksOf(tx, n) {
		if err := copyBlock(q, &s.streams[n], value, found); err != nil {
			found.damaged = append(found.damaged, err)
		}
	}
}

func copyBlock(q Query, stream *shardStream, value []byte, found *gathered) error {
	h, parts, err := splitBlock(value)
	if err != nil || h.max < q.From || h.min >= q.To {
		return err
	}
	raw := rawBlock{rows: h.rows, span: slot{h.min, h.max}, fields: stream.fields, parts: make([]rawPart, 0, min(h.count, 2*len(q.Fields)+1))}
	for p := range h.parts() {
		octets, err := p.in(parts)
		if err != nil || int(p.field) >= max(len(stream.fields), 1) {
			return fmt.Errorf("%w: field %d of %s", errDamaged, p.field, stream.name)
		}
		if p.kind == timesPart || q.wants(stream.fields[p.field].Name) {
			raw.parts = append(raw.parts, rawPart{p, found.keep(octets)})
		}
	}
	found.blocks = append(found.blocks, raw)
	return nil
}

func (q Query) wants(field string) bool {
	return len(q.Fields) == 0 || slices.Contains(q.Fields, field)
}
