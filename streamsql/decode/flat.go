package decode

import (
	"bytes"

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
	if d.builder == nil {
		d.builder = tag.NewBuilder(d.schema, d.messages)
	}
	s := scanner{rest: payload}
	if !s.token('{') {
		return false
	}
	d.row = d.builder.Row(arrived)
	if d.flatFields(&s) && s.end() {
		return true
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
		key, ok := s.plainText()
		if !ok || !s.token(':') || len(key) > longestName {
			return false
		}
		targets, ok := d.flatTargets(place, key)
		if !ok || !d.flatValue(s, targets) {
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

// expected is the name that stood at a place of the last message, and the columns
// that it is for: senders send the same names in the same order.
type expected struct {
	name    string
	targets []target
}

// mostExpected bounds how many names are expected.
const mostExpected = 256

// flatTargets returns the columns of a name, and false for one that has to become
// a column, or cannot.
func (d *Decoder) flatTargets(place int, key []byte) ([]target, bool) {
	if place < len(d.expected) && d.expected[place].name == string(key) {
		return d.expected[place].targets, true
	}
	found, known := d.targets.of(key)
	if !known && d.options.All {
		return nil, false
	}
	if place < mostExpected {
		d.expected = append(d.expected[:min(place, len(d.expected))], expected{string(key), found})
	}
	return found, true
}

// flatValue reads a value for columns, which may be none.
func (d *Decoder) flatValue(s *scanner, targets []target) bool {
	var v tag.Value
	switch c := s.peek(); {
	case c == '"':
		text, ok := s.plainText()
		if !ok {
			return false
		}
		if len(targets) > 0 {
			v = tag.StringOf(d.text.keep(text))
		}
	case c == '-' || c >= '0' && c <= '9':
		digits := s.digits()
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
	for _, t := range targets {
		if t.exact || d.row[t.slot].Kind() == tag.Absent {
			d.row[t.slot] = v
		}
	}
	return true
}

// scanner reads tokens of JSON.
type scanner struct{ rest []byte }

// peek passes over white space and returns what is next, 0 for nothing.
func (s *scanner) peek() byte {
	for i, c := range s.rest {
		if c != ' ' && c != '\t' && c != '\n' && c != '\r' {
			s.rest = s.rest[i:]
			return c
		}
	}
	s.rest = nil
	return 0
}

// token takes one character, if it is next.
func (s *scanner) token(c byte) bool {
	if len(s.rest) > 0 && s.rest[0] == c || s.peek() == c {
		s.rest = s.rest[1:]
		return true
	}
	return false
}

// word takes a word, if it is next.
func (s *scanner) word(w string) bool {
	if len(s.rest) < len(w) || string(s.rest[:len(w)]) != w {
		return false
	}
	s.rest = s.rest[len(w):]
	return true
}

// end reports whether nothing follows.
func (s *scanner) end() bool { return s.peek() == 0 && len(s.rest) == 0 }

// plainText takes a text without escapes and control characters.
func (s *scanner) plainText() ([]byte, bool) {
	if !s.token('"') {
		return nil, false
	}
	n := bytes.IndexByte(s.rest, '"')
	if n < 0 {
		return nil, false
	}
	text := s.rest[:n]
	for _, c := range text {
		if c < ' ' || c == '\\' {
			return nil, false
		}
	}
	s.rest = s.rest[n+1:]
	return text, true
}

// digits takes what belongs to a number.
func (s *scanner) digits() []byte {
	n := 0
	for n < len(s.rest) {
		c := s.rest[n]
		if (c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E' {
			break
		}
		n++
	}
	digits := s.rest[:n]
	s.rest = s.rest[n:]
	return digits
}
