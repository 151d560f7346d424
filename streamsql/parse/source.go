package parse

import (
	"strings"

	sql "github.com/rqlite/sql"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
)

// from reads FROM with its joins, if there is one.
func (p *parser) from(s *ast.Select) {
	if !p.acceptWord("FROM") {
		if p.dialect == ast.EKuiper || !endsSelect(p.token) {
			p.expected(`"," or FROM`)
		}
		return
	}
	s.From = p.source()
	for j := p.join(); j != nil; j = p.join() {
		s.Joins = append(s.Joins, j)
	}
}

// endsSelect reports whether the select list may end before the token without
// a FROM.
func endsSelect(t *token) bool {
	switch t.kind {
	case sql.RP, sql.SEMI, sql.EOF:
		return true
	}
	for _, word := range [...]string{"WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "UNION", "INTERSECT", "EXCEPT"} {
		if t.is(word) {
			return true
		}
	}
	return false
}

func (p *parser) source() ast.Source {
	start := p.token.pos
	if p.at(sql.LP) {
		d := &ast.Derived{Pos: start, Query: p.subquery()}
		d.Alias = p.sourceAlias()
		return d
	}
	s := &ast.Stream{Pos: start, Name: p.streamName()}
	s.Alias = p.sourceAlias()
	return s
}

// streamName reads the name of a stream, which may have dots in it: a group of a
// device is device.group. In eKuiper a topic needs no quotes.
func (p *parser) streamName() ast.Name {
	if p.dialect == ast.EKuiper {
		return p.topic()
	}
	n := p.name("the name of a stream")
	for p.err == nil && p.at(sql.DOT) {
		p.advance()
		n = ast.Name{Pos: n.Pos, Quoted: true, Text: n.Text + "." + p.name("the rest of the stream's name").Text}
	}
	return n
}

// topic reads names joined by the signs of an MQTT topic filter: a/b, /a/#.
func (p *parser) topic() ast.Name {
	if p.token.isName() && !p.topicSign(p.ahead(1)) {
		return p.takeName()
	}
	n := ast.Name{Pos: p.token.pos, Quoted: true}
	var text strings.Builder
	for sign := false; p.err == nil; {
		switch {
		case p.topicSign(p.token):
			sign = true
		case p.token.isName() && (sign || text.Len() == 0):
			sign = false
		case text.Len() > 0:
			n.Text = text.String()
			return n
		default:
			p.expected("the name of a stream")
		}
		text.WriteString(p.token.text)
		p.advance()
	}
	return n
}

func (p *parser) topicSign(t *token) bool {
	return t.kind == sql.SLASH || t.kind == sql.PLUS || t.kind == hash
}

func (p *parser) sourceAlias() ast.Name {
	if p.acceptWord("AS") {
		return p.name("a name")
	}
	if p.token.isName() {
		return p.takeName()
	}
	return ast.Name{}
}

// subquery reads a query in parentheses.
func (p *parser) subquery() *ast.Query {
	if !p.enter() {
		return nil
	}
	defer p.leave()
	p.expect(sql.LP)
	q := p.query()
	p.expect(sql.RP)
	return q
}

// join reads one join, or nil where none begins.
func (p *parser) join() *ast.Join {
	j := &ast.Join{Pos: p.token.pos}
	if !p.joinKind(&j.Kind) {
		return nil
	}
	j.Source = p.source()
	switch {
	case p.acceptWord("ON"):
		if j.Kind == ast.CrossJoin && p.dialect == ast.EKuiper {
			p.refuse("condition on a CROSS JOIN", "write INNER JOIN, or no ON")
		}
		j.On = p.expr()
	case p.acceptBefore("USING"):
		j.Using = p.names("a column name")
	}
	return j
}

// joinKind reads the words before the source of a join and reports whether
// there are any.
func (p *parser) joinKind(kind *ast.JoinKind) bool {
	if p.accept(sql.COMMA) {
		*kind = ast.CrossJoin
		return true
	}
	if p.token.is("NATURAL") {
		p.refuse("NATURAL JOIN is not supported", "name the columns: JOIN b USING (x)")
		return false
	}
	for k := ast.InnerJoin; k <= ast.CrossJoin; k++ {
		word, _, _ := strings.Cut(k.String(), " ")
		if !p.acceptWord(word) {
			continue
		}
		*kind = k
		if k != ast.InnerJoin && k != ast.CrossJoin {
			p.acceptWord("OUTER")
		}
		p.expectWord("JOIN")
		return true
	}
	return p.acceptWord("JOIN")
}
