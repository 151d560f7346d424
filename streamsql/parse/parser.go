package parse

import (
	"fmt"

	sql "github.com/rqlite/sql"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
)

// parser reads the tokens of one text. Its reading functions begin at the
// current token and leave the first one that they do not own as the current
// one. Once err is set the current token is the end of the text for ever, and
// what they return is not to be used.
type parser struct {
	text    string
	dialect ast.Dialect
	tokens  []token      // the last one is EOF or ILLEGAL
	illegal *Error       // what is wrong with ILLEGAL
	token   *token       // the current one
	next    int          // its index
	depth   int          // of brackets and prefix operators around it
	beyond  *ast.Literal // the latest 9223372036854775808
	err     *Error
}

func newParser(text string, d ast.Dialect) *parser {
	p := &parser{text: text, dialect: d}
	p.tokens, p.illegal = scan(text, d)
	p.token = &p.tokens[0]
	return p
}

// advance moves to the next token; the last one is never left.
func (p *parser) advance() {
	if p.next < len(p.tokens)-1 {
		p.next++
		p.token = &p.tokens[p.next]
	}
}

// ahead returns the token n places behind the current one.
func (p *parser) ahead(n int) *token {
	if p.err != nil {
		return p.token
	}
	return &p.tokens[min(p.next+n, len(p.tokens)-1)]
}

func (p *parser) at(kind sql.Token) bool { return p.token.kind == kind }

// accept takes the current token if it is of the kind.
func (p *parser) accept(kind sql.Token) bool {
	if !p.at(kind) {
		return false
	}
	p.advance()
	return true
}

// acceptWord takes the current token if it is the word.
func (p *parser) acceptWord(word string) bool {
	if !p.token.is(word) {
		return false
	}
	p.advance()
	return true
}

// acceptWords takes the current token and the next if they are the words.
func (p *parser) acceptWords(first, second string) bool {
	if !p.token.is(first) || !p.ahead(1).is(second) {
		return false
	}
	p.advance()
	p.advance()
	return true
}

// acceptBefore takes the current token if it is the word and an opening
// parenthesis follows, and that parenthesis too.
func (p *parser) acceptBefore(word string) bool {
	if !p.token.is(word) || p.ahead(1).kind != sql.LP {
		return false
	}
	p.advance()
	p.advance()
	return true
}

func (p *parser) expect(kind sql.Token) {
	if !p.accept(kind) {
		p.expected(`"` + kind.String() + `"`)
	}
}

func (p *parser) expectWord(word string) {
	if !p.acceptWord(word) {
		p.expected(word)
	}
}

// enter goes one level down and reports whether that is allowed; leave comes
// back up.
func (p *parser) enter() bool {
	p.depth++
	if p.depth > MaxDepth && p.err == nil {
		p.refuse(fmt.Sprintf("brackets and signs nested too deep, at most %d levels are allowed", MaxDepth), "")
	}
	return p.err == nil
}

func (p *parser) leave() { p.depth-- }

// name reads an identifier where keywords need quotes.
func (p *parser) name(what string) ast.Name {
	if !p.token.isName() {
		p.expected(what)
		return ast.Name{}
	}
	return p.takeName()
}

// anyName reads an identifier where nothing but one can stand: behind a dot.
func (p *parser) anyName(what string) ast.Name {
	if !p.at(sql.IDENT) && !p.at(sql.QIDENT) {
		p.expected(what)
		return ast.Name{}
	}
	return p.takeName()
}

// takeName makes a name of the current token, whatever it is.
func (p *parser) takeName() ast.Name {
	n := ast.Name{Pos: p.token.pos, Text: p.token.text, Quoted: !p.at(sql.IDENT)}
	p.advance()
	return n
}

// names reads names in parentheses, the opening one already taken.
func (p *parser) names(what string) []ast.Name {
	names := commaList(p, func() ast.Name { return p.name(what) })
	p.expect(sql.RP)
	return names
}

// commaList reads one or more elements with commas between them.
func commaList[E any](p *parser, read func() E) []E {
	elements := []E{read()}
	for p.accept(sql.COMMA) {
		elements = append(elements, read())
	}
	return elements
}

func (p *parser) exprs() []ast.Expr { return commaList(p, p.expr) }
