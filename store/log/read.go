package log

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"

	"go.etcd.io/bbolt"

	"github.com/holdfast-edge/holdfast/store/bolt"
	"github.com/holdfast-edge/holdfast/store/codec"
	"github.com/holdfast-edge/holdfast/tag"
)

// stretch is what one read has found: the positions from from up to to, and
// what they hold for the reader.
type stretch struct {
	span
	entries []committed
	time    int64 // of the commit of the last block
	damage  error // the stretch cannot be read
}

// maxPassed bounds the blocks that one read passes over.
const maxPassed = 512

// read returns the next stretch at or behind a position that the log has
// committed. wanted says which streams the reader is interested in. An error
// concerns the log; what concerns the stretch alone is its damage.
func (l *Log) read(position uint64, wanted func(stream uint32) bool) (stretch, error) {
	if recent, at, ok := l.recent.read(position); ok {
		return remembered(position, recent, at, wanted), nil
	}
	held, end, err := l.shelf.holding(position)
	tail, _ := l.recent.tail()
	end = min(end, tail)
	if isDamage(err) {
		return stretch{span: span{position, end}, damage: err}, l.shelf.quarantine(held, err)
	}
	if err != nil {
		return stretch{}, fmt.Errorf("read log at %d: %w", position, err)
	}
	if position < held.first {
		return stretch{span: span{position, held.first}, damage: errMissing}, nil
	}
	raw, err := findBlock(held, position, end, wanted)
	if errors.Is(err, fs.ErrClosed) {
		return l.read(position, wanted) // it was closed for another one meanwhile
	}
	if err != nil {
		return stretch{}, fmt.Errorf("read log at %d: %w", position, err)
	}
	if raw.hole && end < tail && l.sameLife(held) {
		raw.damage = errMissing
	}
	found := l.decode(held, raw, wanted)
	if errors.Is(found.damage, fs.ErrClosed) { // between block and schema; that is no damage
		return l.read(position, wanted)
	}
	return found, nil
}

// errMissing says that a segment is not there.
var errMissing = fmt.Errorf("%w: a segment is missing", errDamaged)

// sameLife reports whether the segment behind another one is of the same life
// of the log, so that they follow each other without a hole.
func (l *Log) sameLife(held *segment) bool {
	next := l.shelf.after(held)
	if next == nil {
		return true
	}
	next, _, err := l.shelf.holding(next.first)
	return err == nil && next.life.incarnation == held.life.incarnation
}

// isDamage tells a file that is bad from one that cannot be had at the moment.
func isDamage(err error) bool {
	return errors.Is(err, bolt.ErrCorrupt) || errors.Is(err, errDamaged) || errors.Is(err, codec.ErrCorrupt)
}

func remembered(position uint64, recent []committed, at int64, wanted func(uint32) bool) stretch {
	s := stretch{span: span{position, position + uint64(len(recent))}, time: at}
	for _, c := range recent {
		if wanted(c.stream) {
			s.entries = append(s.entries, c)
		}
	}
	return s
}

// rawBlock is a block as a file has it, copied out of the map.
type rawBlock struct {
	span
	header *header // nil: nothing for the reader
	kept   []byte
	damage error
	hole   bool // the segment ends before the position
}

// findBlock returns the block with the position, or the next one in the
// segment, but passes over blocks that have nothing for the reader.
func findBlock(held *segment, position, end uint64, wanted func(uint32) bool) (rawBlock, error) {
	raw := rawBlock{span: span{position, end}, hole: true}
	err := held.view(func(tx *bbolt.Tx) error {
		blocks := tx.Bucket(blocksBucket)
		c := blocks.Cursor()
		for k, passed := seekBlock(c, position), 0; k != nil; k, _ = c.Next() {
			if len(k) == 8 && binary.BigEndian.Uint64(k) >= end {
				return nil // what is left of a commit that failed
			}
			found := blocks.Bucket(k)
			h, damage := blockHeader(found, k)
			if h == nil {
				raw.to, raw.damage, raw.hole = blockEnd(c, end), damage, false
				return nil
			}
			if h.end() <= position {
				continue // the block before the hole that the position is in
			}
			raw.to, raw.hole = h.end(), false
			if anyWanted(h, wanted) {
				raw.header, raw.kept = h, append([]byte(nil), found.Get(payloadKey)...)
				return nil
			}
			if passed++; passed == maxPassed {
				return nil
			}
		}
		return nil
	})
	return raw, err
}

