package log

import (
	"encoding/binary"

	"github.com/holdfast-edge/holdfast/store/codec"
	"github.com/holdfast-edge/holdfast/tag"
)

// group is what one commit writes: blocks, and the same as entries for the
// cursors that are at the tail.
type group struct {
	blocks  []block
	entries []committed
	next    []sequence // that follow, of each stream that it has
	end     uint64     // position behind the last entry
	time    int64      // of the commit
	octets  int        // of what the entries hold in memory
	answers []answer   // to publishers that wait
	bare    bool       // there are batches that are on the disk alone
}

// sequence is the sequence of the next record of a stream.
type sequence struct {
	stream uint32
	next   uint64
}

// answer is what a publisher waits for.
type answer struct {
	done  func(tag.Identity, error)
	first tag.Identity
}

// block is a header and its payload, not yet compressed.
type block struct {
	header  header
	payload []byte
}

// committed is an entry with the number of its stream and its rows. In a group
// that is bare, the entry is empty.
type committed struct {
	entry  Entry
	stream uint32
	rows   uint64
}

// assembler gives items their place in the log. Nothing that it is given is
// changed before the commit has succeeded, so it can be asked again. What it
// returned is gone then, but for the entries. The committer owns it.
type assembler struct {
	group  group
	open   *block
	marks  []mark // by number of the stream
	groups uint64 // begun
	blocks uint64 // begun, by any group

	life    life
	streams *directory
	schemas *schemaIndex
}

// mark is what was last assembled of a stream.
type mark struct {
	group uint64 // in which
	next  int    // its place among the group's sequences
	block uint64 // in which
	place int    // its place among the block's extents
}

// assemble makes a group of items, the first of which takes position first.
func (a *assembler) assemble(items []item, first uint64, now int64) group {
	a.group = group{
		blocks: a.emptied(), next: a.group.next[:0], end: first, time: now, entries: make([]committed, 0, len(items)),
	}
	a.groups++
	a.open = nil
	for i := range items {
		it := &items[i]
		if a.open == nil || len(a.open.payload) >= blockBytes {
			a.begin(now)
		}
		if it.drop != nil {
			a.gap(it.drop)
		} else {
			a.batch(it)
		}
	}
	return a.group
}

// keptBlocks bounds the blocks whose memory is used again.
const keptBlocks = 4

// emptied returns the memory of the blocks of the last group.
func (a *assembler) emptied() []block {
	blocks := a.group.blocks
	if n := min(len(blocks), keptBlocks); n < len(blocks) {
		clear(blocks[n:])
		blocks = blocks[:n:n]
	}
	for i := range blocks {
		if cap(blocks[i].payload) > 2*blockBytes { // a large batch was in it
			blocks[i].payload = nil
		}
	}
	return blocks[:0]
}

// begin opens a block, in the memory of one of a group before.
func (a *assembler) begin(now int64) {
	a.blocks++
	n := len(a.group.blocks)
	if n < cap(a.group.blocks) {
		a.group.blocks = a.group.blocks[:n+1]
	} else {
		a.group.blocks = append(a.group.blocks, block{})
	}
	a.open = &a.group.blocks[n]
	a.open.header = header{first: a.group.end, time: now, streams: a.open.header.streams[:0]}
	a.open.payload = a.open.payload[:0]
}

func (a *assembler) batch(it *item) {
	schema := it.schema
	known := a.schemas.known(schema, a.streams)
	rows := uint64(it.rows)
	id, place := a.claim(known.stream, schema.Stream(), rows)
	a.open.payload = appendStored(a.open.payload, stored{stream: place, rows: rows, schema: uint64(known.schema), body: it.body})
	if it.done != nil {
		a.group.answers = append(a.group.answers, answer{it.done, id})
	}
	a.group.octets += it.expanded() + len(it.body)
	if it.isBare() {
		a.group.bare = true
		a.add(known.stream, rows, Entry{})
		return
	}
	a.add(known.stream, rows, Entry{Batch: it.batch.Committed(id)})
}

func (a *assembler) gap(d *drop) {
	n := a.streams.number(d.stream, d.name)
	id, place := a.claim(n, d.stream, d.rows)
	a.open.payload = appendStored(a.open.payload, stored{
		stream: place, rows: d.rows, gap: true, schema: uint64(d.cause), body: binary.AppendVarint(nil, d.at),
	})
	a.add(n, d.rows, Entry{Gap: &tag.Gap{First: id, Count: d.rows, Cause: d.cause, At: d.at}})
}

func (a *assembler) add(n uint32, rows uint64, e Entry) {
	e.Position = a.group.end
	a.group.entries = append(a.group.entries, committed{entry: e, stream: n, rows: rows})
	a.group.end++
	a.open.header.count++
}

// claim takes sequences of a stream and enters them in the open block.
func (a *assembler) claim(n uint32, id tag.StreamID, rows uint64) (tag.Identity, int) {
	m := a.mark(n)
	if m.group != a.groups {
		s, _ := a.streams.at(n)
		m.group, m.next = a.groups, len(a.group.next)
		a.group.next = append(a.group.next, sequence{stream: n, next: s.next})
	}
	next := a.group.next[m.next].next
	a.group.next[m.next].next += rows
	if m.block != a.blocks {
		m.block, m.place = a.blocks, len(a.open.header.streams)
		a.open.header.streams = append(a.open.header.streams, extent{stream: n, first: next})
	}
	a.open.header.streams[m.place].rows += rows
	return tag.Identity{Site: a.life.site, Stream: id, Incarnation: a.life.incarnation, Sequence: next}, m.place
}

// mark returns the mark of a stream.
func (a *assembler) mark(n uint32) *mark {
	for int(n) >= len(a.marks) {
		a.marks = append(a.marks, mark{})
	}
	return &a.marks[n]
}

// readGap returns the gap that a stored entry records, without its identity.
func readGap(s stored) (tag.Gap, error) {
	r := codec.NewReader(s.body)
	g := tag.Gap{Count: s.rows, Cause: tag.Cause(s.schema), At: r.Varint()}
	return g, r.Err()
}
