package codec

import (
	"encoding/binary"

	"github.com/holdfast-edge/holdfast/tag"
)

// texts is the values of a series that are no numbers, each written once: a
// state that comes back is its place among them.
//
//	texts := count (kind content)…
type texts struct {
	encoded []byte
	n       int
	places  map[string]int
}

// maxPlaces is how many texts are remembered. Of a series that has more, hardly
// one comes back.
const maxPlaces = 256

func isText(kind tag.Kind) bool {
	return kind == tag.String || kind == tag.Bytes || kind >= tag.Array
}

// place returns the place of a value, at the end where it is new.
func (t *texts) place(v tag.Value) int {
	from := len(t.encoded)
	t.encoded = appendContent(append(t.encoded, byte(v.Kind())), v)
	if place, ok := t.places[string(t.encoded[from:])]; ok {
		t.encoded = t.encoded[:from]
		return place
	}
	if t.places == nil {
		t.places = map[string]int{}
	}
	if len(t.places) < maxPlaces {
		t.places[string(t.encoded[from:])] = t.n
	}
	t.n++
	return t.n - 1
}

// size returns the octets of memory; the texts that are remembered take some
// twice.
func (t *texts) size() int { return 2*len(t.encoded) + 64*len(t.places) }

func (t *texts) appendTo(dst []byte) []byte {
	if t.n == 0 {
		return dst
	}
	return append(binary.AppendUvarint(dst, uint64(t.n)), t.encoded...)
}

// texts takes what appendTo wrote.
func (r *Reader) texts() []tag.Value {
	n := r.Count(1)
	all := make([]tag.Value, 0, min(n, r.Len()))
	for range n {
		kind := tag.Kind(r.Byte())
		if !isText(kind) || kind > tag.ObjectKind {
			r.Fail("the kind of a text")
		}
		all = append(all, r.content(kind, 0))
		if r.err != nil {
			return nil
		}
	}
	return all
}