// seekBlock moves to the last block that begins at or before a position, or to
// the first one where there is none.
func seekBlock(c *bbolt.Cursor, position uint64) []byte {
	k, _ := c.Seek(positionKey(position))
	if k == nil {
		k, _ = c.Last()
		return k
	}
	if binary.BigEndian.Uint64(k) == position {
		return k
	}
	if before, _ := c.Prev(); before != nil {
		return before
	}
	k, _ = c.First()
	return k
}

func anyWanted(h *header, wanted func(uint32) bool) bool {
	for _, e := range h.streams {
		if wanted(e.stream) {
			return true
		}
	}
	return false
}

// blockHeader returns the header of a block and checks that it is the one that
// the key names.
func blockHeader(found *bbolt.Bucket, key []byte) (*header, error) {
	if found == nil || len(key) != 8 {
		return nil, fmt.Errorf("%w: no block", errDamaged)
	}
	h, err := readHeader(found.Get(headerKey))
	if err != nil {
		return nil, err
	}
	if h.first != binary.BigEndian.Uint64(key) {
		return nil, fmt.Errorf("%w: block %d calls itself %d", errDamaged, binary.BigEndian.Uint64(key), h.first)
	}
	return h, nil
}

// blockEnd returns where the block of a cursor ends when its header cannot
// say: where the next one begins.
func blockEnd(c *bbolt.Cursor, end uint64) uint64 {
	if k, _ := c.Next(); len(k) == 8 {
		return binary.BigEndian.Uint64(k)
	}
	return end
}

func positionKey(p uint64) []byte { return binary.BigEndian.AppendUint64(nil, p) }

// decode turns a block into entries.
func (l *Log) decode(held *segment, raw rawBlock, wanted func(uint32) bool) stretch {
	s := stretch{span: raw.span, damage: raw.damage}
	if raw.header == nil {
		return s
	}
	s.time = raw.header.time
	payload, err := l.decompressor.expand(raw.header, raw.kept)
	if err != nil {
		s.damage = err
		return s
	}
	sequences := make([]uint64, len(raw.header.streams))
	for i, e := range raw.header.streams {
		sequences[i] = e.first
	}
	position := raw.header.first
	s.damage = readStored(raw.header, payload, func(st stored) error {
		n := raw.header.streams[st.stream].stream
		seq := sequences[st.stream]
		sequences[st.stream] += st.rows
		position++
		if position-1 < raw.from || !wanted(n) {
			return nil
		}
		e, err := l.entry(held, n, seq, st)
		if err != nil {
			return err
		}
		e.Position = position - 1
		s.entries = append(s.entries, committed{entry: e, stream: n, rows: st.rows})
		return nil
	})
	if s.damage != nil {
		s.entries = nil // it is given up whole
	}
	return s
}

// entry decodes one entry under its identity.
func (l *Log) entry(held *segment, n uint32, sequence uint64, s stored) (Entry, error) {
	known, ok := l.streams.at(n)
	if !ok {
		return Entry{}, fmt.Errorf("%w: stream %d", errDamaged, n)
	}
	id := tag.Identity{Site: held.life.site, Stream: known.id, Incarnation: held.life.incarnation, Sequence: sequence}
	if s.gap {
		g, err := readGap(s)
		g.First = id
		return Entry{Gap: &g}, err
	}
	schema, err := held.schema(uint32(s.schema))
	if err != nil {
		return Entry{}, err
	}
	b, err := codec.DecodeRows(s.body, schema)
	if err != nil {
		return Entry{}, err
	}
	return Entry{Batch: b.Committed(id)}, nil
}
