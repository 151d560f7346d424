package decode

import (
	"unicode/utf8"

	"github.com/holdfast-edge/holdfast/tag"
)

// flat makes a row of the payload that most senders send: one object of plain
// texts, numbers, truths and nulls. It reads the payload once and builds no tree.
// Whatever else there is it leaves to the parser, and reports false; FuzzAdd
// holds that both make the same of a payload.
func (d *Decoder) flat(payload []byte, arrived int64) bool {
	if d.options.Timestamp != "" {
		return false
	}
	d.begin()
	s := scanner{data: payload}
	if !s.token('{') {
		return false
	}
	from := s.at - 1
	d.row = d.builder.Row(arrived)
	if d.flatFields(&s) {
		to := s.at
		if s.end() {
			if d.later.on {
				d.later.add(told{json: payload[from:to:to], same: s.fields != 0 && !s.altered})
			}
			return true
		}
	}
	d.builder.Drop()
	return false
}

// flatFields reads the fields behind the brace, and the other brace.
func (d *Decoder) flatFields(s *scanner) bool {
	if s.token('}') {
		return true
	}
	for place := 0; ; place++ {
		targets, ok := d.flatKey(s, place)
		if !ok || !s.token(':') || !d.flatValue(s, targets) {
			return false
		}
		if s.token('}') {
			return true
		}
		if !s.token(',') {
			return false
		}
	}
}

// flatKey reads a name and returns its columns, and false for one that has to
// become a column, or cannot.
func (d *Decoder) flatKey(s *scanner, place int) (found []target, ok bool) {
	if s.at < len(s.data) && s.data[s.at] <= ' ' {
		s.peek()
	}
	if place < len(d.expected) && s.quoted(d.expected[place].name) {
		found = d.expected[place].targets
	} else {
		key, wide, plain := s.plainText()
		if !plain || len(key) > longestName || wide && !utf8.Valid(key) {
			return nil, false
		}
		if found, ok = d.flatTargets(place, key); !ok {
			return nil, false
		}
	}
	s.note(found)
	return found, true
}

// expected is the name that stood at a place of the last message, and the columns
// that it is for: senders send the same names in the same order.
type expected struct {
	name    string
	targets []target
}

// mostExpected bounds how many names are expected.
const mostExpected = 256

// flatTargets looks the columns of a name up, which is expected there from now on.
func (d *Decoder) flatTargets(place int, key []byte) ([]target, bool) {
	found, known := d.targets.of(key)
	if !known && d.options.All {
		return nil, false
	}
	if place < mostExpected {
		d.expected = append(d.expected[:min(place, len(d.expected))], expected{string(key), found})
	}
	return found, true
}

// flatValue reads a value for columns, which may be none. Where none of them is
// read now it only sees that it is one.
func (d *Decoder) flatValue(s *scanner, targets []target) bool {
	wanted := false
	for _, t := range targets {
		wanted = wanted || t.slot < len(d.row)
	}
	var v tag.Value
	switch c := s.peek(); {
	case c == '"':
		text, wide, ok := s.plainText()
		if !ok {
			return false
		}
		s.altered = s.altered || wide && !utf8.Valid(text)
		if wanted {
			v = tag.StringOf(d.text.keep(text))
		}
	case c == '-' || c >= '0' && c <= '9':
		digits, plain := s.number()
		s.altered = s.altered || !plain
		if !wanted {
			return plain || isNumber(digits)
		}
		var err error
		if v, err = number(digits); err != nil {
			return false
		}
	case s.word("true"):
		v = tag.BoolOf(true)
	case s.word("false"):
		v = tag.BoolOf(false)
	case s.word("null"):
		v = tag.NullOf(tag.Good)
	default:
		return false
	}
	if wanted {
		d.put(targets, v)
	}
	return true
}
