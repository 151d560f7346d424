package taosd

import (
	"strconv"
	"strings"
)

// parser reads a statement token by token.
type parser struct {
	tokens []token
	at     int
}

func (p *parser) peek() token {
	if p.at < len(p.tokens) {
		return p.tokens[p.at]
	}
	return token{}
}

func (p *parser) next() token {
	t := p.peek()
	p.at++
	return t
}

func (p *parser) done() bool { return p.at >= len(p.tokens) }

// accept takes the words if they come next.
func (p *parser) accept(words ...string) bool {
	for i, w := range words {
		if p.at+i >= len(p.tokens) || !p.tokens[p.at+i].is(w) {
			return false
		}
	}
	p.at += len(words)
	return true
}

func (p *parser) expect(words ...string) error {
	if !p.accept(words...) {
		return p.wrong("want " + strings.Join(words, " "))
	}
	return nil
}

func (p *parser) wrong(what string) error {
	return faultf(codeSyntax, "syntax error near '%s': %s", p.peek().text, what)
}

// name takes a name.
func (p *parser) name() (string, error) {
	t := p.peek()
	if !t.isName() {
		return "", p.wrong("want a name")
	}
	p.at++
	return t.name(), nil
}

// qualified takes database.table or table.
func (p *parser) qualified(db string) (database, table string, err error) {
	if table, err = p.name(); err != nil {
		return "", "", err
	}
	database = db
	if p.accept(".") {
		database = table
		table, err = p.name()
	}
	return database, table, err
}

// list takes what stands in brackets, separated by commas.
func (p *parser) list(one func() error) error {
	if err := p.expect("("); err != nil {
		return err
	}
	for {
		if err := one(); err != nil {
			return err
		}
		if p.accept(")") {
			return nil
		}
		if err := p.expect(","); err != nil {
			return err
		}
	}
}

// constant takes a literal: a number, a text, true, false or NULL.
func (p *parser) constant() (any, error) {
	negative := p.accept("-")
	if !negative {
		p.accept("+")
	}
	t := p.next()
	switch {
	case t.quoted == '\'':
		return t.text, nil
	case t.is("null"):
		return nil, nil
	case t.is("true"), t.is("false"):
		return t.is("true"), nil
	}
	text := t.text
	if negative {
		text = "-" + text
	}
	if i, err := strconv.ParseInt(text, 10, 64); err == nil {
		return i, nil
	}
	if u, err := strconv.ParseUint(text, 10, 64); err == nil {
		return u, nil
	}
	if f, err := strconv.ParseFloat(text, 64); err == nil && !strings.ContainsAny(text, "xXnN") {
		return f, nil
	}
	p.at--
	return nil, p.wrong("want a value")
}

// columnDef takes `name` TYPE(width) [PRIMARY KEY].
func (p *parser) columnDef() (column, error) {
	name, err := p.name()
	if err != nil {
		return column{}, err
	}
	c := column{name: name, kind: strings.ToUpper(p.next().text)}
	if p.accept("unsigned") {
		c.kind += " UNSIGNED"
	}
	kind, known := kindOf(c.kind)
	if !known {
		p.at--
		return column{}, p.wrong("want a type")
	}
	c.code, c.width = kind.code, kind.width
	if p.accept("(") {
		n, err := strconv.Atoi(p.next().text)
		if err != nil || n < 1 || n > 65517 || !c.isVariable() {
			return column{}, p.wrong("want a width")
		}
		c.width = n
		if err := p.expect(")"); err != nil {
			return column{}, err
		}
	} else if c.isVariable() {
		return column{}, p.wrong("want (width)")
	}
	if p.accept("primary", "key") {
		if c.code != typeInt && c.code != typeBigint && c.code != typeVarchar {
			return column{}, faultf(codeSyntax, "a primary key is INT, BIGINT or VARCHAR")
		}
		c.key = true
	}
	return c, nil
}
