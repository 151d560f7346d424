package taosd

import (
	"slices"
	"strings"
)

func (s *store) createDatabase(p *parser) (*result, error) {
	lenient := p.accept("if", "not", "exists")
	name, err := p.name()
	if err != nil {
		return nil, err
	}
	precision := "ms"
	for !p.done() {
		switch {
		case p.accept("precision"):
			precision = strings.ToLower(p.next().text)
		case p.accept("keep"), p.accept("replica"), p.accept("vgroups"):
			p.next()
		default:
			return nil, p.wrong("want an option of a database")
		}
	}
	if !slices.Contains([]string{"ms", "us", "ns"}, precision) {
		return nil, faultf(codeSyntax, "invalid precision %s", precision)
	}
	if s.databases[name] != nil {
		if lenient {
			return &result{update: true}, nil
		}
		return nil, faultf(0x0381, "Database already exists")
	}
	s.databases[name] = &database{name: name, precision: precision, stables: map[string]*stable{}, tables: map[string]*table{}}
	return &result{update: true}, nil
}

func (s *store) createStable(p *parser, db string) (*result, error) {
	lenient := p.accept("if", "not", "exists")
	db, name, err := p.qualified(db)
	if err != nil {
		return nil, err
	}
	d, err := s.database(db)
	if err != nil {
		return nil, err
	}
	made := &stable{name: name}
	if made.columns, err = p.columnDefs(); err != nil {
		return nil, err
	}
	if err := p.expect("tags"); err != nil {
		return nil, err
	}
	if made.tags, err = p.columnDefs(); err != nil {
		return nil, err
	}
	if err := made.check(); err != nil || !p.done() {
		return nil, orWrong(p, err)
	}
	if d.stables[name] != nil {
		if lenient {
			return &result{update: true}, nil
		}
		return nil, faultf(codeExists, "STable already exists")
	}
	d.stables[name] = made
	return &result{update: true}, nil
}

func orWrong(p *parser, err error) error {
	if err != nil {
		return err
	}
	return p.wrong("this is too much")
}

func (p *parser) columnDefs() (all []column, err error) {
	err = p.list(func() error {
		c, err := p.columnDef()
		all = append(all, c)
		return err
	})
	return all, err
}

// check holds a super-table against the rules: a time first, no name twice, the
// second key in the second place, names of at most 64 bytes.
func (s *stable) check() error {
	if s.columns[0].code != typeTimestamp || len(s.columns) < 2 {
		return faultf(codeSyntax, "the first column is a TIMESTAMP, and there is another one")
	}
	seen := map[string]bool{}
	for i, c := range slices.Concat(s.columns, s.tags) {
		lower := strings.ToLower(c.name)
		if seen[lower] {
			return faultf(codeDuplicate, "Duplicated column names: %s", c.name)
		}
		seen[lower] = true
		if len(c.name) > 64 {
			return faultf(codeSyntax, "the name %s is too long", c.name)
		}
		if c.key && i != 1 {
			return faultf(codeSyntax, "a second primary key is the second column")
		}
	}
	return nil
}

func (s *store) alterStable(p *parser, db string) (*result, error) {
	db, name, err := p.qualified(db)
	if err != nil {
		return nil, err
	}
	_, st, err := s.stable(db, name)
	if err != nil {
		return nil, err
	}
	switch {
	case p.accept("add", "column"):
		err = st.add(p)
	case p.accept("modify", "column"):
		err = st.modify(p)
	default:
		err = p.wrong("want ADD COLUMN or MODIFY COLUMN")
	}
	if err == nil && !p.done() {
		err = p.wrong("this is too much")
	}
	return &result{update: true}, err
}

func (s *stable) add(p *parser) error {
	c, err := p.columnDef()
	if err != nil {
		return err
	}
	grown := stable{columns: append(slices.Clone(s.columns), c), tags: s.tags}
	if err := grown.check(); err != nil {
		return err
	}
	s.columns = grown.columns
	s.version++
	return nil
}

// modify widens a column of text; nothing else can be modified.
func (s *stable) modify(p *parser) error {
	c, err := p.columnDef()
	if err != nil {
		return err
	}
	i := s.column(c.name)
	switch {
	case i < 0:
		return faultf(codeColumn, "Invalid column name: %s", c.name)
	case !c.isVariable() || s.columns[i].code != c.code || c.width <= s.columns[i].width:
		return faultf(codeSyntax, "only the width of a text can be modified, and only grow")
	}
	s.columns[i].width = c.width
	s.version++
	return nil
}

// describe lists columns and tags.
func (s *store) describe(p *parser, db string) (*result, error) {
	db, name, err := p.qualified(db)
	if err != nil {
		return nil, err
	}
	_, st, err := s.stable(db, name)
	if err != nil {
		return nil, err
	}
	r := &result{columns: []column{
		{name: "field", code: typeVarchar, width: 64}, {name: "type", code: typeVarchar, width: 20}, {name: "length", code: typeInt, width: 4}, {name: "note", code: typeVarchar, width: 16},
	}}
	for i, c := range slices.Concat(st.columns, st.tags) {
		note := ""
		switch {
		case i >= len(st.columns):
			note = "TAG"
		case c.key:
			note = "COMPOSITE KEY"
		}
		r.rows = append(r.rows, []any{c.name, c.kind, int64(c.width), note})
	}
	return r, nil
}
