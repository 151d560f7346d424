package taosd

import (
	"slices"
	"strings"
)

// token is a word of a statement. The text of a quoted one is without quotes.
type token struct {
	text   string
	quoted byte // ' for a text, ` for a name, 0 for neither
}

func (t token) is(word string) bool { return t.quoted == 0 && strings.EqualFold(t.text, word) }

// isName tells whether the token may name something.
func (t token) isName() bool {
	return t.quoted == '`' || t.quoted == 0 && t.text != "" && (isLetter(t.text[0]) || t.text[0] == '_')
}

// name is what the token names: lower case unless it is quoted.
func (t token) name() string {
	if t.quoted == '`' {
		return t.text
	}
	return strings.ToLower(t.text)
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }

// lex divides a statement into tokens.
func lex(sql string) ([]token, error) {
	var all []token
	for i := 0; i < len(sql); {
		c := sql[i]
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ';':
			i++
		case c == '\'' || c == '"' || c == '`':
			text, n, err := quotedText(sql[i:])
			if err != nil {
				return nil, err
			}
			if c == '"' {
				c = '\''
			}
			all = append(all, token{text: text, quoted: c})
			i += n
		case isLetter(c) || c == '_' || isDigit(c) || c == '.' && i+1 < len(sql) && isDigit(sql[i+1]):
			n := wordLength(sql[i:])
			all = append(all, token{text: sql[i : i+n]})
			i += n
		default:
			n := 1
			if i+1 < len(sql) && slices.Contains([]string{"<=", ">=", "<>", "!="}, sql[i:i+2]) {
				n = 2
			}
			all = append(all, token{text: sql[i : i+n]})
			i += n
		}
	}
	return all, nil
}

// wordLength is how long a word or number is; 1.5e-07 is one, 1h too.
func wordLength(s string) int {
	number := isDigit(s[0]) || s[0] == '.'
	for i := range len(s) {
		c := s[i]
		switch {
		case isLetter(c) || isDigit(c) || c == '_':
		case number && c == '.':
		case number && (c == '+' || c == '-') && i > 0 && s[i-1]|0x20 == 'e' && !strings.HasPrefix(s, "0x"):
		default:
			return i
		}
	}
	return len(s)
}

// quotedText reads a quoted text with its escapes and tells how long it was.
func quotedText(s string) (text string, n int, err error) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\' && s[0] != '`' && i+1 < len(s):
			i++
			if s[i] != '\'' && s[i] != '"' && s[i] != '\\' { // \x of a VARBINARY stays
				b.WriteByte('\\')
			}
			b.WriteByte(s[i])
		case s[i] == s[0] && i+1 < len(s) && s[i+1] == s[0] && s[0] == '\'':
			b.WriteByte(s[i])
			i++
		case s[i] == s[0]:
			return b.String(), i + 1, nil
		default:
			b.WriteByte(s[i])
		}
	}
	return "", 0, faultf(codeSyntax, "a quote is not closed near %.20s", s)
}
