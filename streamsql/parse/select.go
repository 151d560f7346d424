package parse

import (
	sql "github.com/rqlite/sql"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
)

func (p *parser) selectArm() *ast.Select {
	s := &ast.Select{Pos: p.token.pos}
	p.expectSelect()
	if p.acceptWord("DISTINCT") {
		s.Distinct = true
	} else if p.dialect == ast.Standard && p.token.is("ALL") && !continuesName(p.ahead(1)) {
		p.advance()
	}
	s.Items = commaList(p, p.item)
	p.from(s)
	if p.acceptWord("WHERE") {
		s.Where = p.expr()
	}
	if p.acceptClause("GROUP") {
		p.groupBy(s)
	}
	if p.acceptWord("HAVING") {
		s.Having = p.expr()
	}
	return s
}

func (p *parser) expectSelect() {
	switch {
	case p.acceptWord("SELECT"):
	case p.token.is("WITH"):
		p.refuse("WITH is not supported", "write the query in FROM: FROM (SELECT …) AS name")
	case p.token.is("VALUES"):
		p.refuse("VALUES is not supported", "write SELECT …, with UNION ALL for more rows")
	case p.at(sql.LP):
		p.refuse("a query in parentheses cannot be combined or stand alone", "write it without, or in FROM")
	default:
		p.expected("SELECT")
	}
}

// continuesName reports whether the token makes the word before it, behind
// SELECT, a column.
func continuesName(t *token) bool {
	return endsItem(t) || t.kind == sql.DOT || t.kind == leftBracket || t.is("AS")
}

// endsItem reports whether a select item may end before the token.
func endsItem(t *token) bool {
	switch t.kind {
	case sql.COMMA, sql.RP, sql.SEMI, sql.EOF:
		return true
	}
	return t.is("FROM")
}

func (p *parser) item() *ast.Item {
	i := &ast.Item{Pos: p.token.pos}
	i.Expr = p.starOrExpr()
	if _, star := i.Expr.(*ast.Star); star {
		if p.token.is("AS") {
			p.refuse("alias after *", "a star has as many names as columns; rename one with * REPLACE (x AS name)")
		}
		return i
	}
	i.Alias = p.itemAlias()
	i.Invisible = p.acceptWord("INVISIBLE")
	return i
}

// itemAlias reads the name that an item is given, with AS or without. With it,
// text in single quotes is a name too, as in SQLite, and a keyword is where no
// clause can follow.
func (p *parser) itemAlias() ast.Name {
	if !p.acceptWord("AS") {
		if p.token.isName() && !p.token.is("INVISIBLE") {
			return p.takeName()
		}
		return ast.Name{}
	}
	if p.at(sql.IDENT) && endsItem(p.ahead(1)) || p.at(sql.STRING) && p.token.text != "" {
		return p.takeName()
	}
	return p.name("a name")
}

// starOrExpr reads what a select list or an argument may be.
func (p *parser) starOrExpr() ast.Expr {
	if p.at(sql.STAR) {
		return p.star(p.token.pos, ast.Name{})
	}
	if p.ahead(1).kind == sql.DOT && p.ahead(2).kind == sql.STAR && (p.at(sql.IDENT) || p.at(sql.QIDENT)) {
		start := p.token.pos
		stream := p.takeName()
		p.advance()
		return p.star(start, stream)
	}
	return p.expr()
}

// star reads a star with its modifiers.
func (p *parser) star(start ast.Pos, stream ast.Name) *ast.Star {
	p.advance()
	s := &ast.Star{Pos: start, Stream: stream}
	for p.err == nil {
		switch {
		case s.Except == nil && p.acceptBefore("EXCEPT"):
			s.Except = p.names("a column name")
		case s.Replace == nil && p.acceptBefore("REPLACE"):
			s.Replace = commaList(p, p.replacement)
			p.expect(sql.RP)
		case p.token.is("EXCEPT"), p.token.is("REPLACE"):
			p.expected(`"," or FROM`)
		default:
			return s
		}
	}
	return s
}

func (p *parser) replacement() *ast.Item {
	i := &ast.Item{Pos: p.token.pos}
	i.Expr = p.expr()
	p.expectWord("AS")
	i.Alias = p.anyName("the name of the column to replace")
	return i
}

// groupBy reads expressions and at most one window.
func (p *parser) groupBy(s *ast.Select) {
	for {
		if w := p.window(); w == nil {
			s.GroupBy = append(s.GroupBy, p.expr())
		} else if s.Window == nil {
			s.Window = w
		} else if p.err == nil {
			p.fail(&Error{Pos: w.Pos, Message: "second window in GROUP BY", Hint: "a query has one window"})
		}
		if !p.accept(sql.COMMA) {
			return
		}
	}
}
