package parse

import (
	"strings"

	sql "github.com/rqlite/sql"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
)

func (p *parser) call() ast.Expr {
	if !p.enter() {
		return nil
	}
	defer p.leave()
	c := &ast.Call{Pos: p.token.pos}
	c.Name = p.takeName()
	p.advance()
	p.arguments(c)
	p.clauses(c)
	return c
}

// arguments reads up to and with the closing parenthesis.
func (p *parser) arguments(c *ast.Call) {
	if p.accept(sql.RP) {
		return
	}
	c.Distinct = p.acceptWord("DISTINCT")
	c.Args = []ast.Expr{p.starOrExpr()}
	p.moreArguments(c)
}

// moreArguments reads what follows the first argument. eKuiper lets a comma
// stand behind the last one.
func (p *parser) moreArguments(c *ast.Call) {
	for p.accept(sql.COMMA) {
		if p.dialect == ast.EKuiper && p.at(sql.RP) {
			break
		}
		c.Args = append(c.Args, p.starOrExpr())
	}
	p.expect(sql.RP)
}

// clauses reads FILTER and OVER behind a function.
func (p *parser) clauses(c *ast.Call) {
	if p.token.is("FILTER") && p.dialect == ast.EKuiper {
		p.refuse("FILTER behind a function", "eKuiper has FILTER behind a window only")
	}
	c.Filter = p.filter()
	if p.acceptBefore("OVER") {
		c.Over = p.overClauses()
	}
}

// filter reads FILTER (WHERE …), or nil where there is none.
func (p *parser) filter() ast.Expr {
	if !p.acceptBefore("FILTER") {
		return nil
	}
	p.expectWord("WHERE")
	cond := p.expr()
	p.expect(sql.RP)
	return cond
}

// overClauses reads the rest of OVER (….
func (p *parser) overClauses() *ast.Over {
	o := &ast.Over{Pos: p.token.pos}
	if p.at(sql.RP) && p.dialect == ast.EKuiper {
		p.expected("PARTITION BY, ORDER BY or WHEN")
	}
	if p.acceptWords("PARTITION", "BY") {
		o.PartitionBy = p.exprs()
	}
	if p.acceptClause("ORDER") {
		o.OrderBy = p.orderBy()
	}
	if p.acceptWord("WHEN") {
		o.When = p.expr()
	}
	if !p.accept(sql.RP) {
		p.expected(`PARTITION BY, ORDER BY, WHEN or ")"`)
	}
	return o
}

// cast reads CAST(x AS type), or eKuiper's function cast(x, 'type').
func (p *parser) cast() ast.Expr {
	if !p.enter() {
		return nil
	}
	defer p.leave()
	start := p.token.pos
	name := p.takeName()
	p.advance()
	x := p.expr()
	if p.at(sql.COMMA) {
		c := &ast.Call{Pos: start, Name: name, Args: []ast.Expr{x}}
		p.moreArguments(c)
		return c
	}
	p.expectWord("AS")
	c := &ast.Cast{Pos: start, X: x, Type: p.castType()}
	p.expect(sql.RP)
	return c
}

// castType reads the words of a type and skips its sizes, which mean nothing.
func (p *parser) castType() *ast.Type {
	t := &ast.Type{Pos: p.token.pos}
	var words []string
	for p.at(sql.IDENT) {
		words = append(words, strings.ToUpper(p.token.text))
		p.advance()
	}
	if words == nil {
		p.expected("the name of a type")
	}
	t.Name = strings.Join(words, " ")
	if p.accept(sql.LP) {
		commaList(p, p.prefix)
		p.expect(sql.RP)
	}
	return t
}
