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
	d.begin()
	s := scanner{data: payload}
	if !s.token('{') {
		return false
	}
	from := s.at - 1
	d.row = d.builder.Row(arrived)
	if d.flatFields(&s) {
		to := s.at
		if s.end() && d.date(s.time) {
			if d.later.on {
				d.later.add(told{json: payload[from:to:to], same: s.fields != 0 && !s.altered})
			}
			return true
		}
	}
	d.builder.Drop()
	return false
}

// date gives the row in hand the time that its message tells, where it has to tell
// one. It reports false for what it cannot read.
func (d *Decoder) date(told []byte) bool {
	if d.options.Timestamp == "" {
		return true
	}
	at, ok := plainTime(told)
	if ok {
		d.builder.Date(at)
	}
	return ok
}

// flatFields reads the fields behind the brace, and the other brace.
func (d *Decoder) flatFields(s *scanner) bool {
	for place := 0; ; place++ {
		var e *expected
		switch {
		case place < len(d.expected) && s.word(d.expected[place].lead):
			e = &d.expected[place]
		case s.token('}'):
			return true
		default:
			if e = d.meet(s, place); e == nil {
				return false
			}
		}
		s.note(e)
		s.peek()
		from := s.at
		if !d.flatValue(s, e) {
			return false
		}
		if e.dates && s.time == nil { // the first of that name, as for the parser
			s.time = s.data[from:s.at]
		}
	}
}

// meet reads what stands before a value and was not expected there, and nil for
// a name that has to become a column, or cannot.
func (d *Decoder) meet(s *scanner, place int) *expected {
	from := s.at
	if place > 0 && !s.token(',') {
		return nil
	}
	key, wide, plain := s.plainText()
	if !plain || len(key) > longestName || wide && !utf8.Valid(key) || !s.token(':') {
		return nil
	}
	s.peek()
	found, known := d.targets.of(key)
	if !known && d.options.All {
		return nil
	}
	return d.expect(place, s.data[from:s.at], key, found)
}

// flatValue reads a value. Where none of its columns is read now it only sees
// that it is one.
func (d *Decoder) flatValue(s *scanner, e *expected) bool {
	wanted := e.first < len(d.row)
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
		if !plain && !isNumber(digits) {
			return false
		}
		if !wanted {
			return true
		}
		var err error
		if v, err = numberOf(digits); err != nil {
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
		d.put(e.targets, v)
	}
	return true
}
