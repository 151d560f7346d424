package promapi

import (
	"encoding/binary"
	"math"
)

// column is the values of one metric, a scrape after the other: most counters of
// a plant stand still or go on as they did, which takes a byte each. Its zero
// value is empty. What was appended is never written again, so that a copy of a
// column may be read while the column grows.
//
//	varint: what the steady count misses by, zigzag, times 4
//	1, and 8 bytes: a value that is no whole number
//	a number times 4, plus 2: so many scrapes without the metric
type column struct {
	data []byte
	last steady
}

const (
	kindCount = iota
	kindFloat
	kindAbsent
	kindBits = 2
)

// steady foretells a count: that it grows by as much as it did.
type steady struct{ value, step int64 }

// mostCount bounds the whole numbers that a float64 holds exactly, and that may
// be subtracted twice.
const mostCount = 1 << 53

func (c *column) add(f float64) {
	value := int64(f)
	if !(math.Abs(f) < mostCount) || float64(value) != f || f == 0 && math.Signbit(f) {
		c.data = append(c.data, kindFloat)
		c.data = binary.LittleEndian.AppendUint64(c.data, math.Float64bits(f))
		return
	}
	missed := value - c.last.value - c.last.step
	c.data = binary.AppendUvarint(c.data, uint64(missed<<1^missed>>63)<<kindBits)
	c.last.take(value)
}

// skip notes scrapes without the metric.
func (c *column) skip(scrapes int) {
	c.data = binary.AppendUvarint(c.data, uint64(scrapes)<<kindBits|kindAbsent)
}

func (s *steady) take(value int64) { s.value, s.step = value, value-s.value }

// each calls visit for each value with the number of its scrape, the first of
// the column's being 0.
func (c column) each(visit func(scrape int, f float64)) {
	var last steady
	scrape := 0
	for data := c.data; len(data) > 0; {
		head, n := binary.Uvarint(data)
		data = data[n:]
		switch head & (1<<kindBits - 1) {
		case kindFloat:
			visit(scrape, math.Float64frombits(binary.LittleEndian.Uint64(data)))
			data = data[8:]
		case kindAbsent:
			scrape += int(head>>kindBits) - 1
		default:
			zigzag := head >> kindBits
			last.take(last.value + last.step + (int64(zigzag>>1) ^ -int64(zigzag&1)))
			visit(scrape, float64(last.value))
		}
		scrape++
	}
}
