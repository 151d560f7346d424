package log

import (
	"encoding/binary"
	"time"

	"github.com/holdfast-edge/holdfast/store/codec"
	"github.com/holdfast-edge/holdfast/tag"
)

// consumerRecord is what the log keeps of a cursor: where it stands, and what
// its quota needs while it is not open.
type consumerRecord struct {
	pending []span
	lag     uint64
	streams []string
	quota   Quota
}

func appendConsumer(dst []byte, c consumerRecord) []byte {
	from := len(dst)
	dst = binary.AppendUvarint(dst, uint64(len(c.pending)))
	for _, s := range c.pending {
		dst = binary.AppendUvarint(dst, s.from)
		dst = binary.AppendUvarint(dst, s.to)
	}
	dst = binary.AppendUvarint(dst, c.lag)
	dst = binary.AppendVarint(dst, c.quota.Bytes)
	dst = binary.AppendVarint(dst, int64(c.quota.Age))
	dst = binary.AppendUvarint(dst, uint64(len(c.streams)))
	for _, name := range c.streams {
		dst = codec.AppendText(dst, name)
	}
	return appendChecksum(dst, from)
}

func readConsumer(src []byte) (consumerRecord, error) {
	body, err := checked(src)
	if err != nil {
		return consumerRecord{}, err
	}
	var c consumerRecord
	r := codec.NewReader(body)
	for range r.Count(2) {
		c.pending = append(c.pending, span{r.Uvarint(), r.Uvarint()})
	}
	c.lag = r.Uvarint()
	c.quota = Quota{Bytes: r.Varint(), Age: time.Duration(r.Varint())}
	for range r.Count(1) {
		c.streams = append(c.streams, r.Text())
	}
	return c, r.Err()
}

func appendGaps(dst []byte, gaps []ownGap) []byte {
	from := len(dst)
	dst = binary.AppendUvarint(dst, uint64(len(gaps)))
	for _, own := range gaps {
		g := own.gap
		dst = codec.AppendText(dst, g.First.Site)
		dst = append(dst, g.First.Stream[:]...)
		dst = binary.AppendUvarint(dst, g.First.Incarnation)
		dst = binary.AppendUvarint(dst, g.First.Sequence)
		dst = binary.AppendUvarint(dst, g.Count)
		dst = append(dst, byte(g.Cause))
		dst = binary.AppendVarint(dst, g.At)
	}
	return appendChecksum(dst, from)
}

func readGaps(src []byte) ([]ownGap, error) {
	body, err := checked(src)
	if err != nil {
		return nil, err
	}
	r := codec.NewReader(body)
	var gaps []ownGap
	for range r.Count(22) {
		g := tag.Gap{First: tag.Identity{Site: r.Text()}}
		copy(g.First.Stream[:], r.Take(len(g.First.Stream)))
		g.First.Incarnation, g.First.Sequence = r.Uvarint(), r.Uvarint()
		g.Count, g.Cause, g.At = r.Uvarint(), tag.Cause(r.Byte()), r.Varint()
		gaps = append(gaps, ownGap{gap: g})
	}
	return gaps, r.Err()
}
