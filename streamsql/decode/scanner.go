package decode

import (
	"encoding/binary"
	"math/bits"
)

// scanner reads tokens of JSON.
type scanner struct {
	data []byte
	at   int

	time    []byte // what the field with the row's time says; nil: it was not met
	fields  uint64 // the first 64 columns that were met
	altered bool   // the text says something else than the row does, or in lines
}

// note notes a field: the text of a row has each column once, and none that the
// row has not, in one line.
func (s *scanner) note(e *expected) {
	if e.field == 0 || s.fields&e.field != 0 || e.broken {
		s.altered = true
	}
	s.fields |= e.field
}

// peek passes over white space and returns what is next, 0 for nothing.
func (s *scanner) peek() byte {
	for ; s.at < len(s.data); s.at++ {
		switch c := s.data[s.at]; c {
		case ' ', '\t':
		case '\n', '\r':
			s.altered = true // one row, one line
		default:
			return c
		}
	}
	return 0
}

// token takes one character, if it is next.
func (s *scanner) token(c byte) bool {
	if s.at < len(s.data) && s.data[s.at] == c || s.peek() == c && c != 0 {
		s.at++
		return true
	}
	return false
}

// word takes a word, if it is next.
func (s *scanner) word(w string) bool {
	if len(s.data)-s.at < len(w) || string(s.data[s.at:s.at+len(w)]) != w {
		return false
	}
	s.at += len(w)
	return true
}

// end reports whether nothing follows.
func (s *scanner) end() bool {
	altered := s.altered
	s.peek()
	s.altered = altered // what is behind the row is not of the row
	return s.at == len(s.data)
}

// plainText takes a text without escapes and control characters. wide is true
// where not all of it is ASCII.
func (s *scanner) plainText() (text []byte, wide, ok bool) {
	if !s.token('"') {
		return nil, false, false
	}
	from := s.at
	var all uint64
	for s.at+8 <= len(s.data) {
		eight := binary.LittleEndian.Uint64(s.data[s.at:])
		if ends := special(eight); ends != 0 {
			n := bits.TrailingZeros64(ends) / 8
			s.at += n
			all |= eight & (1<<(8*n) - 1)
			return s.endText(from, all)
		}
		all |= eight
		s.at += 8
	}
	for ; s.at < len(s.data); s.at++ {
		c := s.data[s.at]
		if c == '"' || c < ' ' || c == '\\' {
			return s.endText(from, all)
		}
		all |= uint64(c)
	}
	return nil, false, false
}

// endText ends a text that began at from, at a character that cannot be in it.
func (s *scanner) endText(from int, all uint64) (text []byte, wide, ok bool) {
	if s.data[s.at] != '"' {
		return nil, false, false
	}
	text = s.data[from:s.at]
	s.at++
	return text, all&highs != 0, true
}

// number takes what belongs to a number. It is plain where every reader of JSON
// takes it for the same: without an exponent, which may be too large, and without
// zeros in front.
func (s *scanner) number() (digits []byte, plain bool) {
	from := s.at
	if s.data[s.at] == '-' {
		s.at++
	}
	first := s.at
	whole := s.pass()
	plain = whole == 1 || whole > 1 && s.data[first] != '0'
	if s.at < len(s.data) && s.data[s.at] == '.' {
		s.at++
		plain = s.pass() > 0 && plain
	}
	at := s.at
	s.rest()
	return s.data[from:s.at], plain && s.at == at
}

// pass passes over digits and returns how many.
func (s *scanner) pass() int {
	from := s.at
	for s.at+8 <= len(s.data) {
		if others := notDigits(binary.LittleEndian.Uint64(s.data[s.at:])); others != 0 {
			s.at += bits.TrailingZeros64(others) / 8
			return s.at - from
		}
		s.at += 8
	}
	for s.at < len(s.data) && s.data[s.at]-'0' <= 9 {
		s.at++
	}
	return s.at - from
}

// rest passes over what else belongs to a number.
func (s *scanner) rest() {
	for s.at < len(s.data) {
		c := s.data[s.at]
		if (c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E' {
			break
		}
		s.at++
	}
}
