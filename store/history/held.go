package history

import (
	"bytes"

	"github.com/holdfast-edge/holdfast/store/codec"
	"github.com/holdfast-edge/holdfast/tag"
)

// held is a row that waits in memory, packed: a hundred thousand values a second are a few octets each instead of 24,
// and nothing for the garbage collector to follow.
type held struct {
	at       int64  // source time of the row
	position uint64 // of its batch in the log
	schema   *tag.Schema
	first    tag.Identity
	packed   []byte
	batch    *tag.Batch // of the row alone, where it cannot be packed
}

// hold packs a row of a batch.
func hold(b *tag.Batch, row int, position uint64) held {
	if b.Len() > 1 {
		b = b.Slice(row, row+1)
	}
	h := held{at: b.Time(0), position: position, schema: b.Schema(), first: b.Identity(0)}
	packed, err := codec.AppendRows(make([]byte, 0, 8*b.Schema().Len()+32), b)
	if err != nil {
		h.batch = b
		return h
	}
	h.packed = bytes.Clone(packed) // without the room that was left
	return h
}

// row unpacks.
func (h *held) row() rowRef {
	b := h.batch
	if b == nil {
		rows, err := codec.DecodeRows(h.packed, h.schema)
		if err != nil {
			panic("history: a row that waits in memory has changed: " + err.Error())
		}
		b = rows.Committed(h.first)
	}
	return rowRef{batch: b, position: h.position}
}
