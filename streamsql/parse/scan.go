package parse

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	sql "github.com/rqlite/sql"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
)

// scanner cuts a text into tokens.
type scanner struct {
	text    string
	dialect ast.Dialect
	pos     ast.Pos // where the rest of the text begins
	tokens  []token
	err     *Error         // what is wrong with the last one, if it is ILLEGAL
	reader  strings.Reader // the rest, for the scanner of rqlite/sql
}

// scan returns the tokens of a text. The last one is EOF, or ILLEGAL where
// something stands that is no token, with what is wrong; what follows it is not
// read.
func scan(text string, d ast.Dialect) ([]token, *Error) {
	s := &scanner{text: text, dialect: d, pos: ast.Pos{Line: 1, Column: 1}}
	s.tokens = make([]token, 0, 8+len(text)/4)
	if s.checkText() {
		for s.skipBlank() && s.scanToken() {
		}
	}
	return s.tokens, s.err
}

// checkText refuses what is too long or not text at all.
func (s *scanner) checkText() bool {
	if len(s.text) > MaxText {
		return s.illegal(fmt.Sprintf("text of %d bytes, at most %d are allowed", len(s.text), MaxText), "")
	}
	if !utf8.ValidString(s.text) {
		valid := 0
		for r, size := utf8.DecodeRuneInString(s.text); r != utf8.RuneError || size > 1; r, size = utf8.DecodeRuneInString(s.text[valid:]) {
			valid += size
		}
		s.move(valid)
		return s.illegal("text is not UTF-8", "")
	}
	return true
}

// rest returns what is not yet read.
func (s *scanner) rest() string { return s.text[s.pos.Offset:] }

// move reads n bytes.
func (s *scanner) move(n int) {
	for _, c := range []byte(s.text[s.pos.Offset : s.pos.Offset+n]) {
		switch {
		case c == '\n':
			s.pos.Line++
			s.pos.Column = 1
		case c&0xC0 != 0x80: // not inside a rune
			s.pos.Column++
		}
	}
	s.pos.Offset += n
}

// take reads n bytes as one token.
func (s *scanner) take(kind sql.Token, text string, n int) bool {
	pos := s.pos
	s.move(n)
	s.tokens = append(s.tokens, token{kind: kind, text: text, pos: pos, end: s.pos.Offset})
	return true
}

// illegal ends the tokens with what is wrong at the current position.
func (s *scanner) illegal(message, hint string) bool {
	s.tokens = append(s.tokens, token{kind: sql.ILLEGAL, pos: s.pos, end: s.pos.Offset})
	s.err = &Error{Pos: s.pos, Message: message, Hint: hint}
	return false
}

// skipBlank reads white space and comments, and ends the tokens at the end of
// the text.
func (s *scanner) skipBlank() bool {
	for {
		rest := s.rest()
		switch {
		case rest == "":
			s.take(sql.EOF, "", 0)
			return false
		case strings.HasPrefix(rest, "--"):
			s.move(lengthThrough(rest, "\n"))
		case strings.HasPrefix(rest, "/*"):
			length := strings.Index(rest[2:], "*/")
			if length < 0 {
				return s.illegal(`comment without its end "*/"`, "")
			}
			s.move(2 + length + 2)
		default:
			r, size := utf8.DecodeRuneInString(rest)
			if !unicode.IsSpace(r) && r != '\ufeff' {
				return true
			}
			s.move(size)
		}
	}
}

// lengthThrough returns the length of text up to and with the first end, or of
// all of it.
func lengthThrough(text, end string) int {
	if i := strings.Index(text, end); i >= 0 {
		return i + len(end)
	}
	return len(text)
}

// scanToken reads the token that the rest begins with.
func (s *scanner) scanToken() bool {
	rest := s.rest()
	c := rest[0]
	switch {
	case isBlob(rest):
		return s.scanPlain()
	case c == '`', c == '"' && s.dialect == ast.Standard:
		return s.scanQuoted(c)
	case c == '"', c == '\'' && s.dialect == ast.EKuiper:
		return s.scanEscaped(c)
	case c == '[' && !s.afterOperand():
		return s.scanQuoted(']')
	case c == '=' && s.joinsBefore():
		return true
	}
	if kind := signs[c]; kind != 0 && !strings.HasPrefix(rest, "!=") {
		return s.take(kind, rest[:1], 1)
	}
	if length := nameLength(rest, 0); length > 0 {
		return s.take(sql.IDENT, rest[:length], length)
	}
	return s.scanPlain()
}

