package history

import (
	"cmp"
	"fmt"
	"iter"
	"math"
	"slices"

	"github.com/holdfast-edge/holdfast/store/codec"
	"github.com/holdfast-edge/holdfast/tag"
)

// gathered is what a query copies of a slot while rows cannot move: the parts
// of blocks that it needs, in files and in memory.
type gathered struct {
	slot
	blocks  []rawBlock
	damaged []error // blocks that cannot be read
	room    []byte  // for what is copied next
}

// roomSize is how much is made room for at a time.
const roomSize = 16 << 10

// keep copies octets, many beside each other.
func (g *gathered) keep(octets []byte) []byte {
	if cap(g.room)-len(g.room) < len(octets) {
		g.room = make([]byte, 0, max(roomSize, len(octets)))
	}
	from := len(g.room)
	g.room = append(g.room, octets...)
	return g.room[from:len(g.room):len(g.room)]
}

// manyCells is about how many values are expanded at a time.
const manyCells = 64 << 10

// groups goes through the blocks by time, those together whose rows lie among
// each other, and as many as make some thousand values. Those of a group are in
// the order in which they came.
func (g *gathered) groups() iter.Seq[[]rawBlock] {
	var came []rawBlock // nil: in that order
	if !slices.IsSortedFunc(g.blocks, byBegin) {
		came = slices.Clone(g.blocks)
		slices.SortStableFunc(g.blocks, byBegin)
	}
	return func(yield func([]rawBlock) bool) {
		for from := 0; from < len(g.blocks); {
			to := g.groupEnd(from)
			group := g.blocks[from:to]
			if came != nil {
				group = among(came, slot{group[0].span.from, g.blocks[to-1].span.from})
			}
			if from = to; !yield(group) {
				return
			}
		}
	}
}

func byBegin(a, b rawBlock) int { return cmp.Compare(a.span.from, b.span.from) }

// groupEnd returns where the group ends that begins with a block.
func (g *gathered) groupEnd(from int) int {
	cells, end := 0, int64(math.MinInt64)
	for i := from; i < len(g.blocks); i++ {
		b := &g.blocks[i]
		if cells >= manyCells && b.span.from > end {
			return i
		}
		cells += b.rows * max(len(b.parts)-1, 1)
		end = max(end, b.span.to)
	}
	return len(g.blocks)
}

// among returns the blocks that begin within a span, both ends included.
func among(all []rawBlock, span slot) (found []rawBlock) {
	for _, b := range all {
		if b.span.from >= span.from && b.span.from <= span.to {
			found = append(found, b)
		}
	}
	return found
}

// rawBlock is the parts of a block that a query needs, not yet expanded.
type rawBlock struct {
	rows    int
	span    slot        // of the times of the rows; To included
	fields  []tag.Field // by number
	parts   []rawPart
	applied uint64 // where there are positions, those up to this one are not wanted
}

type rawPart struct {
	part
	octets []byte // with the checksum
}

// positionsPart, of rows in memory, is where the log has them.
const positionsPart = 0x7F

// raw returns what a query needs of the sheet. Where a shard has some of the
// rows already, since the log has delivered them again, the positions are there,
// too.
func (s *sheet) raw(q Query, stream tag.StreamID, d *shard) rawBlock {
	b := rawBlock{rows: s.len(), span: slot{s.min, s.max}, fields: s.fields}
	b.add(timesPart, 0, &s.times)
	for i := range s.columns {
		c := &s.columns[i]
		if !q.wants(s.fields[i].Name) {
			continue
		}
		b.add(valuesPart, uint32(i), c)
		if c.stamps != nil {
			b.add(stampsPart, uint32(i), c.stamps)
		}
	}
	if d == nil {
		return b
	}
	if applied, has := d.appliedOf(stream, s.incarnation); has && s.first <= applied {
		b.applied = applied
		b.add(positionsPart, 0, &s.positions)
	}
	return b
}

func (b *rawBlock) add(kind byte, field uint32, e encoded) {
	b.parts = append(b.parts, rawPart{part{kind: kind, field: field}, appendChecksum(e.AppendTo(nil), 0)})
}

// times expands the times of the rows of a block.
func (b *rawBlock) times(u *unpacker, times []int64) error { return b.integers(timesPart, u, times) }

// integers expands the part of a kind, of which there is one at most.
func (b *rawBlock) integers(kind byte, u *unpacker, all []int64) error {
	p := b.find(kind)
	if p == nil {
		return fmt.Errorf("%w: it has no times", errDamaged)
	}
	r, err := p.reader(u)
	if err != nil {
		return err
	}
	r.Integers(all)
	return r.Err()
}

// find returns the first part of a kind.
func (b *rawBlock) find(kind byte) *rawPart {
	for i := range b.parts {
		if b.parts[i].kind == kind {
			return &b.parts[i]
		}
	}
	return nil
}

// reader expands a part.
func (p *rawPart) reader(u *unpacker) (*codec.Reader, error) {
	kept, err := checked(p.octets)
	if err != nil {
		return nil, err
	}
	if p.raw == 0 {
		return codec.NewReader(kept), nil
	}
	octets, err := u.unpack(kept, p.raw)
	if err != nil {
		return nil, err
	}
	return codec.NewReader(octets), nil
}
