package log

import (
	"fmt"
	"hash/crc32"

	"github.com/klauspost/compress/zstd"
)

// compressor turns payloads into what is stored. It has one owner.
type compressor struct {
	encoder *zstd.Encoder
	made    []byte // since the last reset
}

func newCompressor() (*compressor, error) {
	encoder, err := zstd.NewWriter(nil,
		zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1),
		zstd.WithWindowSize(256<<10), zstd.WithEncoderCRC(false), zstd.WithLowerEncoderMem(true))
	if err != nil {
		return nil, fmt.Errorf("make compressor: %w", err)
	}
	return &compressor{encoder: encoder}, nil
}

// compress returns the payload as it is stored, and enters its size and checksum
// in the header. One that would not shrink is stored as it is, and shares the
// payload. Both are valid until reset.
func (c *compressor) compress(h *header, payload []byte) []byte {
	h.raw = len(payload)
	from := len(c.made)
	c.made = c.encoder.EncodeAll(payload, c.made)
	kept := c.made[from:len(c.made):len(c.made)]
	if len(kept) >= len(payload) {
		kept, c.made = payload, c.made[:from]
	}
	h.sum = crc32.Checksum(kept, castagnoli)
	return kept
}

// header returns the encoded header of a block, valid until reset.
func (c *compressor) header(h *header) []byte {
	from := len(c.made)
	c.made = appendHeader(c.made, h)
	return c.made[from:len(c.made):len(c.made)]
}

// maxMade bounds the memory that is used again.
const maxMade = 4 * blockBytes

// reset takes back what was returned.
func (c *compressor) reset() {
	if c.made = c.made[:0]; cap(c.made) > maxMade {
		c.made = nil
	}
}

// decompressor is the inverse. It may be used concurrently.
type decompressor struct{ decoder *zstd.Decoder }

func newDecompressor() (*decompressor, error) {
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(2), zstd.WithDecoderMaxMemory(maxBlock),
		zstd.WithDecoderLowmem(true))
	if err != nil {
		return nil, fmt.Errorf("make decompressor: %w", err)
	}
	return &decompressor{decoder: decoder}, nil
}

// expand returns the payload of a block, checked, in memory of its own.
func (d *decompressor) expand(h *header, kept []byte) ([]byte, error) {
	if crc32.Checksum(kept, castagnoli) != h.sum {
		return nil, fmt.Errorf("%w: checksum of the payload", errDamaged)
	}
	if len(kept) == h.raw {
		return append([]byte(nil), kept...), nil
	}
	payload, err := d.decoder.DecodeAll(kept, make([]byte, 0, h.raw))
	if err != nil {
		return nil, fmt.Errorf("%w: decompress %d octets: %w", errDamaged, len(kept), err)
	}
	if len(payload) != h.raw {
		return nil, fmt.Errorf("%w: decompressed to %d octets, want %d", errDamaged, len(payload), h.raw)
	}
	return payload, nil
}

func (d *decompressor) close() { d.decoder.Close() }