// isBlob reports whether a text begins with a blob, x'00ff'.
func isBlob(rest string) bool {
	return len(rest) > 1 && (rest[0] == 'x' || rest[0] == 'X') && rest[1] == '\''
}

// signs are those that the scanner of rqlite/sql takes for something else or
// for nothing, and, because it is quicker, those that begin no longer one.
var signs = [256]sql.Token{
	'[': leftBracket, ']': rightBracket, ':': colon, '#': hash, '^': caret, '!': bang,
	'(': sql.LP, ')': sql.RP, ',': sql.COMMA, ';': sql.SEMI, '+': sql.PLUS, '*': sql.STAR, '%': sql.REM,
	'&': sql.BITAND, '~': sql.BITNOT,
}

// nameLength returns how far a name reaches that text[from:] begins or goes on
// with.
func nameLength(text string, from int) int {
	for i, r := range text[from:] {
		if !ast.IsNameRune(r, from+i == 0) {
			return from + i
		}
	}
	return len(text)
}

// afterOperand reports whether the last token may end an operand.
func (s *scanner) afterOperand() bool {
	return len(s.tokens) > 0 && s.tokens[len(s.tokens)-1].endsOperand()
}

// scanQuoted reads a name in quotes, a quote inside written twice. The bracket
// of [name] cannot be written inside.
func (s *scanner) scanQuoted(quote byte) bool {
	rest := s.rest()
	end := 1
	for end < len(rest) && (rest[end] != quote || quote != ']' && strings.HasPrefix(rest[end+1:], string(quote))) {
		if rest[end] == quote {
			end++
		}
		end++
	}
	if end >= len(rest) {
		return s.illegal("name without its closing quote "+string(quote), "")
	}
	name := rest[1:end]
	if name == "" {
		return s.illegal("name without a letter between its quotes", quoteHint(quote))
	}
	if quote != ']' {
		name = strings.ReplaceAll(name, string([]byte{quote, quote}), string(quote))
	}
	return s.take(sql.QIDENT, name, end+1)
}

// quoteHint explains the empty name "", which was meant as text.
func quoteHint(quote byte) string {
	if quote == '"' {
		return "text stands in single quotes ('')"
	}
	return ""
}

// scanPlain reads a literal or an operator with the scanner of rqlite/sql.
func (s *scanner) scanPlain() bool {
	rest := s.rest()
	s.reader.Reset(rest)
	_, kind, literal := sql.NewScanner(&s.reader).Scan()
	length := len(literal)
	switch kind {
	case sql.ILLEGAL, sql.BIND:
		return s.scanIllegal()
	case sql.STRING:
		length += len("''") + strings.Count(literal, "'")
	case sql.BLOB:
		length += len("x''")
	case sql.INTEGER, sql.FLOAT:
		if end := nameLength(rest, length); end > length {
			return s.illegal(fmt.Sprintf("malformed number %.40q", rest[:end]), durationHint(rest[:end]))
		}
	}
	return s.take(kind, literal, length)
}

// scanIllegal tells what is wrong with a rest that begins with no token.
func (s *scanner) scanIllegal() bool {
	r, _ := utf8.DecodeRuneInString(s.rest())
	switch {
	case r == '\'':
		return s.illegal("text without its closing quote '", "")
	case r == 'x' || r == 'X':
		return s.illegal("malformed blob", "a blob is written x'00ff', two digits for each byte")
	case '0' <= r && r <= '9' || r == '.':
		return s.illegal("malformed number", "")
	case strings.ContainsRune("“”„‘’«»", r):
		return s.illegal(fmt.Sprintf("unknown character %q", r), "quotes are straight: text stands in 'x', a name in \"x\"")
	case strings.ContainsRune("?$@", r):
		return s.illegal(fmt.Sprintf("unknown character %q", r), "there are no parameters in stream SQL")
	}
	return s.illegal(fmt.Sprintf("unknown character %q", r), asciiHint(r))
}

// durationHint tells how a duration that stands bare is written.
func durationHint(text string) string {
	if _, err := time.ParseDuration(text); err != nil {
		return ""
	}
	return fmt.Sprintf("a duration is text: '%s'", text)
}

// asciiHint tells how a sign of typeset text is written.
func asciiHint(r rune) string {
	for _, pair := range [...][2]string{{"≥", ">="}, {"≤", "<="}, {"≠", "<>"}, {"×", "*"}, {"÷", "/"}, {"−–—", "-"}, {"，", ","}} {
		if strings.ContainsRune(pair[0], r) {
			return "write " + pair[1]
		}
	}
	return ""
}
