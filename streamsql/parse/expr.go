package parse

import (
	sql "github.com/rqlite/sql"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
)

func (p *parser) expr() ast.Expr { return p.infix(ast.LowestPrec) }

// infix reads operands and the operators between them that bind at least as
// tightly as least.
func (p *parser) infix(least ast.Precedence) ast.Expr {
	start := p.token.pos
	left := p.prefix()
	for {
		op := p.operator()
		prec := p.precedence(op)
		if op == ast.NoOp || prec < least {
			return left
		}
		left = p.operation(start, left, op, prec+1)
	}
}

// symbols are the infix operators that are signs.
var symbols = map[sql.Token]ast.Op{
	sql.EQ: ast.Equal, sql.NE: ast.NotEqual,
	sql.LT: ast.Less, sql.LE: ast.LessEq, sql.GT: ast.Greater, sql.GE: ast.GreaterEq,
	sql.BITAND: ast.BitAnd, sql.BITOR: ast.BitOr, sql.LSHIFT: ast.ShiftLeft, sql.RSHIFT: ast.ShiftRight,
	sql.PLUS: ast.Add, sql.MINUS: ast.Subtract,
	sql.STAR: ast.Multiply, sql.SLASH: ast.Divide, sql.REM: ast.Modulo,
	sql.CONCAT: ast.Concat, sql.JSON_EXTRACT_JSON: ast.Arrow, sql.JSON_EXTRACT_SQL: ast.ArrowText,
}

// Operators of the parser that leave no Op in the tree.
const (
	between ast.Op = 200 + iota
	in
	isNull // ISNULL, NOTNULL, NOT NULL
	xor    // ^ in eKuiper
)

// operator returns the infix operator that begins at the current token, NoOp
// where there is none. NOT before LIKE and its kin belongs to them.
func (p *parser) operator() ast.Op {
	if p.at(sql.IDENT) {
		word := p.token
		if word.is("NOT") {
			if word = p.ahead(1); word.is("NULL") {
				return isNull
			}
			return matching(word)
		}
		switch {
		case word.is("AND"):
			return ast.And
		case word.is("OR"):
			return ast.Or
		case word.is("IS"):
			return ast.Is
		case word.is("ISNULL"), word.is("NOTNULL"):
			return isNull
		}
		return matching(word)
	}
	if p.at(caret) && p.dialect == ast.EKuiper {
		return xor
	}
	return symbols[p.token.kind]
}

// matching returns the operator, which may have NOT before it, of a word.
func matching(word *token) ast.Op {
	switch {
	case word.is("LIKE"):
		return ast.OpLike
	case word.is("GLOB"):
		return ast.OpGlob
	case word.is("REGEXP"):
		return ast.OpRegexp
	case word.is("MATCH"):
		return ast.OpMatch
	case word.is("BETWEEN"):
		return between
	case word.is("IN"):
		return in
	}
	return ast.NoOp
}

// precedence returns how tightly an operator binds in the dialect of the text.
// eKuiper has one precedence for all comparisons and counts & with * and | and
// ^ with +.
func (p *parser) precedence(op ast.Op) ast.Precedence {
	switch {
	case op == between || op == in || op == isNull:
		return ast.EqualityPrec
	case op == xor:
		return ast.SumPrec
	case p.dialect == ast.EKuiper:
		switch op {
		case ast.Less, ast.LessEq, ast.Greater, ast.GreaterEq:
			return ast.EqualityPrec
		case ast.BitAnd:
			return ast.ProductPrec
		case ast.BitOr:
			return ast.SumPrec
		}
	}
	return op.Precedence()
}

// operation reads the operator and what stands to its right; operands there
// bind at least as tightly as least.
func (p *parser) operation(start ast.Pos, left ast.Expr, op ast.Op, least ast.Precedence) ast.Expr {
	not := p.acceptWord("NOT")
	switch op {
	case ast.OpLike, ast.OpGlob, ast.OpRegexp, ast.OpMatch:
		return p.like(&ast.Like{Pos: start, Op: op, Not: not, X: left}, least)
	case between:
		return p.between(&ast.Between{Pos: start, Not: not, X: left}, least)
	case in:
		return p.in(&ast.In{Pos: start, Not: not, X: left})
	case isNull:
		return p.isNull(start, left, not)
	case ast.Is:
		return &ast.Binary{Pos: start, Op: p.is(), L: left, R: p.infix(least)}
	case xor:
		return p.xor(start, left, least)
	case ast.Arrow:
		if p.dialect == ast.EKuiper {
			p.expected("an operator") // arrows that name a field were taken with their operand
			return left
		}
	}
	p.advance()
	return &ast.Binary{Pos: start, Op: op, L: left, R: p.infix(least)}
}

// is reads IS, IS NOT and their long forms with DISTINCT FROM.
func (p *parser) is() ast.Op {
	p.advance()
	op, opposite := ast.Is, ast.IsNot
	if p.acceptWord("NOT") {
		op, opposite = opposite, op
	}
	if p.acceptWords("DISTINCT", "FROM") {
		return opposite
	}
	return op
}

// isNull reads ISNULL, NOTNULL or, its NOT taken, NOT NULL.
func (p *parser) isNull(start ast.Pos, x ast.Expr, not bool) ast.Expr {
	op := ast.Is
	if not || p.token.is("NOTNULL") {
		op = ast.IsNot
	}
	null := &ast.Literal{Pos: p.token.pos, Value: nullValue}
	p.advance()
	return &ast.Binary{Pos: start, Op: op, L: x, R: null}
}

func (p *parser) like(e *ast.Like, least ast.Precedence) ast.Expr {
	p.advance()
	e.Pattern = p.infix(least)
	if e.Op == ast.OpLike && p.acceptWord("ESCAPE") {
		e.Escape = p.infix(least)
	}
	return e
}

// between reads the bounds. The lower one ends at its AND, so that it may hold
// any operator that binds tighter than AND.
func (p *parser) between(e *ast.Between, least ast.Precedence) ast.Expr {
	p.advance()
	e.Low = p.infix(ast.NotPrec)
	p.expectWord("AND")
	e.High = p.infix(least)
	return e
}

// xor reads eKuiper's exclusive or, which is a function in the standard.
func (p *parser) xor(start ast.Pos, left ast.Expr, least ast.Precedence) ast.Expr {
	name := ast.Name{Pos: p.token.pos, Text: "bitxor"}
	p.advance()
	return &ast.Call{Pos: start, Name: name, Args: []ast.Expr{left, p.infix(least)}}
}

// in reads a list, a query, or an array.
func (p *parser) in(e *ast.In) ast.Expr {
	p.advance()
	if !p.at(sql.LP) {
		e.Array = p.array()
		return e
	}
	if p.ahead(1).is("SELECT") {
		e.Query = p.subquery()
		return e
	}
	e.List = p.list()
	return e
}

// array reads an operand whose value is an array. It begins with a word: a
// parenthesis would begin a list.
func (p *parser) array() ast.Expr {
	if !p.at(sql.IDENT) && !p.at(sql.QIDENT) {
		p.expected(`"(" or the name of an array`)
		return nil
	}
	return p.operand()
}

// list reads expressions in parentheses, which may be none.
func (p *parser) list() []ast.Expr {
	if !p.enter() {
		return nil
	}
	defer p.leave()
	p.expect(sql.LP)
	if p.dialect == ast.Standard && p.accept(sql.RP) {
		return nil
	}
	exprs := p.exprs()
	p.expect(sql.RP)
	return exprs
}
