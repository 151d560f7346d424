package parse

import (
	sql "github.com/rqlite/sql"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
)

func (p *parser) statement() ast.Statement {
	switch {
	case p.token.is("CREATE"):
		return p.create()
	case p.token.is("EXPLAIN"):
		return p.explain()
	default:
		return p.query()
	}
}

func (p *parser) explain() *ast.Explain {
	e := &ast.Explain{Pos: p.token.pos}
	p.advance()
	p.acceptWords("QUERY", "PLAN")
	e.Query = p.query()
	return e
}

func (p *parser) query() *ast.Query {
	q := &ast.Query{Pos: p.token.pos, Dialect: p.dialect}
	q.Arms = append(q.Arms, p.selectArm())
	for p.unionAll() {
		q.Arms = append(q.Arms, p.selectArm())
	}
	if p.acceptClause("ORDER") {
		q.OrderBy = p.orderBy()
	}
	if p.acceptWord("LIMIT") {
		p.limit(q)
	}
	return q
}

// unionAll takes UNION ALL; the other ways to combine queries are refused.
func (p *parser) unionAll() bool {
	switch {
	case p.acceptWords("UNION", "ALL"):
		return true
	case p.token.is("UNION"):
		p.refuse("UNION without ALL is not supported", "write UNION ALL; SELECT DISTINCT * FROM (… UNION ALL …) drops duplicates")
	case p.token.is("INTERSECT"), p.token.is("EXCEPT"):
		p.refuse(p.found()+" between queries is not supported", "use a join, or IN (SELECT …)")
	}
	return false
}

// limit reads `n`, `n OFFSET m` or SQLite's `m, n`.
func (p *parser) limit(q *ast.Query) {
	q.Limit = p.expr()
	switch {
	case p.acceptWord("OFFSET"):
		q.Offset = p.expr()
	case p.accept(sql.COMMA):
		q.Offset, q.Limit = q.Limit, p.expr()
	}
}

// acceptClause takes ORDER BY or GROUP BY.
func (p *parser) acceptClause(word string) bool {
	if !p.acceptWord(word) {
		return false
	}
	p.expectWord("BY")
	return true
}

func (p *parser) orderBy() []*ast.Order { return commaList(p, p.order) }

func (p *parser) order() *ast.Order {
	o := &ast.Order{Pos: p.token.pos}
	o.Expr = p.expr()
	if p.acceptWord("DESC") {
		o.Desc = true
	} else {
		p.acceptWord("ASC")
	}
	switch {
	case p.acceptWords("NULLS", "FIRST"):
		o.Nulls = ast.NullsFirst
	case p.acceptWords("NULLS", "LAST"):
		o.Nulls = ast.NullsLast
	}
	return o
}
