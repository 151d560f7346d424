package decode

// scanner reads tokens of JSON.
type scanner struct {
	data []byte
	at   int

	fields  uint64 // the first 64 columns that were met
	altered bool   // the text says something else than the row does, or in lines
}

// note notes the columns of a name: the text of a row has each once, and none
// that the row has not.
func (s *scanner) note(found []target) {
	if len(found) != 1 || !found[0].exact || found[0].slot >= 64 || s.fields>>found[0].slot&1 != 0 {
		s.altered = true
		return
	}
	s.fields |= 1 << found[0].slot
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

// quoted takes a text that is known to be plain, if it is next.
func (s *scanner) quoted(text string) bool {
	last := s.at + 1 + len(text)
	if last >= len(s.data) || s.data[s.at] != '"' || s.data[last] != '"' || string(s.data[s.at+1:last]) != text {
		return false
	}
	s.at = last + 1
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
	var all byte
	for i, c := range s.data[s.at:] {
		if c == '"' {
			text = s.data[s.at : s.at+i]
			s.at += i + 1
			return text, all >= 0x80, true
		}
		if c < ' ' || c == '\\' {
			return nil, false, false
		}
		all |= c
	}
	return nil, false, false
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
