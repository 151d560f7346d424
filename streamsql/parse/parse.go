package parse

import (
	"fmt"

	sql "github.com/rqlite/sql"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
)

// The limits of a text.
const (
	MaxText  = 64 << 10 // bytes
	MaxDepth = 1000     // brackets and prefix operators around each other; nodes above each other
)

// Query reads a text that is one SELECT, or several under UNION ALL; a
// semicolon may follow. An error is an *Error.
func Query(text string, d ast.Dialect) (*ast.Query, error) {
	return whole(text, d, (*parser).query)
}

// Statement reads a text that is one statement: a query, CREATE STREAM, CREATE
// TABLE or EXPLAIN; a semicolon may follow. An error is an *Error.
func Statement(text string, d ast.Dialect) (ast.Statement, error) {
	return whole(text, d, (*parser).statement)
}

// Expr reads a text that is one expression. An error is an *Error.
func Expr(text string, d ast.Dialect) (ast.Expr, error) {
	return whole(text, d, (*parser).expr)
}

// Script reads statements with semicolons between them; there may be none. An
// error is an *Error.
func Script(text string, d ast.Dialect) ([]ast.Statement, error) {
	p := newParser(text, d)
	var statements []ast.Statement
	for !p.at(sql.EOF) {
		if p.accept(sql.SEMI) {
			continue
		}
		s := finish(p, p.statement())
		if !p.at(sql.SEMI) && !p.at(sql.EOF) {
			p.expected(`an operator, a clause, ";" or the end of the text`)
		}
		statements = append(statements, s)
	}
	if p.err != nil {
		return nil, p.err
	}
	return statements, nil
}

// whole reads a text that is one node and nothing else.
func whole[N ast.Node](text string, d ast.Dialect, read func(*parser) N) (N, error) {
	p := newParser(text, d)
	n := finish(p, read(p))
	for p.accept(sql.SEMI) {
	}
	if !p.at(sql.EOF) {
		p.expected(theEnd)
	}
	if p.err != nil {
		var none N
		return none, p.err
	}
	return n, nil
}

// finish refuses a tree that is too deep, which long chains of operators can be
// without any bracket.
func finish[N ast.Node](p *parser, n N) N {
	if p.err != nil {
		return n
	}
	if deepest, depth := ast.Deepest(n); depth > MaxDepth {
		p.fail(&Error{Pos: deepest.At(), Message: fmt.Sprintf("expression nested %d deep, at most %d are allowed", depth, MaxDepth)})
	}
	return n
}
