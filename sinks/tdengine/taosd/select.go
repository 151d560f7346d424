package taosd

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// selection is a SELECT that was read.
type selection struct {
	items     []item
	of        *stable
	tables    []*table
	perTick   int64
	where     condition
	partition []string
	interval  int64 // ticks; 0: none
	fill      string
	order     []string
	down      []bool
	limit     int
	offset    int
}

func (s *store) selects(p *parser, db string) (*result, error) {
	items, err := p.items()
	if err != nil {
		return nil, err
	}
	if p.done() {
		return selectConstant(items)
	}
	if err := p.expect("from"); err != nil {
		return nil, err
	}
	db, name, err := p.qualified(db)
	if err != nil {
		return nil, err
	}
	if db == "information_schema" {
		return s.information(p, name, items)
	}
	sel, d, err := s.from(db, name, items)
	if err != nil {
		return nil, err
	}
	if err := p.clauses(sel); err != nil {
		return nil, err
	}
	r, err := sel.run()
	if err == nil {
		r.precision = map[string]int{"ms": 0, "us": 1, "ns": 2}[d.precision]
	}
	return r, err
}

// selectConstant answers SELECT 1, with which clients ask whether one lives.
func selectConstant(items []item) (*result, error) {
	r := &result{rows: [][]any{nil}}
	for _, i := range items {
		n, err := strconv.ParseInt(i.name, 10, 64)
		if err != nil {
			return nil, faultf(codeSyntax, "syntax error near '%s'", i.name)
		}
		r.columns = append(r.columns, column{name: i.name, code: typeBigint, width: 8})
		r.rows[0] = append(r.rows[0], n)
	}
	return r, nil
}

// information answers what is asked of the databases.
func (s *store) information(p *parser, name string, items []item) (*result, error) {
	if name != "ins_databases" || !p.accept("where", "name", "=") {
		return nil, faultf(codeNoTable, "Table does not exist: information_schema.%s", name)
	}
	wanted := p.next().text
	r := &result{}
	for _, i := range items {
		r.columns = append(r.columns, column{name: i.name, code: typeVarchar, width: 64})
	}
	d := s.databases[wanted]
	if d == nil {
		return r, nil
	}
	var row []any
	for _, i := range items {
		switch i.name {
		case "name":
			row = append(row, d.name)
		case "precision":
			row = append(row, d.precision)
		default:
			return nil, faultf(codeColumn, "Invalid column name: %s", i.name)
		}
	}
	r.rows = append(r.rows, row)
	return r, nil
}

// items reads the select list.
func (p *parser) items() (all []item, err error) {
	p.accept("distinct")
	for {
		i, err := p.item()
		if err != nil {
			return nil, err
		}
		all = append(all, i)
		if !p.accept(",") {
			return all, nil
		}
	}
}

func (p *parser) item() (item, error) {
	if p.accept("*") {
		return item{name: "*"}, nil
	}
	t := p.next()
	i := item{name: t.name(), result: column{name: t.text}}
	if !t.isName() && (t.text == "" || !isDigit(t.text[0])) {
		p.at--
		return i, p.wrong("want a column or a function")
	}
	if p.accept("(") {
		i.function = strings.ToLower(t.text)
		if !isAggregate(i.function) {
			return i, faultf(codeSyntax, "the function %s is not known here", t.text)
		}
		inner := p.next()
		i.name = inner.name()
		i.result.name = i.function + "(" + inner.text + ")"
		if err := p.expect(")"); err != nil {
			return i, err
		}
	}
	if p.accept("as") {
		alias := p.next()
		i.result.name = alias.text
	}
	return i, nil
}

// from resolves the table and what is selected of it.
func (s *store) from(db, name string, items []item) (*selection, *database, error) {
	d, err := s.database(db)
	if err != nil {
		return nil, nil, err
	}
	sel := &selection{perTick: d.perTick(), limit: -1}
	switch {
	case d.stables[name] != nil:
		sel.of = d.stables[name]
		for _, t := range d.tables {
			if t.of == sel.of {
				sel.tables = append(sel.tables, t)
			}
		}
		slices.SortFunc(sel.tables, func(a, b *table) int { return strings.Compare(a.name, b.name) })
	case d.tables[name] != nil:
		sel.of, sel.tables = d.tables[name].of, []*table{d.tables[name]}
	default:
		return nil, nil, faultf(codeNoTable, "Table does not exist: %s", name)
	}
	for _, i := range items {
		if i.name == "*" && i.function != "count" {
			sel.items = append(sel.items, sel.all(i.function)...)
			continue
		}
		if i.name != "*" && !sel.of.known(i.name) {
			return nil, nil, faultf(codeColumn, "Invalid column name: %s", i.name)
		}
		sel.items = append(sel.items, i)
	}
	return sel, d, nil
}

// all is what * stands for, and last_row(*).
func (s *selection) all(function string) (items []item) {
	columns := s.of.columns
	if function == "" {
		columns = slices.Concat(columns, s.of.tags)
	}
	for _, c := range columns {
		i := item{name: c.name, function: function, result: c}
		if function != "" {
			i.result.name = function + "(" + c.name + ")"
		}
		items = append(items, i)
	}
	return items
}

// clauses reads what stands behind the table.
func (p *parser) clauses(s *selection) (err error) {
	for err == nil && !p.done() {
		switch {
		case p.accept("where"):
			s.where, err = p.where(s.of, s.perTick)
		case p.accept("partition", "by"), p.accept("group", "by"):
			s.partition, err = p.names(s.of)
		case p.accept("interval"):
			err = p.interval(s)
		case p.accept("fill"):
			err = p.list(func() error { s.fill += strings.ToLower(p.next().text) + " "; return nil })
		case p.accept("order", "by"):
			err = p.order(s)
		case p.accept("limit"):
			s.limit, err = strconv.Atoi(p.next().text)
		case p.accept("offset"):
			s.offset, err = strconv.Atoi(p.next().text)
		default:
			err = p.wrong("this clause is not known here")
		}
	}
	return err
}

func (p *parser) names(st *stable) (all []string, err error) {
	for {
		name, err := p.name()
		if err != nil {
			return nil, err
		}
		if !st.known(name) {
			return nil, faultf(codeColumn, "Invalid column name: %s", name)
		}
		all = append(all, name)
		if !p.accept(",") {
			return all, nil
		}
	}
}

func (p *parser) interval(s *selection) error {
	return p.list(func() error {
		d, err := duration(p.next().text)
		if err == nil && d < time.Microsecond {
			err = faultf(codeSyntax, "the interval is too short")
		}
		s.interval = max(int64(d)/s.perTick, 1)
		return err
	})
}

func (p *parser) order(s *selection) error {
	for {
		t := p.next()
		if !t.isName() {
			return p.wrong("want a column")
		}
		s.order = append(s.order, t.name())
		s.down = append(s.down, p.accept("desc"))
		p.accept("asc")
		if !p.accept(",") {
			return nil
		}
	}
}
