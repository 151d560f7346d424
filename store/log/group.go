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
	next    map[uint32]uint64 // sequences that follow, by stream
	end     uint64            // position behind the last entry
	time    int64             // of the commit
	octets  int               // of what the entries hold in memory
	answers []answer          // to publishers that wait
	bare    bool              // there are batches that are on the disk alone
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
// changed before the commit has succeeded, so it can be asked again.
type assembler struct {
	life    life
	streams *directory
	schemas *schemaIndex
	group   group
	open    *block
	places  map[uint32]int // of streams in the open block
}

// assemble makes a group of items, the first of which takes position first.
func assemble(items []item, first uint64, now int64, l life, streams *directory, schemas *schemaIndex) group {
	a := &assembler{
		life: l, streams: streams, schemas: schemas,
		group: group{next: map[uint32]uint64{}, end: first, time: now, entries: make([]committed, 0, len(items))},
	}
	for _, it := range items {
		if a.open == nil || len(a.open.payload) >= blockBytes {
			a.begin(now)
		}
		if it.drop != nil {
			a.gap(it.drop)
		} else {
			a.batch(it)
		}
	}
	a.seal()
	return a.group
}

func (a *assembler) begin(now int64) {
	a.seal()
	a.open = &block{header: header{first: a.group.end, time: now}}
	a.places = map[uint32]int{}
}

func (a *assembler) seal() {
	if a.open != nil && a.open.header.count > 0 {
		a.group.blocks = append(a.group.blocks, *a.open)
	}
	a.open = nil
}

func (a *assembler) batch(it item) {
	schema := it.schema
	n := a.streams.number(schema.Stream(), schema.Name())
	rows := uint64(it.rows)
	id, place := a.claim(n, schema.Stream(), rows)
	a.open.payload = appendStored(a.open.payload, stored{
		stream: place, rows: rows, schema: uint64(a.schemas.number(schema)), body: it.body,
	})
	if it.done != nil {
		a.group.answers = append(a.group.answers, answer{it.done, id})
	}
	a.group.octets += it.expanded() + len(it.body)
	if it.isBare() {
		a.group.bare = true
		a.add(n, rows, Entry{})
		return
	}
	a.add(n, rows, Entry{Batch: it.batch.Committed(id)})
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
	next, ok := a.group.next[n]
	if !ok {
		s, _ := a.streams.at(n)
		next = s.next
	}
	a.group.next[n] = next + rows
	place, ok := a.places[n]
	if !ok {
		place = len(a.open.header.streams)
		a.places[n] = place
		a.open.header.streams = append(a.open.header.streams, extent{stream: n, first: next})
	}
	a.open.header.streams[place].rows += rows
	return tag.Identity{Site: a.life.site, Stream: id, Incarnation: a.life.incarnation, Sequence: next}, place
}

// readGap returns the gap that a stored entry records, without its identity.
func readGap(s stored) (tag.Gap, error) {
	r := codec.NewReader(s.body)
	g := tag.Gap{Count: s.rows, Cause: tag.Cause(s.schema), At: r.Varint()}
	return g, r.Err()
}
