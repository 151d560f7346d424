package history

import (
	"fmt"

	"github.com/klauspost/compress/zstd"
)

// packer compresses the parts of blocks that have texts, and has the room in which
// a block is made. It has one owner.
type packer struct {
	encoder *zstd.Encoder
	buffer  []byte

	head, list, parts []byte // of the block in hand
}

func newPacker() (*packer, error) {
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedDefault), zstd.WithEncoderConcurrency(1),
		zstd.WithWindowSize(256<<10), zstd.WithEncoderCRC(false), zstd.WithLowerEncoderMem(true))
	if err != nil {
		return nil, fmt.Errorf("make compressor: %w", err)
	}
	return &packer{encoder: encoder}, nil
}

// mostRoom is how large a part of a block may be for its room to be kept.
const mostRoom = 256 << 10

// keep takes the room of a block back, for the next one.
func (p *packer) keep(head, list, parts []byte) {
	if p.head, p.list, p.parts = head, list, parts; cap(parts) > mostRoom {
		p.parts = nil
	}
	if cap(list) > mostRoom {
		p.head, p.list = nil, nil
	}
}

// worthPacking is the size below which a compressor's own words weigh more than
// what it saves.
const worthPacking = 48

// pack returns what is to be stored, valid until the next call: as it is, where
// it would not shrink.
func (p *packer) pack(raw []byte) []byte {
	if len(raw) < worthPacking {
		return raw
	}
	p.buffer = p.encoder.EncodeAll(raw, p.buffer[:0])
	if len(p.buffer) >= len(raw) {
		return raw
	}
	return p.buffer
}

// unpacker is the inverse. It may be used concurrently.
type unpacker struct{ decoder *zstd.Decoder }

// maxPart bounds what a part may expand to.
const maxPart = 256 << 20

func newUnpacker() (*unpacker, error) {
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(2), zstd.WithDecoderMaxMemory(maxPart),
		zstd.WithDecoderLowmem(true))
	if err != nil {
		return nil, fmt.Errorf("make decompressor: %w", err)
	}
	return &unpacker{decoder: decoder}, nil
}

func (u *unpacker) unpack(kept []byte, raw int) ([]byte, error) {
	out, err := u.decoder.DecodeAll(kept, make([]byte, 0, min(raw, maxPart)))
	if err != nil {
		return nil, fmt.Errorf("%w: expand %d octets: %w", errDamaged, len(kept), err)
	}
	if len(out) != raw {
		return nil, fmt.Errorf("%w: expanded to %d octets, want %d", errDamaged, len(out), raw)
	}
	return out, nil
}
