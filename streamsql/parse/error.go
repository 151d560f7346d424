package parse

import (
	"strconv"
	"strings"
	"unicode/utf8"

	sql "github.com/rqlite/sql"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
)

// Error is a text that is not of the language. It names the place, what stands
// there, what should, and for common slips how to write it instead.
type Error struct {
	Pos     ast.Pos
	Message string
	Hint    string // a full clause, or empty
}

// Error returns "line:column: message; hint".
func (e *Error) Error() string {
	s := e.Pos.String() + ": " + e.Message
	if e.Hint != "" {
		s += "; " + e.Hint
	}
	return s
}

// expected fails at the current token: something else should stand there.
func (p *parser) expected(what string) {
	if p.token.kind == sql.ILLEGAL {
		p.fail(p.illegal)
		return
	}
	p.fail(&Error{Pos: p.token.pos, Message: "found " + p.found() + ", expected " + what, Hint: p.hint(what)})
}

// refuse fails at the current token: the language does not have it.
func (p *parser) refuse(message, hint string) {
	p.fail(&Error{Pos: p.token.pos, Message: message, Hint: hint})
}

// fail keeps the first error and ends the text.
func (p *parser) fail(err *Error) {
	if p.err == nil {
		p.err = err
	}
	p.next = len(p.tokens) - 1
	p.token = &token{kind: sql.EOF, pos: p.tokens[p.next].pos}
}

// longestFound is how many bytes of a token an error quotes.
const longestFound = 40

// found describes the current token in the user's own words.
func (p *parser) found() string {
	if p.token.kind == sql.EOF {
		return "the end of the text"
	}
	s := p.text[p.token.pos.Offset:p.token.end]
	if len(s) > longestFound {
		cut := longestFound
		for !utf8.RuneStart(s[cut]) {
			cut--
		}
		s = s[:cut] + "…"
	}
	return strconv.Quote(s)
}

// hint recognises a common slip by what was expected, the current token and the
// one before it.
func (p *parser) hint(what string) string {
	before := p.before()
	adjacent := before.end == p.token.pos.Offset
	switch p.token.kind {
	case sql.BITAND:
		if adjacent && before.kind == sql.BITAND {
			return "the logical operator is written AND"
		}
	case sql.GT, sql.LT:
		if adjacent && before.kind == sql.EQ {
			return "comparisons are written >= and <="
		}
	case sql.STRING:
		if p.dialect == ast.Standard && strings.HasPrefix(what, "the name") {
			return `text stands in single quotes, a name in double quotes ("a name") or in none`
		}
	case bang:
		return "write NOT x, or a <> b"
	case sql.SLASH, hash:
		return `a name that holds other characters than letters, digits and _ stands in double quotes ("plant/line1")`
	case sql.IDENT:
		if before.is("COLLATE") {
			return "there is no COLLATE: compare lower(x)"
		}
		if clause := misspelt(before); clause != "" {
			return "did you mean " + clause + " at " + before.pos.String() + "?"
		}
	}
	return ""
}

// before returns the token before the current one; a zero one at the start.
func (p *parser) before() *token {
	if p.next == 0 {
		return &token{}
	}
	return &p.tokens[p.next-1]
}

// misspelt returns the clause that a word was probably meant to begin: one that
// has the same first letter and, in any order, all the same letters but one.
func misspelt(word *token) string {
	if word.kind != sql.IDENT {
		return ""
	}
	text := strings.ToUpper(word.text)
	for _, clause := range [...]string{"FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT"} {
		if text != clause && text[0] == clause[0] && lettersApart(text, clause) <= 1 {
			return clause
		}
	}
	return ""
}

// lettersApart returns how many letters of the longer word the other lacks.
func lettersApart(a, b string) int {
	missing := max(len(a), len(b))
	for _, letter := range "ABCDEFGHIJKLMNOPQRSTUVWXYZ" {
		missing -= min(strings.Count(a, string(letter)), strings.Count(b, string(letter)))
	}
	return missing
}
