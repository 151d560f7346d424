package tables

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// kind is what a token is.
type kind uint8

const (
	word   kind = iota // a name or a keyword, bare
	name               // a name in quotes of some sort
	str                // a text
	number             // a number or a blob
	sign               // one character of anything else
)

// token is a piece of a query that means something.
type token struct {
	kind kind
	text string // of a name, without its quotes
	at   int    // offset in the query
	end  int
}

// isWord reports whether the token is a keyword.
func (t token) isWord(keyword string) bool {
	return t.kind == word && strings.EqualFold(t.text, keyword)
}

// isName reports whether the token can be a name.
func (t token) isName() bool { return t.kind == word || t.kind == name }

// scan takes a query apart. It is never wrong: what SQLite would refuse is a
// token of some kind.
func scan(sql string) (tokens []token) {
	for at := 0; at < len(sql); {
		if end := skip(sql, at); end > at {
			at = end
			continue
		}
		t := next(sql, at)
		tokens = append(tokens, t)
		at = t.end
	}
	return tokens
}

// skip returns where the space or comment at a place ends.
func skip(sql string, at int) int {
	rest := sql[at:]
	switch {
	case strings.HasPrefix(rest, "--"):
		if i := strings.IndexByte(rest, '\n'); i >= 0 {
			return at + i + 1
		}
		return len(sql)
	case strings.HasPrefix(rest, "/*"):
		if i := strings.Index(rest[2:], "*/"); i >= 0 {
			return at + i + 4
		}
		return len(sql)
	}
	if r, n := utf8.DecodeRuneInString(rest); unicode.IsSpace(r) {
		return at + n
	}
	return at
}

func next(sql string, at int) token {
	switch c := sql[at]; {
	case c == '\'':
		return quotedToken(sql, at, '\'', str)
	case c == '"' || c == '`':
		return quotedToken(sql, at, c, name)
	case c == '[':
		return quotedToken(sql, at, ']', name)
	case c >= '0' && c <= '9':
		return run(sql, at, number)
	case begins(sql[at:]):
		return run(sql, at, word)
	}
	_, n := utf8.DecodeRuneInString(sql[at:])
	return token{sign, sql[at : at+n], at, at + n}
}

// begins reports whether a name may begin so.
func begins(rest string) bool {
	r, _ := utf8.DecodeRuneInString(rest)
	return r == '_' || r == '$' || r >= utf8.RuneSelf || unicode.IsLetter(r)
}

func run(sql string, at int, k kind) token {
	end := at
	for end < len(sql) {
		r, n := utf8.DecodeRuneInString(sql[end:])
		inNumber := k == number && r == '.'
		if !inNumber && r != '_' && r != '$' && r < utf8.RuneSelf && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			break
		}
		end += n
	}
	return token{k, sql[at:end], at, end}
}

// quotedToken is one that ends with a quote, which stands for itself where it
// stands twice.
func quotedToken(sql string, at int, quote byte, k kind) token {
	var text strings.Builder
	for i := at + 1; i < len(sql); i++ {
		if sql[i] != quote {
			text.WriteByte(sql[i])
			continue
		}
		if quote == ']' || i+1 >= len(sql) || sql[i+1] != quote {
			return token{k, text.String(), at, i + 1}
		}
		text.WriteByte(quote)
		i++
	}
	return token{k, text.String(), at, len(sql)}
}
