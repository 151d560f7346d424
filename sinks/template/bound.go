package template

import "github.com/holdfast-edge/holdfast/tag"

// Escape appends text so that it is harmless where it goes.
type Escape func(dst []byte, text string) []byte

// Bound is a template for the rows of one schema. It may be used concurrently.
type Bound struct {
	pieces []piece
	escape Escape
}

// piece is literal text, or the value in a slot of the row; literal is then the
// name of the placeholder.
type piece struct {
	literal string
	slot    int
}

// Slots that are none of a schema.
const (
	literalSlot = -1
	missingSlot = -2
)

// add joins neighbouring literals.
func (b *Bound) add(p piece) {
	if last := len(b.pieces) - 1; last >= 0 && p.slot == literalSlot && b.pieces[last].slot == literalSlot {
		b.pieces[last].literal += p.literal
		return
	}
	b.pieces = append(b.pieces, p)
}

func (b *Bound) escaped(dst []byte, text string) []byte {
	if b.escape == nil {
		return append(dst, text...)
	}
	return b.escape(dst, text)
}

// IsConstant tells whether every row gives the same text.
func (b Bound) IsConstant() bool {
	for _, p := range b.pieces {
		if p.slot >= 0 {
			return false
		}
	}
	return true
}

// AppendRow appends the text of a row, which may be nil. A missing or Bad value
// is the empty text, as the far end escapes it.
func (b Bound) AppendRow(dst []byte, row []tag.Value) []byte {
	for _, p := range b.pieces {
		switch {
		case p.slot == literalSlot:
			dst = append(dst, p.literal...)
		case p.slot == missingSlot || row == nil || row[p.slot].IsNull():
			dst = b.escaped(dst, "")
		case row[p.slot].Kind() == tag.String:
			dst = b.escaped(dst, row[p.slot].Str())
		default:
			dst = b.escaped(dst, string(tag.AppendJSON(nil, row[p.slot])))
		}
	}
	return dst
}

// AppendWith is AppendRow for payloads: other appends what a placeholder stands
// for that is no field, and returns dst and false where it knows none; values are JSON.
func (b Bound) AppendWith(dst []byte, row []tag.Value, other func(dst []byte, name string) ([]byte, bool)) []byte {
	for _, p := range b.pieces {
		if p.slot == literalSlot {
			dst = append(dst, p.literal...)
			continue
		}
		if p.slot >= 0 {
			dst = tag.AppendJSON(dst, row[p.slot])
			continue
		}
		known, ok := other(dst, p.literal)
		if dst = known; !ok {
			dst = append(dst, "null"...)
		}
	}
	return dst
}
