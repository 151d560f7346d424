package parse

import (
	"math"

	sql "github.com/rqlite/sql"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/tag"
)

// prefix reads an operand with the operators before it.
func (p *parser) prefix() ast.Expr {
	var op ast.Op
	switch {
	case p.token.is("NOT"):
		op = ast.Not
	case p.at(sql.MINUS):
		op = ast.Negate
	case p.at(sql.PLUS):
		op = ast.Plus
	case p.at(sql.BITNOT):
		op = ast.Invert
	default:
		return p.operand()
	}
	if !p.enter() {
		return nil
	}
	defer p.leave()
	u := &ast.Unary{Pos: p.token.pos, Op: op}
	p.advance()
	switch {
	case op == ast.Not:
		u.X = p.infix(ast.NotPrec)
	case op == ast.Negate && p.dialect == ast.EKuiper:
		u.X = p.unsigned()
	default:
		u.X = p.prefix()
	}
	if op == ast.Negate && p.beyond != nil && withoutPlus(u.X) == ast.Expr(p.beyond) {
		return &ast.Literal{Pos: u.Pos, Value: tag.IntOf(math.MinInt64)}
	}
	return u
}

// unsigned reads the number that a minus of eKuiper stands before: it has no
// other signs, and lets a blank follow the point of a fraction.
func (p *parser) unsigned() ast.Expr {
	switch {
	case p.at(sql.DOT) && p.ahead(1).kind == sql.INTEGER:
		start := p.token.pos
		p.advance()
		return p.literal(start, floatValue("."+p.token.text))
	case p.at(sql.INTEGER), p.at(sql.FLOAT):
		return p.operand()
	}
	p.expected("a number: eKuiper has no other minus sign")
	return nil
}

// operand reads the smallest whole expression, with the indexes and fields
// behind it.
func (p *parser) operand() ast.Expr {
	start := p.token.pos
	x := p.primary()
	for {
		switch {
		case p.at(leftBracket):
			x = p.bracket(start, x)
		case p.at(sql.DOT), p.at(sql.JSON_EXTRACT_JSON) && p.dialect == ast.EKuiper:
			p.advance()
			n := p.anyName("the name of a field")
			x = &ast.Index{Pos: start, X: x, I: &ast.Literal{Pos: n.Pos, Value: tag.StringOf(n.Text)}}
		default:
			return x
		}
	}
}

// bracket reads `[i]` or `[low:high]` behind x.
func (p *parser) bracket(start ast.Pos, x ast.Expr) ast.Expr {
	if !p.enter() {
		return nil
	}
	defer p.leave()
	p.advance()
	if p.dialect == ast.EKuiper && p.accept(rightBracket) {
		return &ast.Slice{Pos: start, X: x}
	}
	var low ast.Expr
	if !p.at(colon) {
		low = p.expr()
	}
	if !p.accept(colon) {
		p.expectBracket(`":" or "]"`)
		return &ast.Index{Pos: start, X: x, I: low}
	}
	s := &ast.Slice{Pos: start, X: x, Low: low}
	if !p.at(rightBracket) {
		s.High = p.expr()
	}
	p.expectBracket(`"]"`)
	return s
}

func (p *parser) expectBracket(what string) {
	if !p.accept(rightBracket) {
		p.expected(what)
	}
}

// primary reads an operand without what may follow it.
func (p *parser) primary() ast.Expr {
	switch p.token.kind {
	case sql.LP:
		return p.parentheses()
	case sql.STRING, sql.INTEGER, sql.FLOAT, sql.BLOB:
		return p.constant()
	case sql.QIDENT:
		return p.callOrColumn()
	case sql.IDENT:
		return p.word()
	case sql.STAR:
		p.refuse("* where a value is expected", "a star stands in a select list or as an argument of its own")
		return nil
	}
	p.expected("an expression")
	return nil
}

// parentheses reads a query or an expression in parentheses.
func (p *parser) parentheses() ast.Expr {
	start := p.token.pos
	if p.ahead(1).is("SELECT") {
		return &ast.Subquery{Pos: start, Query: p.subquery()}
	}
	if !p.enter() {
		return nil
	}
	defer p.leave()
	p.advance()
	e := p.expr()
	if p.at(sql.COMMA) {
		p.refuse("list of values where one value is expected", "a list stands behind IN; compare rows column by column")
	}
	p.expect(sql.RP)
	return e
}

// word reads an operand that begins with a word. Before a dot even a keyword is
// a name.
func (p *parser) word() ast.Expr {
	call := p.ahead(1).kind == sql.LP
	switch {
	case p.ahead(1).kind == sql.DOT:
		return p.callOrColumn()
	case p.token.is("NULL"), p.token.is("TRUE"), p.token.is("FALSE"):
		return p.constant()
	case p.token.is("CASE"):
		return p.caseExpr()
	case call && p.token.is("CAST"):
		return p.cast()
	case call && p.token.is("EXISTS"):
		start := p.token.pos
		p.advance()
		return &ast.Exists{Pos: start, Query: p.subquery()}
	case call && namesFunction(p.token), p.token.isName():
		return p.callOrColumn()
	}
	p.expected("an expression")
	return nil
}

// namesFunction reports whether a keyword is the name of a function when a
// parenthesis follows: LEFT(x, 2), ISNULL(x).
func namesFunction(t *token) bool {
	for _, word := range [...]string{"LEFT", "RIGHT", "LIKE", "GLOB", "REGEXP", "MATCH", "ISNULL", "NOTNULL"} {
		if t.is(word) {
			return true
		}
	}
	return false
}

// withoutPlus takes prefix pluses off, which SQLite does before it reads the
// sign of a number.
func withoutPlus(e ast.Expr) ast.Expr {
	for {
		u, ok := e.(*ast.Unary)
		if !ok || u.Op != ast.Plus {
			return e
		}
		e = u.X
	}
}

// callOrColumn reads a function or the path of a column.
func (p *parser) callOrColumn() ast.Expr {
	if p.ahead(1).kind == sql.LP {
		return p.call()
	}
	c := &ast.Column{Pos: p.token.pos}
	c.Path = []ast.Name{p.takeName()}
	for p.accept(sql.DOT) {
		if p.at(sql.STAR) {
			p.refuse("* where a value is expected", "a star stands in a select list or as an argument of its own")
		}
		c.Path = append(c.Path, p.anyName("the name of a column or field"))
	}
	return c
}

func (p *parser) caseExpr() ast.Expr {
	if !p.enter() {
		return nil
	}
	defer p.leave()
	c := &ast.Case{Pos: p.token.pos}
	p.advance()
	if !p.token.is("WHEN") {
		c.Operand = p.expr()
	}
	for p.token.is("WHEN") {
		c.Whens = append(c.Whens, p.when(c.Operand == nil))
	}
	if len(c.Whens) == 0 {
		p.expected("WHEN")
	}
	if p.acceptWord("ELSE") {
		c.Else = p.expr()
	}
	p.expectWord("END")
	return c
}

func (p *parser) when(condition bool) *ast.When {
	w := &ast.When{Pos: p.token.pos}
	p.advance()
	w.Cond = p.expr()
	if l, ok := w.Cond.(*ast.Literal); ok && condition && p.dialect == ast.EKuiper && l.Value.Kind() != tag.Bool {
		p.fail(&Error{Pos: l.Pos, Message: "WHEN without a condition", Hint: "in eKuiper a condition is true or false, not a number or text"})
	}
	p.expectWord("THEN")
	w.Result = p.expr()
	return w
}
