package codec

import (
	"encoding/binary"
	"fmt"

	"github.com/holdfast-edge/holdfast/tag"
)

// AppendSchema appends a schema: its stream, its name and its fields.
func AppendSchema(dst []byte, s *tag.Schema) []byte {
	id := s.Stream()
	dst = AppendText(append(dst, id[:]...), s.Name())
	dst = binary.AppendUvarint(dst, uint64(s.Len()))
	for slot := range s.Len() {
		f := s.Field(slot)
		dst = AppendText(append(AppendText(dst, f.Name), byte(f.Kind)), f.Unit)
	}
	return dst
}

// DecodeSchema returns the schema that AppendSchema wrote. It shares no memory
// with src.
func DecodeSchema(src []byte) (*tag.Schema, error) {
	r := NewReader(src)
	var id tag.StreamID
	copy(id[:], r.Take(len(id)))
	name := r.Text()
	fields := make([]tag.Field, r.Count(3))
	for i := range fields {
		fields[i] = tag.Field{Name: r.Text(), Kind: tag.Kind(r.Byte()), Unit: r.Text()}
	}
	if r.Err() != nil {
		return nil, fmt.Errorf("decode schema: %w", r.Err())
	}
	s, err := tag.NewSchema(id, name, fields...)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	return s, nil
}
