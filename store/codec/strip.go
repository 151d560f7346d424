package codec

import (
	"encoding/binary"
	"slices"

	"github.com/holdfast-edge/holdfast/tag"
)

// stripWidth is how many columns are turned at a time: as many values as three
// lines of a processor's cache have.
const stripWidth = 8

// strip is some columns of a batch, which has its values by row, side by side
// as bits. What is no number, or not of one kind and quality, is left where it
// is.
type strip struct {
	from    int // the first column
	rows    int
	room    []uint64 // of the two that follow
	bits    []uint64 // by column
	scratch []uint64 // as much as for a column
	columns [stripWidth]nature
	width   int // how many columns there are
}

// nature is what the values of a column have in common.
type nature struct {
	kind    tag.Kind
	quality tag.Quality
	various bool // they have not
}

// begin makes room for the rows of a batch.
func (s *strip) begin(b *tag.Batch) {
	rows, width := b.Len(), min(stripWidth, b.Schema().Len())
	s.room = slices.Grow(s.room[:0], rows*(width+1))[:rows*(width+1)]
	s.rows, s.bits, s.scratch = rows, s.room[rows:], s.room[:rows]
}

// end gives back room that is more than is kept.
func (s *strip) end() {
	if cap(s.room) > maxKept {
		*s = strip{}
	}
}

// turn takes the columns from one on.
func (s *strip) turn(b *tag.Batch, from int) {
	to := min(from+stripWidth, b.Schema().Len())
	s.from, s.width = from, to-from
	columns := s.columns[:s.width]
	for slot, v := range b.Row(0)[from:to] {
		columns[slot] = nature{kind: v.Kind(), quality: v.Quality()}
	}
	for i := range s.rows {
		row := b.Row(i)[from:to]
		row = row[:len(columns)]
		at := i
		for slot := range columns {
			v, n := &row[slot], &columns[slot]
			if v.Kind() != n.kind || v.Quality() != n.quality {
				n.various = true
			}
			s.bits[at] = v.Bits()
			at += s.rows
		}
	}
}

// appendTo appends the columns, each as AppendColumn does.
func (s *strip) appendTo(dst []byte, b *tag.Batch) []byte {
	for i, n := range s.columns[:s.width] {
		if n.various || !isNumber(n.kind) {
			dst = AppendColumn(dst, column(b, s.from+i))
			continue
		}
		dst = appendUniform(dst, n, s.bits[i*s.rows:(i+1)*s.rows], s.scratch)
	}
	return dst
}

// column returns the values of a field.
func column(b *tag.Batch, slot int) []tag.Value {
	values := make([]tag.Value, b.Len())
	for i := range values {
		values[i] = b.Row(i)[slot]
	}
	return values
}

// appendUniform appends a column of numbers of one kind and quality.
func appendUniform(dst []byte, n nature, bits, scratch []uint64) []byte {
	head := byte(n.kind)
	if n.quality != tag.Good {
		head |= oneQuality << qualityShift
	}
	if len(bits) > 1 && isRepeated(bits) {
		head, bits = head|constant, bits[:1]
	}
	dst = append(dst, head)
	if n.quality != tag.Good {
		dst = binary.LittleEndian.AppendUint16(dst, uint16(n.quality))
	}
	return appendNumbers(dst, n.kind, bits, scratch)
}

func isRepeated(bits []uint64) bool {
	for _, b := range bits[1:] {
		if b != bits[0] {
			return false
		}
	}
	return true
}
