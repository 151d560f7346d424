package history

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"

	"github.com/holdfast-edge/holdfast/store/codec"
	"github.com/holdfast-edge/holdfast/tag"
)

// errDamaged says that a block does not have the checksum it was written with.
var errDamaged = errors.New("damaged block")

// castagnoli is the polynomial that processors have an instruction for.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// A block is rows of one stream: a head that says where everything is, then
// parts, each compressed and with a checksum of its own, so that one field is
// read without the others.
//
//	block := length head checksum part…
//	part  := octets checksum
const (
	timesPart  = 0 // the times of the rows
	valuesPart = 1 // the values of a field
	stampsPart = 2 // the distance of the values' own times from those of the rows
)

// head describes a block.
type head struct {
	rows     int
	min, max int64 // of the times of the rows, and of the values' own
	parts    []part
}

// part says what a part is and where.
type part struct {
	kind  byte
	field uint32 // number in the shard
	size  int    // octets as they are stored
	raw   int    // octets before compression
	at    int    // from the end of the head; not stored
}

// blockBuilder makes a block of columns.
type blockBuilder struct {
	pack  *packer
	head  head
	parts []byte
	raw   []byte
}

// newBlock begins a block of rows at times.
func newBlock(p *packer, times []int64) *blockBuilder {
	b := &blockBuilder{pack: p, head: head{rows: len(times), min: times[0], max: times[0]}}
	b.widen(times)
	b.add(timesPart, 0, codec.AppendTimes(b.raw[:0], times))
	return b
}

func (b *blockBuilder) widen(times []int64) {
	for _, t := range times {
		b.head.min, b.head.max = min(b.head.min, t), max(b.head.max, t)
	}
}

// column adds the values of a field, unless no row has one.
func (b *blockBuilder) column(field uint32, values []tag.Value) {
	if !allAbsent(values) {
		b.add(valuesPart, field, codec.AppendColumn(b.raw[:0], values))
	}
}

// stamps adds the times of the values of a field.
func (b *blockBuilder) stamps(field uint32, times, stamps []int64) {
	b.widen(stamps)
	raw := b.raw[:0]
	for i, t := range times {
		raw = binary.AppendVarint(raw, stamps[i]-t)
	}
	b.add(stampsPart, field, raw)
}

func (b *blockBuilder) add(kind byte, field uint32, raw []byte) {
	kept := b.pack.pack(raw)
	b.head.parts = append(b.head.parts, part{kind: kind, field: field, size: len(kept), raw: len(raw)})
	from := len(b.parts)
	b.parts = append(b.parts, kept...)
	b.parts = appendChecksum(b.parts, from)
	b.raw = raw
}

// build returns the block.
func (b *blockBuilder) build() []byte {
	h := appendHead(nil, &b.head)
	block := binary.AppendUvarint(make([]byte, 0, len(h)+len(b.parts)+8), uint64(len(h)))
	return append(append(block, h...), b.parts...)
}

func allAbsent(values []tag.Value) bool {
	for _, v := range values {
		if v.Kind() != tag.Absent {
			return false
		}
	}
	return true
}

func appendHead(dst []byte, h *head) []byte {
	from := len(dst)
	dst = binary.AppendUvarint(dst, uint64(h.rows))
	dst = binary.AppendVarint(dst, h.min)
	dst = binary.AppendUvarint(dst, uint64(h.max-h.min))
	dst = binary.AppendUvarint(dst, uint64(len(h.parts)))
	for _, p := range h.parts {
		dst = append(dst, p.kind)
		dst = binary.AppendUvarint(dst, uint64(p.field))
		dst = binary.AppendUvarint(dst, uint64(p.size))
		dst = binary.AppendUvarint(dst, uint64(p.raw))
	}
	return appendChecksum(dst, from)
}

// splitBlock returns the head of a block and its parts.
func splitBlock(block []byte) (*head, []byte, error) {
	r := codec.NewReader(block)
	body, err := checked(r.Octets())
	if err != nil {
		return nil, nil, err
	}
	h, err := readHead(body)
	return h, block[len(block)-r.Len():], err
}

func readHead(body []byte) (*head, error) {
	r := codec.NewReader(body)
	h := &head{rows: r.Count(0), min: r.Varint()}
	h.max = h.min + int64(r.Uvarint())
	h.parts = make([]part, r.Count(4))
	at := 0
	for i := range h.parts {
		p := part{kind: r.Byte(), field: uint32(r.Uvarint()), size: int(r.Uvarint() & (1<<30 - 1)), raw: int(r.Uvarint() & (1<<30 - 1)), at: at}
		at += p.size + checksumSize
		h.parts[i] = p
	}
	if at < 0 {
		r.Fail("parts that fit in memory")
	}
	if r.Err() != nil {
		return nil, fmt.Errorf("%w: head: %w", errDamaged, r.Err())
	}
	return h, nil
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
