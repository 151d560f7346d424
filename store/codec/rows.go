package codec

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/holdfast-edge/holdfast/tag"
)

// MaxCells bounds the values of one batch, so that damaged bytes cannot ask
// for more memory than a node has: 4 Mi values are 96 MB.
const MaxCells = 1 << 22

const (
	hasStamps   = 0x01
	originShift = 1
	originMask  = 0x03
)

// Encoder appends rows, and keeps the memory that it needs for that from one batch to the next. The zero value has none yet.
// It has one owner.
type Encoder struct {
	strip strip
	times []int64
}

// maxKept bounds the numbers of eight octets that an Encoder keeps room for.
const maxKept = 32 << 10

// AppendRows appends the rows of b without their schema and identity. A batch
// of more than MaxCells values is an error.
func AppendRows(dst []byte, b *tag.Batch) ([]byte, error) {
	var e Encoder
	return e.AppendRows(dst, b)
}

// AppendRows is the function of that name.
func (e *Encoder) AppendRows(dst []byte, b *tag.Batch) ([]byte, error) {
	rows, width := b.Len(), b.Schema().Len()
	if rows*max(width, 1) > MaxCells || rows > MaxCells {
		return nil, fmt.Errorf("encode %d rows of %d fields of %s: more than %d values", rows, width, b.Schema().Name(), MaxCells)
	}
	flags := byte(b.Origin()) << originShift
	if b.HasValueTimes() {
		flags |= hasStamps
	}
	dst = append(dst, flags, byte(b.Hops()))
	dst = binary.AppendUvarint(dst, uint64(rows))
	dst = binary.AppendUvarint(dst, uint64(width))
	dst = e.appendRowTimes(dst, b)
	if b.HasValueTimes() {
		dst = appendStamps(dst, rows, width, func(row, slot int) int64 { return b.ValueTime(row, slot) - b.Time(row) })
	}
	return e.appendColumns(dst, b), nil
}

func (e *Encoder) appendRowTimes(dst []byte, b *tag.Batch) []byte {
	if b.Len() == 1 {
		return binary.AppendVarint(dst, b.Time(0))
	}
	times := slices.Grow(e.times[:0], b.Len())[:b.Len()]
	for i := range times {
		times[i] = b.Time(i)
	}
	if e.times = times; cap(times) > maxKept {
		e.times = nil
	}
	return appendSteps(dst, times)
}

func (e *Encoder) appendColumns(dst []byte, b *tag.Batch) []byte {
	if b.Len() == 1 {
		row := b.Row(0)
		for slot := range row {
			dst = AppendColumn(dst, row[slot:slot+1])
		}
		return dst
	}
	s := &e.strip
	s.begin(b)
	for slot := 0; slot < b.Schema().Len(); slot += stripWidth {
		s.turn(b, slot)
		dst = s.appendTo(dst, b)
	}
	s.end()
	return dst
}

// DecodeRows returns the batch that AppendRows wrote, of rows of the schema
// that it was written with. Text and octets share src, which must not change
// any more.
func DecodeRows(src []byte, schema *tag.Schema) (*tag.Batch, error) {
	r := NewReader(src)
	flags, hops := r.Byte(), int(r.Byte())
	rows, width := r.Count(1), r.Count(0)
	if rows == 0 || width != schema.Len() || width > r.Len() || rows > MaxCells/max(width, 1) {
		r.Fail(fmt.Sprintf("rows of %d fields", schema.Len()))
	}
	if r.Err() != nil {
		return nil, fmt.Errorf("decode rows of %s: %w", schema.Name(), r.Err())
	}
	decoded := tag.Rows{
		Times:  make([]int64, rows),
		Values: make([]tag.Value, rows*width),
		Origin: tag.Origin(flags >> originShift & originMask),
		Hops:   hops,
	}
	r.Times(decoded.Times)
	if flags&hasStamps != 0 {
		decoded.Stamps = r.stamps(decoded.Times, width)
	}
	r.columns(decoded.Values, rows, width)
	if r.Len() > 0 {
		r.Fail("the end of the rows")
	}
	if r.Err() != nil {
		return nil, fmt.Errorf("decode rows of %s: %w", schema.Name(), r.Err())
	}
	return tag.Assemble(schema, decoded)
}

// stamps takes the time of each value of a row-major arena.
func (r *Reader) stamps(times []int64, width int) []int64 {
	if len(times)*width > r.Len() {
		r.Fail("a time per value")
		return nil
	}
	stamps := make([]int64, len(times)*width)
	for slot := range width {
		for row, t := range times {
			stamps[row*width+slot] = t + r.Varint()
		}
	}
	return stamps
}

// columns takes width columns and puts their values into rows.
func (r *Reader) columns(values []tag.Value, rows, width int) {
	if rows == 1 {
		for slot := range values {
			r.Column(values[slot : slot+1])
		}
		return
	}
	column := make([]tag.Value, rows)
	for slot := range width {
		r.Column(column)
		for i, v := range column {
			values[i*width+slot] = v
		}
	}
}
