package history

import (
	"context"
	"fmt"
	"slices"

	"go.etcd.io/bbolt"

	"github.com/holdfast-edge/holdfast/store/codec"
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

// Scan calls fn with the rows that a query asks for, in the order of time, a
// chunk of at most a shard at a time, those in memory included. It ends with
// the error of fn or of ctx. A stream that has no rows gives none.
func (h *History) Scan(ctx context.Context, q Query, fn func(Chunk) error) (Watermark, error) {
	h.swap.RLock()
	mark := Watermark{Newest: h.newest[q.Stream]}
	h.swap.RUnlock()
	for at := q.From; at < q.To; {
		if err := ctx.Err(); err != nil {
			return mark, err
		}
		raw, err := h.gather(q, at)
		if err != nil {
			return mark, fmt.Errorf("scan %s: %w", q.Stream, err)
		}
		c := h.together(q, raw)
		at = raw.to
		if len(c.Times) == 0 {
			continue
		}
		if err := fn(c); err != nil {
			return mark, err
		}
	}
	return mark, nil
}

// together expands what was gathered of a slot and orders it. What is damaged
// is left out and reported.
func (h *History) together(q Query, raw gathered) Chunk {
	q.From, q.To = raw.from, raw.to
	g := newGathering(q)
	for _, b := range raw.blocks {
		if err := g.addBlock(h.unpacker, b); err != nil {
			raw.damaged = append(raw.damaged, err)
		}
	}
	for _, err := range raw.damaged {
		h.counters.damaged.Add(1)
		h.options.Logger.Error("block of history skipped", "stream", q.Stream, "error", err)
	}
	g.addRows(raw.rows)
	return g.chunk()
}

// slot is a stretch of time that is in one shard, or in none.
type slot struct{ from, to int64 }

// gathered is what a query copies of a slot while rows cannot move: the parts
// of blocks that it needs, and rows in memory.
type gathered struct {
	slot
	blocks  []rawBlock
	rows    []rowRef
	damaged []error // blocks that cannot be read
}

// rawBlock is the parts of a block that a query needs, not yet expanded.
type rawBlock struct {
	head   *head
	fields []tag.Field // by number
	parts  []rawPart
}

type rawPart struct {
	part
	octets []byte // with the checksum
}

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
	found.rows = h.rowsOf(q, found.slot)
	return found, true
}

func (h *History) fromBoth(q Query, d *shard, found *gathered) error {
	h.swap.RLock()
	defer h.swap.RUnlock()
	found.rows = slices.DeleteFunc(h.rowsOf(q, found.slot), func(r rowRef) bool {
		return d.hasApplied(r.incarnation(), r.position)
	})
	return d.copyBlocks(q, found)
}

// rowsOf returns the rows of a slot in memory that a query asks for.
func (h *History) rowsOf(q Query, s slot) []rowRef {
	var rows []rowRef
	for _, t := range h.tails {
		if t.schema.Name() == q.Stream {
			rows = append(rows, t.within(s.from, s.to)...)
		}
	}
	return rows
}

// copyBlocks copies what a query needs of the blocks of its stream.
func (s *shard) copyBlocks(q Query, found *gathered) error {
	return s.db.View(func(tx *bbolt.Tx) error {
		for n := range s.streams {
			if s.streams[n].name == q.Stream {
				s.copyStream(tx, uint32(n), q, found)
			}
		}
		return nil
	})
}

// copyStream copies what a query needs of the blocks of the stream of a number.
func (s *shard) copyStream(tx *bbolt.Tx, n uint32, q Query, found *gathered) {
	blocks := tx.Bucket(blocksBucket)
	for b := uint32(1); b <= s.blocks; b++ {
		value := blocks.Get(blockKey(b, n))
		if value == nil {
			continue
		}
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
	raw := rawBlock{head: h, fields: stream.fields}
	for _, p := range h.parts {
		if p.kind != timesPart && !q.wants(stream, p.field) {
			continue
		}
		end := p.at + p.size + checksumSize
		if end > len(parts) || int(p.field) >= max(len(stream.fields), 1) {
			return fmt.Errorf("%w: it ends early", errDamaged)
		}
		raw.parts = append(raw.parts, rawPart{part: p, octets: append([]byte(nil), parts[p.at:end]...)})
	}
	found.blocks = append(found.blocks, raw)
	return nil
}

func (q Query) wants(stream *shardStream, field uint32) bool {
	return len(q.Fields) == 0 || int(field) < len(stream.fields) && slices.Contains(q.Fields, stream.fields[field].Name)
}

// times expands the times of the rows of a block.
func (b rawBlock) times(u *unpacker) ([]int64, error) {
	times := make([]int64, b.head.rows)
	for _, p := range b.parts {
		if p.kind == timesPart {
			r, err := p.reader(u)
			if err != nil {
				return nil, err
			}
			r.Times(times)
			return times, r.Err()
		}
	}
	return nil, fmt.Errorf("%w: it has no times", errDamaged)
}

// reader expands a part.
func (p rawPart) reader(u *unpacker) (*codec.Reader, error) {
	kept, err := checked(p.octets)
	if err != nil {
		return nil, err
	}
	octets, err := u.unpack(kept, p.raw)
	if err != nil {
		return nil, err
	}
	return codec.NewReader(octets), nil
}
