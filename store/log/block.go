package log

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"

	"github.com/holdfast-edge/holdfast/store/codec"
)

// errDamaged says that a block does not have the checksum it was written with.
var errDamaged = errors.New("damaged block")

// castagnoli is the polynomial that processors have an instruction for.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// blockBytes is about how many encoded octets go into a block: enough for the
// compressor, little enough to read one for the sake of one stream.
const blockBytes = 64 << 10

// maxBlock bounds what a block may claim to decompress to: a batch of
// codec.MaxCells values of text.
const maxBlock = 256 << 20

// header describes a block without its payload, so that a reader passes over
// blocks that have nothing for it.
type header struct {
	first   uint64 // position of the first entry
	count   uint64 // entries
	time    int64  // of the commit, nanoseconds since the Unix epoch
	streams []extent
	raw     int    // octets of the payload before compression
	sum     uint32 // checksum of the payload as it is stored
}

// extent is what a block has of one stream: rows records from the sequence
// first on. The records of gaps count.
type extent struct {
	stream uint32
	first  uint64
	rows   uint64
}

// end returns the position behind the last entry.
func (h *header) end() uint64 { return h.first + h.count }

func appendHeader(dst []byte, h *header) []byte {
	from := len(dst)
	dst = binary.AppendUvarint(dst, h.first)
	dst = binary.AppendUvarint(dst, h.count)
	dst = binary.AppendVarint(dst, h.time)
	dst = binary.AppendUvarint(dst, uint64(h.raw))
	dst = binary.LittleEndian.AppendUint32(dst, h.sum)
	dst = binary.AppendUvarint(dst, uint64(len(h.streams)))
	for _, e := range h.streams {
		dst = binary.AppendUvarint(dst, uint64(e.stream))
		dst = binary.AppendUvarint(dst, e.first)
		dst = binary.AppendUvarint(dst, e.rows)
	}
	return appendChecksum(dst, from)
}

func readHeader(src []byte) (*header, error) {
	body, err := checked(src)
	if err != nil {
		return nil, err
	}
	r := codec.NewReader(body)
	h := &header{first: r.Uvarint(), count: r.Uvarint(), time: r.Varint(), raw: int(min(r.Uvarint(), maxBlock+1))}
	if sum := r.Take(4); sum != nil {
		h.sum = binary.LittleEndian.Uint32(sum)
	}
	h.streams = make([]extent, r.Count(3))
	for i := range h.streams {
		h.streams[i] = extent{stream: uint32(r.Uvarint()), first: r.Uvarint(), rows: r.Uvarint()}
	}
	if h.raw > maxBlock {
		r.Fail("a payload that fits in memory")
	}
	if r.Err() != nil {
		return nil, fmt.Errorf("%w: header: %w", errDamaged, r.Err())
	}
	return h, nil
}

// appendChecksum appends the checksum of what was appended since from.
func appendChecksum(dst []byte, from int) []byte {
	return binary.LittleEndian.AppendUint32(dst, crc32.Checksum(dst[from:], castagnoli))
}

// checked returns what stands in front of a checksum that holds.
func checked(src []byte) ([]byte, error) {
	if len(src) < 4 {
		return nil, fmt.Errorf("%w: %d octets", errDamaged, len(src))
	}
	body := src[:len(src)-4]
	if crc32.Checksum(body, castagnoli) != binary.LittleEndian.Uint32(src[len(body):]) {
		return nil, fmt.Errorf("%w: checksum", errDamaged)
	}
	return body, nil
}

// stored is an entry as the payload of a block has it.
type stored struct {
	stream int    // place in the header's streams
	rows   uint64 // records
	gap    bool
	schema uint64 // number in the segment; of a gap: the cause
	body   []byte // encoded rows; of a gap: the time it was recorded
}

func appendStored(dst []byte, s stored) []byte {
	kind := uint64(s.stream) << 1
	if s.gap {
		kind |= 1
	}
	dst = binary.AppendUvarint(dst, kind)
	dst = binary.AppendUvarint(dst, s.rows)
	dst = binary.AppendUvarint(dst, s.schema)
	return codec.AppendOctets(dst, s.body)
}

// readStored calls fn for each entry of a payload until it returns an error.
func readStored(h *header, payload []byte, fn func(stored) error) error {
	r := codec.NewReader(payload)
	for range h.count {
		kind := r.Uvarint()
		s := stored{stream: int(kind >> 1 & (1<<31 - 1)), gap: kind&1 != 0, rows: r.Uvarint(), schema: r.Uvarint(), body: r.Octets()}
		if r.Err() == nil && s.stream >= len(h.streams) {
			r.Fail("a stream of the block")
		}
		if r.Err() != nil {
			return fmt.Errorf("%w: entries: %w", errDamaged, r.Err())
		}
		if err := fn(s); err != nil {
			return err
		}
	}
	return nil
}
