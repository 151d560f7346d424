package codec

import (
	"encoding/binary"
	"unsafe"

	"github.com/holdfast-edge/holdfast/tag"
)

// maxDepth bounds the nesting of arrays and objects, as the JSON reader does.
const maxDepth = 300

// appendObjects appends values of a kind that has a length: text, octets,
// arrays and objects.
func appendObjects(dst []byte, values []tag.Value) []byte {
	for _, v := range values {
		dst = appendContent(dst, v)
	}
	return dst
}

func (r *Reader) objects(kind tag.Kind, values []tag.Value) {
	for i := range values {
		values[i] = r.content(kind, 0)
		if r.err != nil {
			return
		}
	}
}

// appendContent appends what a value holds, without its kind and quality.
func appendContent(dst []byte, v tag.Value) []byte {
	switch v.Kind() {
	case tag.String:
		return AppendText(dst, v.Str())
	case tag.Bytes:
		return AppendOctets(dst, v.Bytes())
	case tag.Array:
		return appendElements(dst, v.Array())
	case tag.ObjectKind:
		return appendFields(dst, v.Object())
	default:
		return appendNumber(dst, v)
	}
}

func appendElements(dst []byte, elements []tag.Value) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(elements)))
	for _, e := range elements {
		dst = appendNested(dst, e)
	}
	return dst
}

func appendFields(dst []byte, o *tag.Object) []byte {
	dst = binary.AppendUvarint(dst, uint64(o.Len()))
	for i := range o.Len() {
		name, v := o.At(i)
		dst = appendNested(AppendText(dst, name), v)
	}
	return dst
}

// nestedGood marks a nested value whose quality is Good and is not written.
const nestedGood = 0x80

// appendNested appends a value inside another one: kind, quality, content.
func appendNested(dst []byte, v tag.Value) []byte {
	if v.Quality() == tag.Good {
		return appendContent(append(dst, byte(v.Kind())|nestedGood), v)
	}
	dst = binary.LittleEndian.AppendUint16(append(dst, byte(v.Kind())), uint16(v.Quality()))
	return appendContent(dst, v)
}

func (r *Reader) nested(depth int) tag.Value {
	kind, quality := r.Byte(), tag.Good
	if kind&nestedGood == 0 {
		quality = tag.Quality(r.uint16())
	}
	return r.content(tag.Kind(kind&^nestedGood), depth).WithQuality(quality)
}

func (r *Reader) content(kind tag.Kind, depth int) tag.Value {
	switch kind {
	case tag.String:
		b := r.Octets()
		return tag.StringOf(unsafe.String(unsafe.SliceData(b), len(b)))
	case tag.Bytes:
		return tag.BytesOf(r.Octets())
	case tag.Array:
		return r.elements(depth + 1)
	case tag.ObjectKind:
		return r.fields(depth + 1)
	default:
		var one [1]tag.Value
		r.run(kind, one[:])
		return one[0]
	}
}

func (r *Reader) elements(depth int) tag.Value {
	n := r.Count(1)
	if depth > maxDepth {
		r.Fail("less nesting")
		return tag.Value{}
	}
	elements := make([]tag.Value, 0, min(n, r.Len()))
	for range n {
		elements = append(elements, r.nested(depth))
		if r.err != nil {
			return tag.Value{}
		}
	}
	return tag.ArrayOf(elements)
}

func (r *Reader) fields(depth int) tag.Value {
	n := r.Count(2)
	if depth > maxDepth {
		r.Fail("less nesting")
		return tag.Value{}
	}
	names, values := make([]string, 0, n), make([]tag.Value, 0, n)
	for range n {
		names = append(names, r.Text())
		values = append(values, r.nested(depth))
		if r.err != nil {
			return tag.Value{}
		}
	}
	o, err := tag.NewObject(names, values)
	if err != nil {
		r.Fail("an object")
	}
	return tag.ObjectOf(o)
}
