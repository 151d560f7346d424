package parse

import (
	"strconv"
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
