package exec

import (
	"unsafe"

	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// slab hands out kept records, their values, texts and rows from blocks, so that
// keeping a row is seldom an allocation. A block is freed when nothing of it is
// kept any more: what is kept together mostly goes together.
type slab struct {
	records []record
	values  []tag.Value
	texts   []byte
	rows    []*record
	weight  int // of what was cloned, beyond what plain values take
}

// Sizes of blocks, and from how many bytes on a text has one of its own.
const (
	blockRows = 32
	blockText = 2048
	longText  = 256
)

func (s *slab) record() *record {
	if len(s.records) == 0 {
		s.records = make([]record, blockRows)
	}
	r := &s.records[0]
	s.records = s.records[1:]
	return r
}

// take returns room for n values.
func (s *slab) take(n int) []tag.Value {
	if len(s.values) < n {
		s.values = make([]tag.Value, max(n, blockRows*n))
	}
	v := s.values[:n:n]
	s.values = s.values[n:]
	return v
}

// row returns room for a joined row of n inputs.
func (s *slab) row(n int) []*record {
	if len(s.rows) < n {
		s.rows = make([]*record, max(n, blockRows*n))
	}
	r := s.rows[:n:n]
	s.rows = s.rows[n:]
	return r
}

// clone returns a value that shares no memory with v, and weighs it.
func (s *slab) clone(v tag.Value) tag.Value {
	switch v.Kind() {
	case tag.String:
		s.weight += value.Size(v, maxHeld) - plainSize
		return s.cloneText(v)
	case tag.Bytes, tag.Array, tag.ObjectKind:
		s.weight += value.Size(v, maxHeld) - plainSize
		return v.Clone()
	default:
		return v
	}
}

func (s *slab) cloneText(v tag.Value) tag.Value {
	text := v.Str()
	if len(text) == 0 || len(text) >= longText {
		return v.Clone()
	}
	if cap(s.texts)-len(s.texts) < len(text) {
		s.texts = make([]byte, 0, blockText)
	}
	from := len(s.texts)
	s.texts = append(s.texts, text...)
	return tag.StringOf(unsafe.String(&s.texts[from], len(text))).WithQuality(v.Quality())
}

func (s *slab) cloneAll(dst, src []tag.Value) {
	for i, v := range src {
		dst[i] = s.clone(v)
	}
}
