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
	starts := h.slots(q)
	h.swap.RUnlock()
	for _, s := range starts {
		if err := ctx.Err(); err != nil {
			return mark, err
		}
		c, err := h.collect(q, s)
		if err != nil {
			return mark, fmt.Errorf("scan %s: %w", q.Stream, err)
		}
		if len(c.Times) == 0 {
			continue
		}
		if err := fn(c); err != nil {
			return mark, err
		}
	}
	return mark, nil
}

// slot is a stretch of time that one shard has, or will have.
type slot struct{ from, to int64 }

// slots divides a query by shards. What is between them has rows in memory
// only.
func (h *History) slots(q Query) []slot {
	var all []slot
	at := q.From
	for _, d := range h.shards.list(q.From, q.To) {
		if d.start > at {
			all = append(all, slot{at, d.start})
		}
		at = max(at, d.start)
		end := min(d.end(), q.To)
		all = append(all, slot{at, end})
		at = end
	}
	if at < q.To {
		all = append(all, slot{at, q.To})
	}
	return all
}

// collect gathers the rows of a slot and orders them.
func (h *History) collect(q Query, s slot) (Chunk, error) {
	q.From, q.To = s.from, s.to
	raw, err := h.gather(q)
	if err != nil {
		return Chunk{}, err
	}
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
	return g.chunk(), nil
}

// gathered is what a query copies while rows cannot move: the parts of blocks
// that it needs, and rows in memory.
type gathered struct {
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

// gather copies what a slot has. A row moves from memory to a shard while both
// are locked for readers; a shard that comes or goes meanwhile makes it begin
// again.
func (h *History) gather(q Query) (gathered, error) {
	for {
		var found gathered
		d := h.shards.at(q.From)
		if d == nil {
			if h.fromMemory(q, &found) {
				return found, nil
			}
			continue
		}
		done := false
		err := h.shards.use(d, func() error {
			done = true
			return h.fromBoth(q, d, &found)
		})
		if done || err != nil {
			return found, err
		}
	}
}

// fromMemory takes the rows of a slot that has no shard, and reports whether it
// still has none.
func (h *History) fromMemory(q Query, found *gathered) bool {
	h.swap.RLock()
	defer h.swap.RUnlock()
	found.rows = h.rowsOf(q)
	return h.shards.at(q.From) == nil
}

func (h *History) fromBoth(q Query, d *shard, found *gathered) error {
	h.swap.RLock()
	defer h.swap.RUnlock()
	found.rows = slices.DeleteFunc(h.rowsOf(q), func(r rowRef) bool { return d.hasApplied(r.incarnation(), r.position) })
	return d.copyBlocks(q, found)
}

// rowsOf returns the rows in memory that a query asks for.
func (h *History) rowsOf(q Query) []rowRef {
	var rows []rowRef
	for _, t := range h.tails {
		if t.schema.Name() == q.Stream {
			rows = append(rows, t.within(q.From, q.To)...)
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
