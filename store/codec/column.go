package codec

import (
	"encoding/binary"

	"github.com/holdfast-edge/holdfast/tag"
)

// The head of a column: the kind of its values or mixed, the form of its
// qualities, and whether all its values are the same.
const (
	kindMask     = 0x0F
	mixed        = 0x0F
	qualityShift = 4
	constant     = 0x40
	reserved     = 0x80
)

// AppendColumn appends the values of one field. Their number is not written.
func AppendColumn(dst []byte, values []tag.Value) []byte {
	switch len(values) {
	case 0:
		return dst
	case 1:
		return appendOne(dst, values)
	}
	form := qualityForm(values)
	head := form << qualityShift
	kind, uniform := commonKind(values)
	switch {
	case !uniform:
		dst = appendKinds(append(dst, head|mixed), values)
	case isConstant(values):
		dst = append(dst, head|byte(kind)|constant)
		dst = appendQualities(dst, form, values)
		return appendRun(dst, values[:1])
	default:
		dst = append(dst, head|byte(kind))
	}
	dst = appendQualities(dst, form, values)
	for len(values) > 0 {
		n := runLength(values)
		dst = appendRun(dst, values[:n])
		values = values[n:]
	}
	return dst
}

// appendOne is AppendColumn for one value.
func appendOne(dst []byte, one []tag.Value) []byte {
	v := &one[0]
	head := byte(v.Kind())
	if v.Quality() == tag.Good {
		dst = append(dst, head)
	} else {
		dst = binary.LittleEndian.AppendUint16(append(dst, head|oneQuality<<qualityShift), uint16(v.Quality()))
	}
	if !isNumber(v.Kind()) {
		return appendContent(dst, *v)
	}
	return appendNumber(dst, *v)
}

// appendNumber appends a value that is no text.
func appendNumber(dst []byte, v tag.Value) []byte {
	bits, scratch := [1]uint64{v.Bits()}, [1]uint64{}
	return appendNumbers(dst, v.Kind(), bits[:], scratch[:])
}

// Column takes the values of one field that AppendColumn wrote, as many as
// values has room for. Strings and octets share the reader's source.
func (r *Reader) Column(values []tag.Value) {
	if len(values) == 0 {
		return
	}
	head := r.Byte()
	if head&reserved != 0 {
		r.Fail("the head of a column")
	}
	kind := tag.Kind(head & kindMask)
	var kinds []byte
	if kind == mixed {
		kinds = r.kinds(len(values))
	}
	applied := r.qualities(head>>qualityShift&3, len(values))
	switch {
	case r.err != nil:
		return
	case kind == mixed:
		r.runs(kinds, values)
	case head&constant != 0:
		r.run(kind, values[:1])
		repeat(values)
	default:
		r.run(kind, values)
	}
	applied.apply(values)
}

func commonKind(values []tag.Value) (tag.Kind, bool) {
	return values[0].Kind(), runLength(values) == len(values)
}

// runLength returns how many values from the first have its kind.
func runLength(values []tag.Value) int {
	kind, n := values[0].Kind(), 1
	for n < len(values) && values[n].Kind() == kind {
		n++
	}
	return n
}

func isConstant(values []tag.Value) bool {
	if kind := values[0].Kind(); kind == tag.Array || kind == tag.ObjectKind {
		return false // comparing them costs more than it saves
	}
	for _, v := range values[1:] {
		if !isSame(v, values[0]) {
			return false
		}
	}
	return true
}

// isSame compares what two values of one kind hold, to the last bit, so that
// the signs of zeros and the payloads of NaNs are kept.
func isSame(v, w tag.Value) bool {
	if isNumber(v.Kind()) {
		return v.Bits() == w.Bits()
	}
	return v.WithQuality(tag.Good).Equal(w.WithQuality(tag.Good))
}

func repeat(values []tag.Value) {
	for i := range values {
		values[i] = values[0]
	}
}

// appendKinds appends runs of a length and a kind.
func appendKinds(dst []byte, values []tag.Value) []byte {
	for len(values) > 0 {
		n := runLength(values)
		dst = binary.AppendUvarint(dst, uint64(n))
		dst = append(dst, byte(values[0].Kind()))
		values = values[n:]
	}
	return dst
}

// kinds takes the runs of kinds of n values and returns them, checked.
func (r *Reader) kinds(n int) []byte {
	whole := r.rest
	for left := n; left > 0 && r.err == nil; {
		run := r.Count(0)
		kind := r.Byte()
		if run == 0 || run > left || kind > byte(tag.ObjectKind) {
			r.Fail("a run of kinds")
		}
		left -= run
	}
	return whole[:len(whole)-len(r.rest)]
}

func (r *Reader) runs(kinds []byte, values []tag.Value) {
	for k := (&Reader{rest: kinds}); k.Len() > 0; {
		n := int(k.Uvarint())
		r.run(tag.Kind(k.Byte()), values[:n])
		values = values[n:]
	}
}

// appendRun appends values of one kind.
func appendRun(dst []byte, values []tag.Value) []byte {
	kind := values[0].Kind()
	if !isNumber(kind) {
		return appendObjects(dst, values)
	}
	room := make([]uint64, 2*len(values))
	bits, scratch := room[:len(values)], room[len(values):]
	for i, v := range values {
		bits[i] = v.Bits()
	}
	return appendNumbers(dst, kind, bits, scratch)
}

// isNumber tells the kinds of which Bits holds all, and those that hold
// nothing, from those that have a length.
func isNumber(kind tag.Kind) bool { return !isText(kind) }

// appendNumbers appends values of one kind that is no text, given by their bits.
// There must be scratch for as many.
func appendNumbers(dst []byte, kind tag.Kind, bits, scratch []uint64) []byte {
	switch kind {
	case tag.Bool:
		return appendBools(dst, bits)
	case tag.Int, tag.Uint, tag.Time:
		return appendDifferences(dst, bits)
	case tag.Float:
		return appendFloats(dst, bits, scratch)
	default: // Absent or Null
		return dst
	}
}

func (r *Reader) run(kind tag.Kind, values []tag.Value) {
	switch kind {
	case tag.Absent:
		clear(values)
	case tag.Null:
		fillNull(values)
	case tag.Bool:
		r.bools(values)
	case tag.Int, tag.Uint, tag.Time:
		r.integers(kind, values)
	case tag.Float:
		r.floats(values)
	case tag.String, tag.Bytes, tag.Array, tag.ObjectKind:
		r.objects(kind, values)
	default:
		r.Fail("a kind")
	}
}

func fillNull(values []tag.Value) {
	for i := range values {
		values[i] = tag.NullOf(tag.Good)
	}
}
