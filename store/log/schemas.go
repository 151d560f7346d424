package log

import (
	"github.com/holdfast-edge/holdfast/store/codec"
	"github.com/holdfast-edge/holdfast/tag"
)

// maxPointers bounds the memory of schemas by pointer, for those who make the
// same one again and again.
const maxPointers = 1 << 14

// schemaIndex numbers the schemas of the active segment. The committer owns it.
type schemaIndex struct {
	pointers  map[*tag.Schema]known
	contents  map[string]uint32
	unwritten []row
}

func newSchemaIndex() *schemaIndex {
	return &schemaIndex{pointers: map[*tag.Schema]known{}, contents: map[string]uint32{}}
}

// known is a schema's number in the segment and that of its stream.
type known struct{ schema, stream uint32 }

// known returns the numbers of a schema and of its stream, in a directory that
// is always the same. What is new is written with the next commit.
func (x *schemaIndex) known(s *tag.Schema, streams *directory) known {
	if k, ok := x.pointers[s]; ok {
		return k
	}
	k := known{schema: x.number(s), stream: streams.number(s.Stream(), s.Name())}
	if len(x.pointers) >= maxPointers {
		clear(x.pointers)
	}
	x.pointers[s] = k
	return k
}

func (x *schemaIndex) number(s *tag.Schema) uint32 {
	encoded := codec.AppendSchema(nil, s)
	n, ok := x.contents[string(encoded)]
	if !ok {
		n = uint32(len(x.contents))
		x.contents[string(encoded)] = n
		x.unwritten = append(x.unwritten, row{key: number(n), value: appendChecksum(encoded, 0)})
	}
	return n
}

// load enters a schema as the segment has it. One that is damaged keeps its
// number and is never used again.
func (x *schemaIndex) load(n uint32, src []byte) {
	body, err := checked(src)
	if err != nil {
		body = append([]byte("damaged "), number(n)...)
	}
	x.contents[string(body)] = n
}

func readSchema(src []byte) (*tag.Schema, error) {
	body, err := checked(src)
	if err != nil {
		return nil, err
	}
	return codec.DecodeSchema(body)
}
