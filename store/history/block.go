package history

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"iter"

	"github.com/holdfast-edge/holdfast/store/codec"
)

// errDamaged says that a block does not have the checksum it was written with.
var errDamaged = errors.New("damaged block")

// castagnoli is the polynomial that processors have an instruction for.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// A block is rows of one stream, by time: a head that says where everything is,
// then parts with a checksum each, so that one field is read without the
// others.
//
//	block := length head checksum part…
//	head  := rows least span count (kind field octets [octets before compression])…
//	part  := octets checksum
const (
	timesPart  = 0 // the times of the rows
	valuesPart = 1 // the values of a field
	stampsPart = 2 // the distance of the values' own times from those of the rows

	packed = 0x80 // in the kind of a part: it is compressed
)

// head describes a block.
type head struct {
	rows     int
	min, max int64 // of the times of the rows
	count    int   // of the parts
	list     []byte
}

// part says what a part is and where.
type part struct {
	kind  byte
	field uint32 // number in the shard
	size  int    // octets as they are stored
	raw   int    // octets before compression; 0: it is not compressed
	at    int    // from the end of the head; not stored
}

// blockBuilder makes a block of encoded columns.
type blockBuilder struct {
	pack  *packer
	head  head
	parts []byte
}

// encoded is a column that can be written: integers or a series.
type encoded interface {
	AppendTo(dst []byte) []byte
}

// newBlock begins a block. No other may be begun with the packer until it is built.
func newBlock(p *packer, rows int, least, most int64) *blockBuilder {
	return &blockBuilder{pack: p, head: head{rows: rows, min: least, max: most, list: p.list[:0]}, parts: p.parts[:0]}
}

// series adds the values of a field, unless no row has one.
func (b *blockBuilder) series(kind byte, field uint32, s *codec.Series) {
	switch {
	case s.IsAbsent():
	case s.HasTexts():
		b.compressed(kind, field, s.AppendTo(nil))
	default:
		b.add(kind, field, s)
	}
}

// add adds a part as it is.
func (b *blockBuilder) add(kind byte, field uint32, e encoded) {
	from := len(b.parts)
	b.parts = e.AppendTo(b.parts)
	b.end(part{kind: kind, field: field, size: len(b.parts) - from})
}

// compressed adds a part compressed, where that makes it shorter.
func (b *blockBuilder) compressed(kind byte, field uint32, raw []byte) {
	short := b.pack.pack(raw)
	b.parts = append(b.parts, short...)
	p := part{kind: kind, field: field, size: len(short)}
	if len(short) < len(raw) {
		p.raw = len(raw)
	}
	b.end(p)
}

// end enters the part that was appended last into the head.
func (b *blockBuilder) end(p part) {
	b.parts = appendChecksum(b.parts, len(b.parts)-p.size)
	b.head.count++
	b.head.list = appendPart(b.head.list, p)
}

func appendPart(dst []byte, p part) []byte {
	kind := p.kind
	if p.raw > 0 {
		kind |= packed
	}
	dst = binary.AppendUvarint(append(dst, kind), uint64(p.field))
	dst = binary.AppendUvarint(dst, uint64(p.size))
	if p.raw > 0 {
		dst = binary.AppendUvarint(dst, uint64(p.raw))
	}
	return dst
}

// build returns the block.
func (b *blockBuilder) build() []byte {
	h := appendHead(b.pack.head[:0], &b.head)
	b.pack.keep(h, b.head.list, b.parts)
	block := binary.AppendUvarint(make([]byte, 0, len(h)+len(b.parts)+8), uint64(len(h)))
	return append(append(block, h...), b.parts...)
}

func appendHead(dst []byte, h *head) []byte {
	from := len(dst)
	dst = binary.AppendUvarint(dst, uint64(h.rows))
	dst = binary.AppendVarint(dst, h.min)
	dst = binary.AppendUvarint(dst, uint64(h.max-h.min))
	dst = binary.AppendUvarint(dst, uint64(h.count))
	return appendChecksum(append(dst, h.list...), from)
}

// splitBlock returns the head of a block and what follows it. Both share the
// memory of the block.
func splitBlock(block []byte) (head, []byte, error) {
	r := codec.NewReader(block)
	body, err := checked(r.Octets())
	if err != nil {
		return head{}, nil, err
	}
	h, err := readHead(body)
	return h, block[len(block)-r.Len():], err
}

func readHead(body []byte) (head, error) {
	r := codec.NewReader(body)
	h := head{rows: r.Count(0), min: r.Varint()}
	h.max = h.min + int64(r.Uvarint())
	h.count = r.Count(3)
	h.list = body[len(body)-r.Len():]
	if r.Err() != nil {
		return h, fmt.Errorf("%w: head: %w", errDamaged, r.Err())
	}
	return h, nil
}

// parts goes through the parts of a block. It ends early with a part of the
// size -1 where the head is damaged.
func (h *head) parts() iter.Seq[part] {
	return func(yield func(part) bool) {
		r := codec.NewReader(h.list)
		at := 0
		for range h.count {
			p := part{kind: r.Byte(), field: uint32(r.Uvarint()), size: int(r.Uvarint() & (1<<30 - 1)), at: at}
			if p.kind&packed != 0 {
				p.kind &^= packed
				p.raw = int(r.Uvarint() & (1<<30 - 1))
			}
			if at += p.size + checksumSize; r.Err() != nil || at < 0 {
				p.size = -1
			}
			if !yield(p) || p.size < 0 {
				return
			}
		}
	}
}

// in returns the octets of a part with their checksum, shared with the block.
func (p part) in(parts []byte) ([]byte, error) {
	if end := p.at + p.size + checksumSize; p.size >= 0 && end <= len(parts) {
		return parts[p.at:end:end], nil
	}
	return nil, fmt.Errorf("%w: it ends early", errDamaged)
}

const checksumSize = 4

// appendChecksum appends the checksum of what was appended since from.
func appendChecksum(dst []byte, from int) []byte {
	return binary.LittleEndian.AppendUint32(dst, crc32.Checksum(dst[from:], castagnoli))
}

// checked returns what stands in front of a checksum that holds.
func checked(src []byte) ([]byte, error) {
	if len(src) < checksumSize {
		return nil, fmt.Errorf("%w: %d octets", errDamaged, len(src))
	}
	body := src[:len(src)-checksumSize]
	if crc32.Checksum(body, castagnoli) != binary.LittleEndian.Uint32(src[len(body):]) {
		return nil, fmt.Errorf("%w: checksum", errDamaged)
	}
	return body, nil
}
