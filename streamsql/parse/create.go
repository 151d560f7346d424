package parse

import (
	"slices"
	"strings"

	sql "github.com/rqlite/sql"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
)

// create reads CREATE STREAM or CREATE TABLE.
func (p *parser) create() *ast.CreateStream {
	c := &ast.CreateStream{Pos: p.token.pos}
	p.advance()
	if p.acceptWord("TABLE") {
		c.Table = true
	} else if !p.acceptWord("STREAM") {
		p.expected("STREAM or TABLE")
	}
	c.Name = p.name("a name")
	p.expect(sql.LP)
	if !p.at(sql.RP) {
		c.Fields = p.fields()
	}
	p.expect(sql.RP)
	if p.acceptWord("WITH") {
		p.expect(sql.LP)
		c.Options = p.options()
	}
	return c
}

func (p *parser) fields() []*ast.Field { return commaList(p, p.field) }

func (p *parser) field() *ast.Field {
	f := &ast.Field{Pos: p.token.pos}
	f.Name = p.anyName("the name of a column")
	f.Type = p.fieldType()
	return f
}

var fieldTypes = []string{"BIGINT", "FLOAT", "STRING", "BYTEA", "DATETIME", "BOOLEAN", "ARRAY", "STRUCT"}

// fieldType reads the type of a column: a simple one, ARRAY(type) or
// STRUCT(name type, …).
func (p *parser) fieldType() *ast.Type {
	if !p.enter() {
		return nil
	}
	defer p.leave()
	t := &ast.Type{Pos: p.token.pos, Name: strings.ToUpper(p.token.text)}
	if !p.at(sql.IDENT) || !slices.Contains(fieldTypes, t.Name) {
		p.expected("a type: " + strings.Join(fieldTypes, ", "))
		return t
	}
	p.advance()
	switch t.Name {
	case "ARRAY":
		p.expect(sql.LP)
		t.Elem = p.fieldType()
		p.expect(sql.RP)
	case "STRUCT":
		p.expect(sql.LP)
		t.Fields = p.fields()
		p.expect(sql.RP)
	}
	return t
}

// options reads the options of WITH (…, the opening parenthesis taken. Commas
// between them may be left away, as eKuiper allows.
func (p *parser) options() []*ast.Option {
	var options []*ast.Option
	for p.err == nil && !p.accept(sql.RP) {
		options = append(options, p.option())
		p.accept(sql.COMMA)
	}
	return options
}

func (p *parser) option() *ast.Option {
	o := &ast.Option{Pos: p.token.pos}
	o.Name = p.anyName("the name of an option")
	p.expect(sql.EQ)
	switch {
	case p.at(sql.STRING), p.at(sql.INTEGER), p.token.is("TRUE"), p.token.is("FALSE"):
		o.Value = p.token.text
		p.advance()
	default:
		p.expected("a value: text in quotes")
	}
	return o
}
